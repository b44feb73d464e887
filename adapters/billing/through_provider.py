"""Renewals that an outside billing service charges: cancelled there one by one, then in our records."""

from collections.abc import AsyncIterator
from functools import partial

from sqlalchemy import select

from adapters.billing.automatic import between, still_automatic, survey
from adapters.billing.cancelling import Days, days_of
from adapters.billing.charges import CareEnd, ChargeReturns
from adapters.billing.failed import drop_settled_elsewhere, free_failed
from adapters.billing.outcomes import Outcome, keep_outcomes
from adapters.billing.side_by_side import side_by_side
from adapters.billing.walking import Page, walk
from adapters.records.database import Database
from adapters.records.deactivation_tables import RENEWAL_TROUBLES
from adapters.records.renewal_counts import TroubleStatus, cascade_totals
from adapters.throttle import Throttle
from business_care.deactivation.charges import RenewalNotCancelled, RenewalOrder
from business_care.deactivation.ports import BillingProvider
from business_care.deactivation.renewals import (
    CascadeOrder,
    CascadeTotals,
    RenewalSurvey,
    WalkOrder,
    WalkStanding,
)
from business_care.ports import Payments

LARGEST_PAGE = 200
"""Customers whose cancellation is asked for again at most, when a worker dies."""
SECONDS_A_PAGE = 5
"""A slow service has smaller pages, so that the walk is seen to move."""
AT_A_TIME = 32
"""Calls under way at once: with answers that take half a second, enough for some 60 a second."""


class RenewalsThroughProvider:
    """The port `Renewals` over a `BillingProvider`. One for a process, whose walks share its throttle."""

    def __init__(
        self,
        database: Database,
        provider: BillingProvider,
        payments: Payments,
        calls_per_second: int,
        *,
        largest_page: int = LARGEST_PAGE,
    ) -> None:
        self._database = database
        self._provider = provider
        self._returns = ChargeReturns(payments)
        self._throttle = Throttle(calls_per_second)
        self._page_size = min(largest_page, calls_per_second * SECONDS_A_PAGE)

    async def survey(self, cascade: CascadeOrder) -> RenewalSurvey:
        # One range: what holds a walk up is the throttle, and all walks share it.
        return await survey(self._database, cascade, most_ranges=1)

    async def walk(self, order: WalkOrder) -> AsyncIterator[WalkStanding]:
        days = await days_of(self._database, order.cascade)

        async def look(after: str | None, limit: int) -> Page:
            rest = between(after, order.range.upto)
            async with self._database.reading() as connection:
                found = list(await connection.scalars(still_automatic(order.cascade, rest).limit(limit)))
            outcomes = await side_by_side(found, partial(self._cancel, order.cascade, days), AT_A_TIME)
            keep = partial(keep_outcomes, cascade=order.cascade, days=days, outcomes=outcomes)
            return Page(len(found), found[-1] if found else None, keep)

        async for standing in walk(self._database, order, look, self._page_size):
            yield standing

    async def settle(self, cascade: CascadeOrder) -> CascadeTotals:
        days = await days_of(self._database, cascade)
        behind: str | None = None
        while waiting := await self._waiting(cascade, behind):
            outcomes = await side_by_side(waiting, partial(self._ask_again, cascade, days), AT_A_TIME)
            news = [outcome for outcome in outcomes if outcome not in waiting]
            async with self._database.writing() as connection:
                await keep_outcomes(connection, cascade, days, news)
            behind = waiting[-1].licence_id
        async with self._database.writing() as connection:
            await drop_settled_elsewhere(connection, cascade)
            return await cascade_totals(connection, cascade.deactivation_id)

    async def free_failed(self, cascade: CascadeOrder) -> CascadeTotals:
        return await free_failed(self._database, cascade)

    async def _cancel(self, cascade: CascadeOrder, days: Days, licence_id: str) -> Outcome:
        renewal = RenewalOrder(licence_id=licence_id, cause_id=cascade.deactivation_id)
        await self._throttle.turn()
        try:
            answer = await self._provider.cancel_renewal(renewal, cascade.at)
        except RenewalNotCancelled as refused:
            return Outcome(licence_id, TroubleStatus.FAILED, refused.code)
        return await self._returns.outcome_of(_end(cascade, days), renewal, answer)

    async def _ask_again(self, cascade: CascadeOrder, days: Days, before: Outcome) -> Outcome:
        renewal = RenewalOrder(licence_id=before.licence_id, cause_id=cascade.deactivation_id)
        await self._throttle.turn()
        charge = await self._provider.find_charge(renewal, cascade.at)
        return await self._returns.outcome_later(_end(cascade, days), renewal, charge)

    async def _waiting(self, cascade: CascadeOrder, behind: str | None) -> list[Outcome]:
        """The next renewals whose charge, or whose return, is still open."""
        query = (
            select(RENEWAL_TROUBLES.c.licence_id, RENEWAL_TROUBLES.c.status, RENEWAL_TROUBLES.c.code)
            .where(
                RENEWAL_TROUBLES.c.deactivation_id == cascade.deactivation_id,
                RENEWAL_TROUBLES.c.status.in_([TroubleStatus.IN_FLIGHT, TroubleStatus.GIVING_BACK]),
                between(behind, None)(RENEWAL_TROUBLES.c.licence_id),
            )
            .order_by(RENEWAL_TROUBLES.c.licence_id)
            .limit(self._page_size)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [Outcome(licence_id, TroubleStatus(status), code) for licence_id, status, code in rows]


def _end(cascade: CascadeOrder, days: Days) -> CareEnd:
    return CareEnd(seller_id=cascade.seller_id, on=days.of_effect, at=cascade.at)
