"""The process of the renewals: cancelled round by round, until nothing new is found (R51, R55, R56)."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from activities.renewal_steps import RenewalSteps
from business_care.deactivation.moves import (
    failed_freed,
    renewals_counted,
    renewals_done,
    renewals_moved,
    round_begun,
)
from business_care.deactivation.renewals import (
    CascadeOrder,
    CascadeTotals,
    WalkId,
    WalkOrder,
    WalkRange,
    next_slice_end,
)
from business_care.deactivation.words import DeactivationPhase
from business_care.values import known
from workflows.clock import now
from workflows.deactivation.life import DeactivationLife
from workflows.deactivation.showing import show
from workflows.options import IN_FLIGHT_FIRST_LOOK, IN_FLIGHT_SLOWEST_LOOK, walking


class RenewalCascade:
    """Cancels the renewals of a retired product, and stays until those that failed were seen to."""

    def __init__(self, life: DeactivationLife) -> None:
        self._life = life
        self._looks_at_once = False
        self.is_waiting = False
        """Whether no step is under way: a new run may take over."""

    def payments_resumed(self) -> None:
        """The kill switch was lifted: look again at once (R44)."""
        self._looks_at_once = True

    async def run(self) -> None:
        """Enumerate, settle what was in flight, enumerate again; then it is over, or waits for a retry."""
        while not self._life.rests:
            if self._life.state.phase is DeactivationPhase.RENEWALS_FAILED:
                await self._until_retried()
                continue
            await self._count()
            await self._free_failed()
            await self._enumerate()
            if self._totals.open_charges:
                await self._settle_charges()
            elif not self._wants_retry:
                self._life.take(renewals_done(self._life.state, now()))

    @property
    def _wants_retry(self) -> bool:
        return self._life.state.cascade.retry_wanted

    @property
    def _totals(self) -> CascadeTotals:
        return self._life.state.cascade.totals

    async def _count(self) -> None:
        if self._life.state.cascade.survey is None:
            survey = await walking(RenewalSteps.survey_renewals, self._order(), "count the renewals")
            self._life.take(renewals_counted(self._life.state, survey, now()))

    async def _enumerate(self) -> None:
        """Round by round, until one finds nothing new: a purchase may complete while a round is under way."""
        ranges: tuple[WalkRange, ...] = (WalkRange(),)
        if self._life.state.cascade.round == 0:
            ranges = known(self._life.state.cascade.survey).ranges
        seen = 1
        while seen:
            self._life.take(round_begun(self._life.state, now()))
            walks = (self._walk(number, part) for number, part in enumerate(ranges, start=1))
            seen = sum(await asyncio.gather(*walks))
            ranges = (WalkRange(),)

    async def _walk(self, number: int, part: WalkRange) -> int:
        """Walk one range to its end, slice by slice, so that we know how far it is. How many it saw."""
        walk = WalkId(round=self._life.state.cascade.round, number=number)
        seen, finished = 0, False
        while not finished:
            order = WalkOrder(cascade=self._order(), walk=walk, range=part, until_seen=next_slice_end(seen))
            summary = f"cancel renewals, round {walk.round}, range {number}, up to {order.until_seen}"
            standing = await walking(RenewalSteps.cancel_renewals, order, summary)
            seen, finished = standing.seen, standing.finished
            self._moved(standing.totals, standing.per_second)
        return seen

    async def _settle_charges(self) -> None:
        """Ask what became of the charges, again and again, until none is open or a retry is wanted."""
        pause = IN_FLIGHT_FIRST_LOOK
        while self._totals.open_charges:
            await self._pause(pause)
            if self._life.rests or self._wants_retry:
                return
            # What is heard from here on may come too late for this look: it shortens the next pause.
            self._looks_at_once = False
            totals = await walking(RenewalSteps.settle_renewals, self._order(), "ask for charges in flight")
            self._moved(totals)
            pause = min(2 * pause, IN_FLIGHT_SLOWEST_LOOK)

    async def _until_retried(self) -> None:
        self.is_waiting = True
        await workflow.wait_condition(
            lambda: self._life.rests or self._life.state.phase is not DeactivationPhase.RENEWALS_FAILED
        )
        self.is_waiting = False

    async def _free_failed(self) -> None:
        if self._wants_retry:
            totals = await walking(RenewalSteps.free_failed_renewals, self._order(), "free what failed")
            self._life.take(failed_freed(self._life.state, totals, now()))

    async def _pause(self, pause: timedelta) -> None:
        self._life.looks_again_at = now() + pause
        self.is_waiting = True
        try:
            await workflow.wait_condition(
                lambda: self._life.rests or self._looks_at_once or self._wants_retry,
                timeout=pause,
                timeout_summary="ask for charges in flight again",
            )
        except TimeoutError:
            return
        finally:
            self._life.looks_again_at = None
            self.is_waiting = False

    def _moved(self, totals: CascadeTotals, per_second: float | None = None) -> None:
        """The cascade has come further: no news for the records, which know, but for who looks at the run."""
        self._life.take(renewals_moved(self._life.state, totals, per_second, now()))
        show(self._life.view())

    def _order(self) -> CascadeOrder:
        state = self._life.state
        return CascadeOrder(
            deactivation_id=state.order.command_id,
            product_id=state.order.product_id,
            seller_id=known(state.facts).seller_id,
            effective_at=known(state.permanent_since),
            at=now(),
        )
