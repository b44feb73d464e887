"""The stage of one run: an embedded server with a file, two workers, the actors; all of it can be killed."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from adapters.embedded_process import LOOPBACK, NAMESPACE
from adapters.embedded_server import DYNAMIC_CONFIG
from adapters.temporal_program import ServerNotStarted, TemporalProgram, find_temporal_program, free_port
from business_care.errors import StepFailed
from tests.chaos import actors, worker_program
from tests.chaos.processes import KeptAlive, nursery
from workflows.names import SEARCH_ATTRIBUTES

ANSWERS_WITHIN_SECONDS = 60
WORKERS_BEGIN_WITHIN_SECONDS = 120
LONGEST_PAUSE_SECONDS = 1.0


@dataclass
class Server:
    """The embedded Temporal server, on one port and one file for the whole run."""

    folder: Path
    port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    _running: TemporalProgram | None = None
    _at_work: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def target(self) -> str:
        """Where clients reach it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def http(self) -> str:
        """Where its histories can be read without any of our code."""
        return f"http://{LOOPBACK}:{self.http_port}"

    async def start(self) -> None:
        """Start it on its file, and wait until it answers."""
        async with self._at_work:
            log = self.folder / "logs" / "server.log"
            self._running = await TemporalProgram.start(find_temporal_program(), list(self._words()), log)
            loop = asyncio.get_running_loop()
            give_up_at = loop.time() + ANSWERS_WITHIN_SECONDS
            while not await self._answers():
                if loop.time() > give_up_at or not self._running.is_running:
                    raise ServerNotStarted(f"the server did not come back: {self._running.last_words()}")
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """`kill -9`, whatever it was writing."""
        async with self._at_work:
            if self._running is not None:
                await self._running.kill()

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(2):
                client = await Client.connect(self.target, namespace=NAMESPACE)
                return await client.service_client.check_health()
        except (RuntimeError, RPCError, TimeoutError):
            return False

    def _words(self) -> Iterator[str]:
        yield from ("server", "start-dev", "--headless", "--ip", LOOPBACK, "--log-level", "error")
        yield from ("--port", str(self.port), "--http-port", str(self.http_port))
        yield from ("--db-filename", str(self.folder / "temporal.db"))
        # As `adapters/embedded_server.py` keeps them: what was acknowledged survives.
        yield from ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=2")
        for value in DYNAMIC_CONFIG:
            yield from ("--dynamic-config-value", value)
        for key in SEARCH_ATTRIBUTES:
            kind = key.indexed_value_type.name.title().replace("_", "")
            yield from ("--search-attribute", f"{key.name}={kind}")


class Stage:
    """Server, two workers and the actors of one run."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.server = Server(folder)
        self._folder, self._chance = folder, chance
        context = nursery("tests.chaos.worker_program", "tests.chaos.actors")
        arguments: tuple[Any, ...] = (folder, self.server.target)
        self.workers = [
            KeptAlive(context, name, worker_program.main, (*arguments, name), self._pause)
            for name in ("worker-a", "worker-b")
        ]
        self.actors = KeptAlive(context, "actors", actors.main, arguments, self._pause)
        self._keepers: list[asyncio.Task[None]] = []

    async def begin(self, lives_begin_within: timedelta) -> None:
        """Everything runs; the lives begin once there are workers to carry them, the last within this time.

        Raises `StepFailed` when the workers do not come up.
        """
        await self.server.start()
        self._keepers = [asyncio.create_task(worker.keep()) for worker in self.workers]
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + WORKERS_BEGIN_WITHIN_SECONDS
        while not all(worker_program.has_begun(self._folder, worker.name) for worker in self.workers):
            self.demand_supervision()
            if loop.time() > give_up_at:
                raise StepFailed("the workers did not begin to work")
            await asyncio.sleep(0.05)
        now = datetime.now(UTC)
        hours = actors.Hours(now, now + lives_begin_within)
        self._keepers.append(asyncio.create_task(self.actors.keep(hours)))

    async def restart_server(self) -> None:
        """Kill the server, and have it back a moment later."""
        await self.server.kill()
        await asyncio.sleep(self._pause())
        await self.server.start()

    def failures(self) -> dict[str, list[int]]:
        """Ends that nobody brought about, by process."""
        return {kept.name: kept.ended_by_itself for kept in (*self.workers, self.actors)}

    def demand_supervision(self) -> None:
        """Raise what ended a supervisor, if anything did: nobody would restart what is killed."""
        for keeper in self._keepers:
            if keeper.done() and (failure := keeper.exception()) is not None:
                raise StepFailed("a supervisor ended") from failure

    async def end(self) -> None:
        """Everything is killed for good."""
        for kept in (*self.workers, self.actors):
            kept.leave()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await self.server.kill()

    def _pause(self) -> float:
        return self._chance.uniform(0.05, LONGEST_PAUSE_SECONDS)
