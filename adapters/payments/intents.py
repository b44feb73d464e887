"""The one intent to pay a licence back: kept before the provider is asked, read by every later request."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.bookings import book
from adapters.records.database import Database
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.refund_marks import ByHand, IntentStatus
from adapters.records.upsert import insert_missing
from business_care.books import BookingKind
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder

BY_HAND = "left_to_the_operator"
"""The reason given to a request that had left its refund to the operator before."""

_STATUS_AFTER = {
    RefundAnswerKind.SUCCEEDED: IntentStatus.SUCCEEDED,
    RefundAnswerKind.PENDING: IntentStatus.PENDING,
    RefundAnswerKind.REFUSED: IntentStatus.REFUSED,
    RefundAnswerKind.FAILED: IntentStatus.FAILED,
}
_TO_BE_SENT = (IntentStatus.UNSENT, IntentStatus.REQUESTED)

_IS_OF_ORDER = and_(
    REFUND_INTENTS.c.licence_id == bindparam("of_licence"),
    REFUND_INTENTS.c.purpose == bindparam("for_purpose"),
)
_FIND = select(REFUND_INTENTS).where(_IS_OF_ORDER)
_LOCK = _FIND.with_for_update()
_COUNT_ATTEMPT = (
    update(REFUND_INTENTS)
    .where(_IS_OF_ORDER)
    .values(status=IntentStatus.REQUESTED, attempts=REFUND_INTENTS.c.attempts + 1)
)
_KEEP_ANSWER = update(REFUND_INTENTS).where(_IS_OF_ORDER, REFUND_INTENTS.c.status != IntentStatus.SUCCEEDED)


@dataclass(frozen=True)
class Intent:
    """A row of `refund_intents`, as the decisions about paying need it."""

    status: IntentStatus
    by_hand: ByHand | None
    by_hand_request_id: str | None
    request_id: str
    payment_ref: str | None
    money: Money | None
    reference: str | None
    reason: str | None

    def answer_without_asking(self) -> RefundAnswer | None:
        """Already refunded, by the provider or by hand, is success for every request on the licence (R41)."""
        if self.status is IntentStatus.SUCCEEDED or self.by_hand is ByHand.PAID:
            return RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference=self.reference)
        return None

    def answer_instead_of_paying(self, order: RefundOrder) -> RefundAnswer | None:
        """What is told while the provider holds no refund that succeeded, and no program may pay (R42).

        The request that left the refund to the operator is told so again. Another one waits for that same
        payment: a second task for the operator would ask for a second payment.
        """
        if self.by_hand is ByHand.EXPECTED and order.request_id != self.by_hand_request_id:
            return RefundAnswer(kind=RefundAnswerKind.PENDING)
        if self.status is IntentStatus.FAILED:
            return RefundAnswer(kind=RefundAnswerKind.FAILED, reference=self.reference, reason=self.reason)
        if self.by_hand is ByHand.EXPECTED or self.status is IntentStatus.REFUSED:
            return RefundAnswer(kind=RefundAnswerKind.REFUSED, reason=self.reason or BY_HAND)
        return None

    def order_as_intended(self, order: RefundOrder) -> RefundOrder:
        """The order as the first attempt had it: a key must never be used with another body."""
        if self.money is None:
            return order
        return order.model_copy(
            update={"money": self.money, "request_id": self.request_id, "payment_ref": self.payment_ref}
        )


class RefundIntents:
    """The intents in the database, one for each licence and purpose."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, order: RefundOrder) -> Intent | None:
        """The intent for the order's licence and purpose, whichever request had it first."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_FIND, _of(order))).mappings().one_or_none()
        return None if row is None else _intent(row)

    async def begin_attempt(self, order: RefundOrder) -> Intent:
        """Keep the intent and count the attempt before it is made, unless no program may make one any more.

        A crash after this leaves a trace that money may have moved.
        """
        async with self._database.writing() as connection:
            await _insert(connection, order)
            intent = _intent((await connection.execute(_LOCK, _of(order))).mappings().one())
            if intent.status in _TO_BE_SENT and intent.by_hand is None:
                await connection.execute(_COUNT_ATTEMPT, {**_of(order), "updated_at": datetime.now(UTC)})
        return intent

    async def keep_answer(self, order: RefundOrder, answer: RefundAnswer, at: datetime) -> None:
        """Bring the intent up to date with what the provider said; what has succeeded stays so.

        When it succeeds it is booked, once, in the same transaction: `at` is when we were told.
        """
        async with self._database.writing() as connection:
            await _insert(connection, order)
            news = {
                "status": _STATUS_AFTER[answer.kind],
                "reference": answer.reference,
                "reason": answer.reason,
                "updated_at": datetime.now(UTC),
            }
            changed = await connection.execute(_KEEP_ANSWER, {**_of(order), **news})
            if changed.rowcount and answer.kind is RefundAnswerKind.SUCCEEDED:
                kept = (await connection.execute(_FIND, _of(order))).mappings().one()
                await book(
                    connection,
                    BookingKind.PAID_BY_PROVIDER,
                    licence_id=order.licence_id,
                    purpose=order.purpose,
                    request_id=kept["request_id"],
                    seller_id=kept["seller_id"],
                    money=_intent(kept).money or order.money,
                    reference=answer.reference,
                    at=at,
                )


async def _insert(connection: AsyncConnection, order: RefundOrder) -> None:
    now = datetime.now(UTC)
    row = {
        "licence_id": order.licence_id,
        "purpose": order.purpose,
        "request_id": order.request_id,
        "seller_id": order.seller_id,
        "amount": order.money.amount,
        "currency": order.money.currency,
        "payment_ref": order.payment_ref,
        "status": IntentStatus.UNSENT,
        "created_at": now,
        "updated_at": now,
    }
    await insert_missing(connection, REFUND_INTENTS, [row])


def _of(order: RefundOrder) -> dict[str, Any]:
    return {"of_licence": order.licence_id, "for_purpose": order.purpose}


def _intent(row: RowMapping) -> Intent:
    known = row["amount"] is not None and row["currency"] is not None
    return Intent(
        status=IntentStatus(row["status"]),
        by_hand=None if row["by_hand"] is None else ByHand(row["by_hand"]),
        by_hand_request_id=row["by_hand_request_id"],
        request_id=row["request_id"],
        payment_ref=row["payment_ref"],
        money=Money(amount=row["amount"], currency=row["currency"]) if known else None,
        reference=row["reference"],
        reason=row["reason"],
    )
