"""The embedded default: cancelling a renewal is an update of our own records, a page one transaction."""

from collections.abc import AsyncIterator
from functools import partial

from sqlalchemy import func, select

from adapters.billing.automatic import between, still_automatic, survey
from adapters.billing.cancelling import cancel, days_of
from adapters.billing.failed import free_failed
from adapters.billing.walking import Page, walk
from adapters.records.database import Database
from adapters.records.renewal_counts import cascade_totals
from business_care.deactivation.renewals import (
    CascadeOrder,
    CascadeTotals,
    RenewalSurvey,
    WalkOrder,
    WalkStanding,
)

PAGE = 20_000
"""Renewals cancelled in one transaction.

Measured over a million on SQLite: pages of 5,000 take twice as long, because the index of the notices is
written in many places each time; pages of 50,000 save a fifth, and keep other writers waiting for longer.
"""
SIDE_BY_SIDE = 2
"""Ranges that are walked at the same time on PostgreSQL; SQLite has one writer anyway.

Measured over 300,000 with two cores: two ranges take a sixth less time than one, four no less than two.
"""


class RenewalsInRecords:
    """The port `Renewals` in the database alone: nobody else is asked, so nothing fails or is in flight."""

    def __init__(self, database: Database, *, page: int = PAGE) -> None:
        self._database = database
        self._page = page

    async def survey(self, cascade: CascadeOrder) -> RenewalSurvey:
        most_ranges = 1 if self._database.is_sqlite else SIDE_BY_SIDE
        return await survey(self._database, cascade, most_ranges=most_ranges)

    async def walk(self, order: WalkOrder) -> AsyncIterator[WalkStanding]:
        days = await days_of(self._database, order.cascade)

        async def look(after: str | None, limit: int) -> Page:
            rest = between(after, order.range.upto)
            found = still_automatic(order.cascade, rest).limit(limit).subquery()
            # Outside the transaction that writes, so that writers of other processes get their turn.
            async with self._database.reading() as connection:
                seen, last = (
                    await connection.execute(select(func.count(), func.max(found.c.id)).select_from(found))
                ).one()
            page = between(after, last)
            return Page(seen, last, partial(cancel, cascade=order.cascade, on=days.today, within=page))

        async for standing in walk(self._database, order, look, self._page):
            yield standing

    async def settle(self, cascade: CascadeOrder) -> CascadeTotals:
        async with self._database.reading() as connection:
            return await cascade_totals(connection, cascade.deactivation_id)

    async def free_failed(self, cascade: CascadeOrder) -> CascadeTotals:
        return await free_failed(self._database, cascade)
