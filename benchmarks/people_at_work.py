"""A few people who go on opening and acknowledging requests, at their own pace, whatever else happens."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from temporalio.client import Client

from benchmarks.at_a_time import at_a_time
from benchmarks.happy_acts import acknowledged
from benchmarks.open_requests import Opened, Requests


class PeopleAtWork:
    """One acknowledges the request that has waited longest, the next opens another, and so on.

    They keep their pace when answers are slow: each wait is counted from when its command was to be sent.
    """

    def __init__(self, requests: Requests, client: Client, commands_a_second: float) -> None:
        self._requests = requests
        self._client = client
        self._pause = 1 / commands_a_second
        self._waiting: deque[Opened] = deque()
        self.met: list[Opened] = []
        """Every request that they have to do with."""
        self.seconds: list[float] = []
        """How long each answer took."""

    async def prepare(self, waiting: int) -> None:
        """Open requests that will wait for a person."""
        await at_a_time([self._open] * waiting)
        self.seconds.clear()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """They work as long as the block takes; what they sent is answered before it ends."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._work(group, stop))
            yield
            stop.set()

    async def _work(self, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        begun = time.perf_counter()
        for number in count():
            at = begun + number * self._pause
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            if stop.is_set():
                return
            # Where answers are so slow that nobody waits to be acknowledged, there is another one to open.
            opens = number % 2 or not self._waiting
            group.create_task(self._open(at) if opens else self._acknowledge(at))

    async def _open(self, at: float = 0.0) -> None:
        opened = await self._requests.open(self._client)
        self.seconds.append(time.perf_counter() - at)
        self._waiting.append(opened)
        self.met.append(opened)

    async def _acknowledge(self, at: float) -> None:
        waiting = self._waiting.popleft()
        await self._requests.send(self._client, waiting, acknowledged(waiting))
        self.seconds.append(time.perf_counter() - at)
