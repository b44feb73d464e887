"""The embedded payment provider: refunds as double-entry bookings in the records database."""

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.payments.listing import rows_in_pages
from adapters.payments.payments_held import refusal_of
from adapters.records.database import Database
from adapters.records.money_tables import LEDGER_ENTRIES, LEDGER_REFUNDS
from business_care.reconciliation import MadeRefund
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder

_NUMBER = select(LEDGER_REFUNDS.c.id).where(LEDGER_REFUNDS.c.key == bindparam("key"))
_INSERT = insert(LEDGER_REFUNDS).returning(LEDGER_REFUNDS.c.id)


class LedgerProvider:
    """The port `PaymentProvider` over our own ledger: booked means that the money has moved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        async with self._database.reading() as connection:
            number = await _number(connection, order)
        return None if number is None else _booked(number)

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        async with self._database.writing() as connection:
            refusal = await refusal_of(connection, order, at)
            number = await _number(connection, order)
            if number is not None:
                return _booked(number)
            if refusal is not None:
                return RefundAnswer(kind=RefundAnswerKind.REFUSED, reason=refusal)
            return _booked(await _book(connection, order, at))

    async def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        async for row in rows_in_pages(self._database, LEDGER_REFUNDS):
            yield _made(row)

    async def balance(self) -> dict[str, tuple[int, int]]:
        """All debits and all credits of each currency, in minor units; they are equal."""
        query = select(
            LEDGER_ENTRIES.c.currency, func.sum(LEDGER_ENTRIES.c.debit), func.sum(LEDGER_ENTRIES.c.credit)
        ).group_by(LEDGER_ENTRIES.c.currency)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return {currency: (int(debit), int(credit)) for currency, debit, credit in rows}


async def _number(connection: AsyncConnection, order: RefundOrder) -> int | None:
    number: int | None = await connection.scalar(_NUMBER, {"key": order.idempotency_key})
    return number


async def _book(connection: AsyncConnection, order: RefundOrder, at: datetime) -> int:
    """The refund, the seller's debit and the customer's credit."""
    amount, currency = order.money.amount, order.money.currency
    row = {
        "key": order.idempotency_key,
        "licence_id": order.licence_id,
        "purpose": order.purpose,
        "amount": amount,
        "currency": currency,
        "at": at,
    }
    number = int((await connection.execute(_INSERT, row)).scalar_one())
    entries = [
        {"account": f"seller:{order.seller_id}", "debit": amount, "credit": 0},
        {"account": f"licence:{order.licence_id}", "debit": 0, "credit": amount},
    ]
    await connection.execute(
        insert(LEDGER_ENTRIES), [{**entry, "refund_id": number, "currency": currency} for entry in entries]
    )
    return number


def _booked(number: int) -> RefundAnswer:
    return RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference=f"ledger-{number}")


def _made(row: RowMapping) -> MadeRefund:
    booked = _booked(row["id"])
    return MadeRefund(
        key=row["key"],
        licence_id=row["licence_id"],
        purpose=row["purpose"],
        money=Money(amount=row["amount"], currency=row["currency"]),
        status=booked.kind,
        reference=booked.reference,
    )
