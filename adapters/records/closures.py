"""Sellers' temporary closures: the port `Closures`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import CLOSURES, SELLERS
from adapters.records.closure_days import announced, as_seller_closure, cut_short
from adapters.records.database import Database
from adapters.records.places import find_seller, local_day, place_of
from adapters.records.request_tables import REQUESTS
from adapters.records.upsert import insert_missing
from business_care.calendar import CalendarErrorCode, CalendarRefused, Closure, Place, check_closed_days
from business_care.errors import RecordMissing
from business_care.listing import SellerClosure
from business_care.state import AcknowledgementStatus
from business_care.views import RequestView

_STILL_COUNTED = (AcknowledgementStatus.PENDING, AcknowledgementStatus.BREACHED)

_WITH_SELLER = select(CLOSURES, SELLERS.c.country, SELLERS.c.subdivision, SELLERS.c.timezone).join(
    SELLERS, SELLERS.c.id == CLOSURES.c.seller_id
)


class SqlClosures:
    """`Closures` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def announce(self, closure: SellerClosure) -> SellerClosure:
        check_closed_days(closure.start, closure.end)
        row = {
            "id": closure.id,
            "seller_id": closure.seller_id,
            "start_date": closure.start,
            "end_date": closure.end,
            "notified_at": closure.notified_at,
        }
        async with self._database.writing() as connection:
            await find_seller(connection, closure.seller_id)
            await insert_missing(connection, CLOSURES, [row])
            kept = await _closure(connection, closure.id)
        if any(kept[name] != said for name, said in row.items()):
            raise CalendarRefused(
                CalendarErrorCode.BAD_CLOSURE,
                f"closure {closure.id} was announced by {kept['seller_id']} from {kept['start_date']} "
                f"to {kept['end_date']}; another closure needs another id",
            )
        return as_seller_closure(kept, place_of(kept))

    async def end(self, closure_id: str, notified_at: datetime) -> SellerClosure:
        async with self._database.writing() as connection:
            await cut_short(connection, closure_id, notified_at)
            row = await _closure(connection, closure_id)
        return as_seller_closure(row, place_of(row))

    async def of_seller(self, seller_id: str | None) -> Sequence[SellerClosure]:
        query = _WITH_SELLER.order_by(CLOSURES.c.start_date, CLOSURES.c.id)
        if seller_id is not None:
            query = query.where(CLOSURES.c.seller_id == seller_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [as_seller_closure(row, place_of(row)) for row in rows]

    async def bound_requests(self, closure_id: str) -> Sequence[str]:
        async with self._database.reading() as connection:
            row = await _closure(connection, closure_id)
            open_requests = (
                select(REQUESTS.c.view)
                .where(
                    REQUESTS.c.seller_id == row["seller_id"],
                    REQUESTS.c.outcome.is_(None),
                    REQUESTS.c.opened_at >= row["notified_at"],
                )
                .order_by(REQUESTS.c.request_id)
            )
            views: list[RequestView] = list(await connection.scalars(open_requests))
        closure, place = announced(row), place_of(row)
        return [view.request_id for view in views if _takes_part(closure, place, view)]


async def _closure(connection: AsyncConnection, closure_id: str) -> RowMapping:
    found = await connection.execute(_WITH_SELLER.where(CLOSURES.c.id == closure_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise RecordMissing(f"the records hold no closure {closure_id}")
    return row


def _takes_part(closure: Closure, place: Place, view: RequestView) -> bool:
    """Whether the closure, as announced, lies in the time in which the acknowledgement is counted (R7)."""
    promise = view.acknowledgement
    if promise.status not in _STILL_COUNTED or not closure.binds(view.opened_at):
        return False
    begins_in_time = promise.due is None or closure.start <= local_day(promise.due, place)
    return begins_in_time and closure.end >= local_day(view.opened_at, place)
