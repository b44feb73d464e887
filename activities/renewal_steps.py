"""The renewals of a product's customers: cancelled page by page, by one step that can be broken off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.failures import translated
from business_care.deactivation.ports import Renewals
from business_care.deactivation.renewals import (
    CascadeOrder,
    CascadeTotals,
    RenewalSurvey,
    WalkOrder,
    WalkStanding,
)

SIGN_OF_LIFE_SECONDS = 1.5


@dataclass(frozen=True)
class RenewalSteps:
    """The steps that need the renewals."""

    renewals: Renewals

    @activity.defn
    async def survey_renewals(self, cascade: CascadeOrder) -> RenewalSurvey:
        """What there is to do, and the ranges that are walked side by side."""
        async with _alive():
            return await self.renewals.survey(cascade)

    @activity.defn
    async def cancel_renewals(self, order: WalkOrder) -> WalkStanding:
        """Walk one slice of a range, page by page.

        How far it is stands in the records, moved together with each page, and is told with each sign of
        life: a worker that dies costs the page that was under way, and the next one goes on behind the last.
        """
        standing: WalkStanding | None = None
        async with _alive() as tell:
            async for standing in self.renewals.walk(order):
                tell(standing)
        if standing is None:
            raise AssertionError("a walk always tells how far it is")
        return standing

    @activity.defn
    async def settle_renewals(self, cascade: CascadeOrder) -> CascadeTotals:
        """Ask what became of charges that were in flight, and give back what is owed (R56)."""
        async with _alive():
            return await self.renewals.settle(cascade)

    @activity.defn
    async def free_failed_renewals(self, cascade: CascadeOrder) -> CascadeTotals:
        """Let the next round try again what failed."""
        async with _alive():
            return await self.renewals.free_failed(cascade)


class _Pulse:
    """What the last sign of life said: the server is told at once, and again while a page takes long."""

    def __init__(self) -> None:
        self._last: tuple[Any, ...] = ()

    def __call__(self, standing: WalkStanding) -> None:
        self._last = (standing,)
        activity.heartbeat(*self._last)

    async def beat(self) -> None:
        while True:
            activity.heartbeat(*self._last)
            await asyncio.sleep(SIGN_OF_LIFE_SECONDS)


@asynccontextmanager
async def _alive() -> AsyncIterator[_Pulse]:
    """Signs of life while a step goes on, so that the server soon notices when its worker has died."""
    pulse = _Pulse()
    beating = asyncio.create_task(pulse.beat())
    try:
        with translated():
            yield pulse
    finally:
        beating.cancel()
