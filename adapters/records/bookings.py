"""Keeps our own books: each movement of money once, in the transaction of whatever it follows from."""

from datetime import datetime

from sqlalchemy import RowMapping, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.book_tables import BOOKING_ENTRIES, BOOKINGS
from adapters.records.upsert import insert_returning_id
from business_care.books import BookingKind, entries_of, may_follow
from business_care.refund import Money
from business_care.values import MAX_REFERENCE_CHARACTERS

_LAST = (
    select(BOOKINGS)
    .where(BOOKINGS.c.licence_id == bindparam("licence_id"), BOOKINGS.c.purpose == bindparam("purpose"))
    .order_by(BOOKINGS.c.position.desc())
    .limit(1)
)


async def book(  # noqa: PLR0913 -- a booking says all of this, and each is named where it is called
    connection: AsyncConnection,
    kind: BookingKind,
    *,
    licence_id: str,
    purpose: str,
    request_id: str | None,
    seller_id: str | None,
    money: Money,
    reference: str | None,
    at: datetime,
) -> None:
    """Book a movement of money; again, or where it can't follow what was booked, nothing is changed.

    A second payment while one is in force, or the return of one that is not, is no movement that these books
    know: if it has happened all the same, comparing them with the provider's list, and with the chargebacks
    that requests tell of, shows it (`paid_twice`). A return takes back what was booked, whatever `money`
    says.
    """
    last = await _last(connection, licence_id, purpose)
    if not may_follow(kind, None if last is None else BookingKind(last["kind"])):
        return
    if kind is BookingKind.RETURNED_BY_PROVIDER and last is not None:
        money = Money(amount=last["amount"], currency=last["currency"])
    if not money.amount:
        return
    row = {
        "licence_id": licence_id,
        "purpose": purpose,
        "request_id": request_id,
        "kind": kind,
        "reference": (reference or "")[:MAX_REFERENCE_CHARACTERS],
        "amount": money.amount,
        "currency": money.currency,
        "at": at,
        "position": 1 if last is None else last["position"] + 1,
    }
    booking_id = await insert_returning_id(connection, BOOKINGS, row)
    if booking_id is None:
        return
    entries = [
        {**entry.model_dump(), "booking_id": booking_id, "currency": money.currency}
        for entry in entries_of(kind, seller_id, money)
    ]
    await connection.execute(insert(BOOKING_ENTRIES), entries)


async def _last(connection: AsyncConnection, licence_id: str, purpose: str) -> RowMapping | None:
    of_it = {"licence_id": licence_id, "purpose": purpose}
    return (await connection.execute(_LAST, of_it)).mappings().one_or_none()
