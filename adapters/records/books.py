"""Reads our own books, as comparing them with the provider's list needs them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, ColumnElement, RowMapping, and_, exists, func, not_, select, type_coerce

from adapters.records.book_tables import BOOKING_ENTRIES, BOOKINGS
from adapters.records.database import Database
from adapters.records.request_tables import REQUESTS
from business_care.books import PROVIDER, BookingKind
from business_care.reconciliation import BookedRefund
from business_care.refund import PURCHASE_PRICE, Money, RefundStatus

PAGE = 500

LicenceAndPurpose = tuple[str, str]


@dataclass(frozen=True)
class Totals:
    """The sums of one currency in our books, in minor units."""

    debits: int = 0
    credits: int = 0
    paid_by_provider: int = 0


class Books:
    """Our books in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> int:
        """The number of the newest booking; zero while there is none."""
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.max(BOOKINGS.c.id))) or 0)

    async def totals(self, upto: int) -> dict[str, Totals]:
        """The sums of each currency, of the bookings up to this number."""
        debit, credit = BOOKING_ENTRIES.c.debit, BOOKING_ENTRIES.c.credit
        by_provider = func.sum(credit - debit).filter(BOOKING_ENTRIES.c.account == PROVIDER)
        query = (
            select(BOOKING_ENTRIES.c.currency, func.sum(debit), func.sum(credit), by_provider)
            .where(BOOKING_ENTRIES.c.booking_id <= upto)
            .group_by(BOOKING_ENTRIES.c.currency)
        )
        async with self._database.reading() as connection:
            return {
                currency: Totals(int(debited), int(credited), int(paid or 0))
                for currency, debited, credited, paid in await connection.execute(query)
            }

    async def last_of(self, licence_ids: Iterable[str]) -> dict[LicenceAndPurpose, BookedRefund]:
        """The last booking of each purpose of these licences."""
        query = select(BOOKINGS).where(BOOKINGS.c.licence_id.in_(sorted(set(licence_ids))), _is_last())
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {(row["licence_id"], row["purpose"]): _booked(row) for row in rows}

    async def paid_by_provider(self, upto: int) -> AsyncIterator[BookedRefund]:
        """Every payment of the provider's that is in force, by its number, up to this one."""
        behind = 0
        while page := await self._page(behind, upto):
            for booked in page:
                yield booked
            behind = page[-1].number

    async def charged_back_too(self, upto: int) -> Sequence[BookedRefund]:
        """Every price back in force, up to this booking, beside which a bank has taken the payment back.

        The chargeback itself is not booked beside it: a request on the licence says that it was lost.
        """
        refund_status = type_coerce(REQUESTS.c.view, JSON)[("refund", "status")].as_string()
        lost = exists().where(
            REQUESTS.c.licence_id == BOOKINGS.c.licence_id, refund_status == RefundStatus.CHARGED_BACK
        )
        query = (
            select(BOOKINGS)
            .where(
                BOOKINGS.c.id <= upto,
                BOOKINGS.c.purpose == PURCHASE_PRICE,
                BOOKINGS.c.kind.in_((BookingKind.PAID_BY_PROVIDER, BookingKind.PAID_BY_HAND)),
                _is_last(),
                lost,
            )
            .order_by(BOOKINGS.c.id)
        )
        async with self._database.reading() as connection:
            return [_booked(row) for row in (await connection.execute(query)).mappings()]

    async def _page(self, behind: int, upto: int) -> Sequence[BookedRefund]:
        query = (
            select(BOOKINGS)
            .where(
                BOOKINGS.c.id > behind,
                BOOKINGS.c.id <= upto,
                BOOKINGS.c.kind == BookingKind.PAID_BY_PROVIDER,
                _is_last(),
            )
            .order_by(BOOKINGS.c.id)
            .limit(PAGE)
        )
        async with self._database.reading() as connection:
            return [_booked(row) for row in (await connection.execute(query)).mappings()]


def _is_last() -> ColumnElement[bool]:
    later = BOOKINGS.alias("later")
    return not_(
        exists().where(
            and_(
                later.c.licence_id == BOOKINGS.c.licence_id,
                later.c.purpose == BOOKINGS.c.purpose,
                later.c.position > BOOKINGS.c.position,
            )
        )
    )


def _booked(row: RowMapping) -> BookedRefund:
    return BookedRefund(
        number=row["id"],
        licence_id=row["licence_id"],
        purpose=row["purpose"],
        kind=BookingKind(row["kind"]),
        money=Money(amount=row["amount"], currency=row["currency"]),
        reference=row["reference"],
    )
