"""The simulated payment provider: product code, so that a demo and every test need no account anywhere."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.payments.behaviours import PaymentBehaviour, next_behaviour
from adapters.payments.listing import rows_in_pages
from adapters.payments.payments_held import PaymentRefusal, refusal_of
from adapters.records.database import Database
from adapters.records.money_tables import SIMULATED_REFUNDS
from business_care.errors import TemporarilyUnavailable
from business_care.reconciliation import MadeRefund
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder

TIME_TO_SETTLE = timedelta(days=1)
TIME_TO_FAIL_LATE = timedelta(days=10)
FAILED_LATE = "failed_late"
"""What stands in place of `failed` for a refund that counts as paid until it fails."""

_WITHOUT_EFFECT = frozenset({PaymentBehaviour.ERROR, PaymentBehaviour.TIMEOUT_BEFORE})
_SETTLEMENTS: dict[PaymentBehaviour, tuple[str, timedelta]] = {
    PaymentBehaviour.PENDING: (RefundAnswerKind.SUCCEEDED, TIME_TO_SETTLE),
    PaymentBehaviour.PENDING_THEN_FAILED: (RefundAnswerKind.FAILED, TIME_TO_SETTLE),
    PaymentBehaviour.SUCCEEDED_THEN_FAILED: (FAILED_LATE, TIME_TO_FAIL_LATE),
}
_AT_ONCE = (RefundAnswerKind.SUCCEEDED, timedelta())


class SimulatedProvider:
    """The port `PaymentProvider` with knobs: behaves as it was told, and always knows what it did.

    What it did is in the database, so that it survives a restart; time is what the caller says it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        async with self._database.reading() as connection:
            row = await _row(connection, order)
        return None if row is None else _standing(row, at)

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        async with self._database.writing() as connection:
            refusal = await refusal_of(connection, order, at)
            row = await _row(connection, order)
            if row is not None:
                return _standing(row, at)
            if refusal is not None:
                return RefundAnswer(kind=RefundAnswerKind.REFUSED, reason=refusal)
            behaviour = await next_behaviour(connection, order.licence_id)
            if behaviour is PaymentBehaviour.REFUSED:
                return RefundAnswer(kind=RefundAnswerKind.REFUSED, reason=PaymentRefusal.WINDOW_CLOSED)
            if behaviour not in _WITHOUT_EFFECT:
                await _keep(connection, order, behaviour, at)
                row = await _row(connection, order)
        if row is None or behaviour is PaymentBehaviour.TIMEOUT_AFTER_EFFECT:
            raise TemporarilyUnavailable(f"the payment provider gave no answer ({behaviour})")
        return _standing(row, at)

    async def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        async for row in rows_in_pages(self._database, SIMULATED_REFUNDS):
            yield _made(row, at)


async def _row(connection: AsyncConnection, order: RefundOrder) -> RowMapping | None:
    query = select(SIMULATED_REFUNDS).where(SIMULATED_REFUNDS.c.key == order.idempotency_key)
    return (await connection.execute(query)).mappings().one_or_none()


async def _keep(
    connection: AsyncConnection, order: RefundOrder, behaviour: PaymentBehaviour, at: datetime
) -> None:
    settles_as, after = _SETTLEMENTS.get(behaviour, _AT_ONCE)
    row = {
        "key": order.idempotency_key,
        "licence_id": order.licence_id,
        "purpose": order.purpose,
        "amount": order.money.amount,
        "currency": order.money.currency,
        "requested_at": at,
        "settles_as": settles_as,
        "settles_at": at + after,
    }
    await connection.execute(insert(SIMULATED_REFUNDS).values(**row))


def _standing(row: RowMapping, at: datetime) -> RefundAnswer:
    reference = f"simulated-{row['id']}"
    late = row["settles_as"] == FAILED_LATE
    settles_later = row["settles_at"] > row["requested_at"]
    if settles_later and at < row["settles_at"]:
        kind = RefundAnswerKind.SUCCEEDED if late else RefundAnswerKind.PENDING
    else:
        kind = RefundAnswerKind.FAILED if late else RefundAnswerKind(row["settles_as"])
    failed = kind is RefundAnswerKind.FAILED
    return RefundAnswer(kind=kind, reference=reference, reason="account_closed" if failed else None)


def _made(row: RowMapping, at: datetime) -> MadeRefund:
    standing = _standing(row, at)
    return MadeRefund(
        key=row["key"],
        licence_id=row["licence_id"],
        purpose=row["purpose"],
        money=Money(amount=row["amount"], currency=row["currency"]),
        status=standing.kind,
        reference=standing.reference,
    )
