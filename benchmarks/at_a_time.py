"""Does many things, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from benchmarks.open_requests import AT_A_TIME


async def at_a_time(calls: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """Do all of it, some at a time; what fails ends it."""
    waiting: Iterator[Callable[[], Awaitable[object]]] = iter(calls)

    async def one_after_the_other() -> None:
        for call in waiting:
            await call()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_A_TIME):
            tasks.create_task(one_after_the_other())
