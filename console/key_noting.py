"""Writes down which keys have locked what, while a worker runs and when it stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from adapters.encryption.uses import KeyUse, KeyUses
from adapters.logs import get_logger
from business_care.errors import StepFailed

EVERY_SECONDS: Final = 1.0

Note = Callable[[frozenset[KeyUse]], Awaitable[None]]

log = get_logger("encryption")


@asynccontextmanager
async def noting(uses: KeyUses, note: Note) -> AsyncIterator[None]:
    """Write new uses down every second until the block ends, and then the last ones.

    What could not be written is tried again. What is lost with a process that dies is noted by the next one
    that takes the workflow up, since it reads the whole history again.
    """
    writing = asyncio.create_task(_forever(uses, note))
    try:
        yield
    finally:
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        await _write(uses, note)


async def _forever(uses: KeyUses, note: Note) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await _write(uses, note)


async def _write(uses: KeyUses, note: Note) -> None:
    new = uses.take_new()
    try:
        await note(new)
    except StepFailed:
        uses.put_back(new)
        log.warning("encryption.uses_not_noted", uses=len(new), exc_info=True)
    except asyncio.CancelledError:
        uses.put_back(new)
        raise
