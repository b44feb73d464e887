"""Short words for what stands in our books, and what must hold of them always."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from adapters.records.book_tables import BOOKING_ENTRIES, BOOKINGS
from adapters.records.bookings import book
from adapters.records.opened import Records
from business_care.books import BookingKind
from business_care.refund import PURCHASE_PRICE, Money
from tests.adapters.care_world import OPENED_AT


async def booked(records: Records) -> list[tuple[str, str, int, datetime]]:
    """Kind, reference, amount and instant of every booking, in their order."""
    query = select(BOOKINGS).order_by(BOOKINGS.c.id)
    async with records.database.reading() as connection:
        rows = (await connection.execute(query)).mappings()
        return [(row["kind"], row["reference"], row["amount"], row["at"]) for row in rows]


async def kinds(records: Records) -> list[str]:
    return [kind for kind, _, _, _ in await booked(records)]


async def balances(records: Records) -> dict[str, int]:
    """Debits less credits of each account."""
    balances = Counter[str]()
    async with records.database.reading() as connection:
        for entry in (await connection.execute(select(BOOKING_ENTRIES))).mappings():
            balances[entry["account"]] += entry["debit"] - entry["credit"]
    return dict(balances)


async def book_one(
    records: Records,
    kind: BookingKind,
    reference: str = "re_1",
    *,
    licence_id: str = "L1",
    purpose: str = PURCHASE_PRICE,
    amount: int = 12_900,
    currency: str = "EUR",
) -> None:
    async with records.database.writing() as connection:
        await book(
            connection,
            kind,
            licence_id=licence_id,
            purpose=purpose,
            request_id="R1",
            seller_id="S1",
            money=Money(amount=amount, currency=currency),
            reference=reference,
            at=OPENED_AT,
        )


async def assert_sound(records: Records) -> None:
    """Debits are credits by currency and by booking; one payment in force a licence and purpose (R41)."""
    by_currency, by_booking, in_force = Counter[str](), Counter[int](), Counter[tuple[str, str]]()
    async with records.database.reading() as connection:
        for entry in (await connection.execute(select(BOOKING_ENTRIES))).mappings():
            by_currency[entry["currency"]] += entry["debit"] - entry["credit"]
            by_booking[entry["booking_id"]] += entry["debit"] - entry["credit"]
        for row in (await connection.execute(select(BOOKINGS).order_by(BOOKINGS.c.id))).mappings():
            assert row["id"] in by_booking
            returned = row["kind"] == BookingKind.RETURNED_BY_PROVIDER
            in_force[row["licence_id"], row["purpose"]] += -1 if returned else 1
            assert in_force[row["licence_id"], row["purpose"]] in (0, 1)
    assert set(by_currency.values()) | set(by_booking.values()) <= {0}
