"""The operator's digest: counted from the records, and put into the outbox in the same transaction."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.database import Database
from adapters.records.deactivation_tables import DEACTIVATIONS
from adapters.records.journal_rows import notice_rows
from adapters.records.recovery_tables import RECOVERIES
from adapters.records.request_tables import NOTICES, REQUESTS
from adapters.records.upsert import insert_missing
from adapters.time_zones import zone_named
from business_care.calendar import MARKETPLACE_PLACE
from business_care.deactivation.words import DeactivationPhase
from business_care.digest import ABOUT, SUBJECT_ID, Digest, SellerBreaches, notice_of
from business_care.views import NOT_SETTLED, WAITING_FOR_OPERATOR

_OPEN = REQUESTS.c.outcome.is_(None)


class SqlDigests:
    """`Digests` in the database. Today is that of the marketplace's zone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write_digest(self, at: datetime, differences: int | None) -> Digest:
        async with self._database.writing() as connection:
            digest = await _count(connection, at, differences)
            told = notice_rows(ABOUT, SUBJECT_ID, [notice_of(digest, at)], datetime.now(UTC))
            await insert_missing(connection, NOTICES, told)
            return digest


async def _count(connection: AsyncConnection, at: datetime, differences: int | None) -> Digest:
    zone = zone_named(MARKETPLACE_PLACE.timezone)
    today = at.astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone).astimezone(UTC)
    the_next = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    due = REQUESTS.c.next_due_at
    recoveries = await _rows(connection, RECOVERIES.c.ended_at.is_(None))
    by_seller = (
        select(REQUESTS.c.seller_id, func.count())
        .where(_OPEN, REQUESTS.c.breached, REQUESTS.c.seller_id.is_not(None))
        .group_by(REQUESTS.c.seller_id)
        .order_by(func.count().desc(), REQUESTS.c.seller_id)
    )
    return Digest(
        on=today,
        # A deadline is the first instant of the day after the last one (R2).
        due_today=await _rows(connection, and_(_OPEN, due > midnight, due <= the_next)),
        overdue=await _rows(connection, and_(_OPEN, due < at)),
        breached=await _rows(connection, and_(_OPEN, REQUESTS.c.breached)),
        waiting_for_operator=await _rows(connection, and_(_OPEN, REQUESTS.c.state.in_(WAITING_FOR_OPERATOR)))
        + await _rows(connection, DEACTIVATIONS.c.phase == DeactivationPhase.RENEWALS_FAILED)
        + recoveries,
        refunds_not_settled=await _rows(connection, and_(_OPEN, REQUESTS.c.state.in_(NOT_SETTLED)))
        + recoveries,
        differences=differences,
        by_seller=tuple(
            SellerBreaches(seller_id=seller_id, breached=count)
            for seller_id, count in await connection.execute(by_seller)
        ),
    )


async def _rows(connection: AsyncConnection, wanted: ColumnElement[bool]) -> int:
    return int(await connection.scalar(select(func.count()).where(wanted)) or 0)
