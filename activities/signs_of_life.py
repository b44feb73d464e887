"""Signs of life of a step that takes a while: the server soon notices when its worker has died."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from temporalio import activity

from activities.failures import translated

SIGN_OF_LIFE_SECONDS = 1.5

Answer = TypeVar("Answer")


class Pulse:
    """What the last sign of life said: the server is told at once, and again while the step takes long."""

    def __init__(self) -> None:
        self._last: tuple[Any, ...] = ()

    def __call__(self, standing: object) -> None:
        """Tell how far the step is."""
        self._last = (standing,)
        activity.heartbeat(*self._last)

    async def beat(self) -> None:
        """Give a sign of life now, and again and again."""
        while True:
            activity.heartbeat(*self._last)
            await asyncio.sleep(SIGN_OF_LIFE_SECONDS)


@asynccontextmanager
async def alive() -> AsyncIterator[Pulse]:
    """Signs of life while a step goes on; its failures are translated."""
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    try:
        with translated():
            yield pulse
    finally:
        beating.cancel()


async def to_its_end(doing: Coroutine[Any, Any, Answer]) -> Answer:
    """Do what must not be broken off because its answer has become moot: only a worker that stops does that.

    A step with signs of life is told when its workflow has called it off; a payment that is broken off then
    would have an effect that nobody wrote down.
    """
    task = asyncio.ensure_future(doing)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            told = activity.cancellation_details()
            if told is None or told.worker_shutdown:
                task.cancel()
                raise
    return task.result()
