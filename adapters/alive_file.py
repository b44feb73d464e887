"""A file that is touched while a worker works: what the health check of a container looks at.

Nothing outside is asked for it: a worker whose server or records do not answer waits for them, and to end it
would not bring them back. It tells that the worker has begun, past everything that can refuse a start, and
that its event loop still turns.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.logs import get_logger
from business_care.errors import StepFailed

EVERY: Final = timedelta(seconds=5)

_log = get_logger("alive")


class AliveFileRefused(StepFailed):
    """The file can't be written: a health check would end a worker that works."""


def forget(file: Path | None) -> None:
    """Remove what an earlier worker left there: a container may start again with its files."""
    if file is not None:
        with contextlib.suppress(OSError):
            file.unlink()


@asynccontextmanager
async def told_alive(
    file: Path | None, works: Callable[[], bool], every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Touch `file` now, and again as long as it `works`; remove it at the end. None: nothing is touched.

    Raises `AliveFileRefused` when it can't be written at first; later that is logged, and the file grows old.
    """
    if file is None:
        yield
        return
    try:
        _touch(file)
    except OSError as error:
        raise AliveFileRefused(f"BUSINESS_CARE_ALIVE_FILE can't be written: {error}") from error
    touching = asyncio.create_task(_touch_on(file, works, every))
    try:
        yield
    finally:
        touching.cancel()
        forget(file)


async def _touch_on(file: Path, works: Callable[[], bool], every: timedelta) -> None:
    while True:
        await asyncio.sleep(every.total_seconds())
        if works():
            try:
                _touch(file)
            except OSError as error:
                _log.warning("alive.not_written", reason=type(error).__name__)


def _touch(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
