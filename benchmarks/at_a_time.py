"""Does many things, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from benchmarks.open_requests import AT_A_TIME

Done = TypeVar("Done")


async def at_a_time(calls: Sequence[Callable[[], Awaitable[Done]]], few: int = AT_A_TIME) -> list[Done]:
    """Do all of it, so many at a time; what came of each, in the order of the calls. What fails ends it."""
    waiting = iter(enumerate(calls))
    done: dict[int, Done] = {}

    async def one_after_the_other() -> None:
        for place, call in waiting:
            done[place] = await call()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(few):
            tasks.create_task(one_after_the_other())
    return [done[place] for place in range(len(calls))]
