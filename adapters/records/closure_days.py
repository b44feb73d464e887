"""Closures as rows, and what is left of one after an early reopening (R7)."""

from datetime import datetime

from sqlalchemy import RowMapping, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import CLOSURES
from adapters.records.places import local_day
from business_care.calendar import Closure, Place
from business_care.listing import SellerClosure

_TOLD_BEFORE = (
    select(CLOSURES)
    .where(CLOSURES.c.seller_id == bindparam("of"), CLOSURES.c.notified_at <= bindparam("opened_at"))
    .order_by(CLOSURES.c.start_date, CLOSURES.c.id)
)


def announced(row: RowMapping) -> Closure:
    """The closure as customers were told of it first."""
    return Closure(id=row["id"], start=row["start_date"], end=row["end_date"], notified_at=row["notified_at"])


def in_force(row: RowMapping, place: Place) -> Closure | None:
    """The closure for later requests: cut short by a reopening; None when that came before its start (R7)."""
    closure = announced(row)
    if row["ended_notified_at"] is None:
        return closure
    return closure.cut_short(local_day(row["ended_notified_at"], place))


def as_seller_closure(row: RowMapping, place: Place) -> SellerClosure:
    """The closure as the gateway shows it; a reopening before its start leaves an end before the start."""
    end, reopened_at = row["end_date"], row["ended_notified_at"]
    if reopened_at is not None:
        end = min(end, local_day(reopened_at, place))
    return SellerClosure(
        id=row["id"],
        seller_id=row["seller_id"],
        start=row["start_date"],
        end=end,
        notified_at=row["notified_at"],
        ended_notified_at=reopened_at,
    )


async def closures_that_bind(
    connection: AsyncConnection, seller_id: str, place: Place, opened_at: datetime
) -> tuple[Closure, ...]:
    """The closures of which customers had been told when the request was opened, by start (R7)."""
    told = {"of": seller_id, "opened_at": opened_at}
    rows = (await connection.execute(_TOLD_BEFORE, told)).mappings()
    return tuple(closure for row in rows if (closure := in_force(row, place)) is not None)


async def cut_short(connection: AsyncConnection, closure_id: str, notified_at: datetime) -> None:
    """Keep the earliest reopening notice of a closure: a later one lengthens nothing."""
    earlier = or_(CLOSURES.c.ended_notified_at.is_(None), CLOSURES.c.ended_notified_at > notified_at)
    await connection.execute(
        update(CLOSURES).where(CLOSURES.c.id == closure_id, earlier).values(ended_notified_at=notified_at)
    )
