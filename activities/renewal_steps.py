"""The renewals of a product's customers: cancelled page by page, by one step that can be broken off."""

from dataclasses import dataclass

from temporalio import activity

from activities.signs_of_life import alive
from business_care.deactivation.ports import Renewals
from business_care.deactivation.renewals import (
    CascadeOrder,
    CascadeTotals,
    RenewalSurvey,
    WalkOrder,
    WalkStanding,
)


@dataclass(frozen=True)
class RenewalSteps:
    """The steps that need the renewals."""

    renewals: Renewals

    @activity.defn
    async def survey_renewals(self, cascade: CascadeOrder) -> RenewalSurvey:
        """What there is to do, and the ranges that are walked side by side."""
        async with alive():
            return await self.renewals.survey(cascade)

    @activity.defn
    async def cancel_renewals(self, order: WalkOrder) -> WalkStanding:
        """Walk one slice of a range, page by page.

        How far it is stands in the records, moved together with each page, and is told with each sign of
        life: a worker that dies costs the page that was under way, and the next one goes on behind the last.
        """
        standing: WalkStanding | None = None
        async with alive() as tell:
            async for standing in self.renewals.walk(order):
                tell(standing)
        if standing is None:
            raise AssertionError("a walk always tells how far it is")
        return standing

    @activity.defn
    async def settle_renewals(self, cascade: CascadeOrder) -> CascadeTotals:
        """Ask what became of charges that were in flight, and give back what is owed (R56)."""
        async with alive():
            return await self.renewals.settle(cascade)

    @activity.defn
    async def free_failed_renewals(self, cascade: CascadeOrder) -> CascadeTotals:
        """Let the next round try again what failed."""
        async with alive():
            return await self.renewals.free_failed(cascade)
