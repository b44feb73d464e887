"""Shows a waiting person that something is being done: on a terminal only, and not for what is quick."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

QUICK_SECONDS = 0.7

Result = TypeVar("Result")


async def shown_while(doing: str, work: Coroutine[Any, Any, Result]) -> Result:
    """Await `work`; when it takes longer than a moment, a spinner says `doing`."""
    if not sys.stderr.isatty():
        return await work
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait([task], timeout=QUICK_SECONDS)
        if done:
            return task.result()
        return await _spinning(doing, task)
    finally:
        task.cancel()


async def _spinning(doing: str, task: asyncio.Future[Result]) -> Result:
    from rich.console import Console

    from console.harmless import cell

    with Console(stderr=True).status(cell(f"{doing} ...")):
        return await task
