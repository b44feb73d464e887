"""What a request's step says about paying by hand: from then on no program pays (R41, R42)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.bookings import book
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.recovery_tables import RECOVERIES
from adapters.records.upsert import insert_missing
from business_care.books import BookingKind
from business_care.refund import PURCHASE_PRICE, Money, RefundStatus
from business_care.views import RefundView, RequestView

_INTENT = (
    select(REFUND_INTENTS)
    .where(REFUND_INTENTS.c.licence_id == bindparam("licence_id"), REFUND_INTENTS.c.purpose == PURCHASE_PRICE)
    .with_for_update()
)
_OPEN_RECOVERY = select(RECOVERIES.c.recovery_id).where(
    RECOVERIES.c.recovery_id == bindparam("recovery_id"), RECOVERIES.c.ended_at.is_(None)
)


class IntentStatus(StrEnum):
    """How a refund stands at the payment provider."""

    UNSENT = "unsent"
    """Kept, and nothing was asked of the provider yet."""
    REQUESTED = "requested"
    """Asked for; whether it had an effect is not known."""
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"


class ByHand(StrEnum):
    """What people do about a refund outside of any program."""

    EXPECTED = "expected"
    PAID = "paid"


async def mark_payment_by_hand(connection: AsyncConnection, view: RequestView, at: datetime) -> None:
    """Keep in the intent that an operator pays or has paid, or that a chargeback took the money."""
    refund = view.refund
    if refund is None:
        return
    if refund.status is RefundStatus.MANUAL:
        await _keep_intent(connection, view, refund, at)
        await _change(
            connection,
            view,
            at,
            {"by_hand": ByHand.EXPECTED, "by_hand_request_id": view.request_id},
            unless_by_hand=True,
        )
    if refund.status in (RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK):
        await _keep_intent(connection, view, refund, at)
        intent = await _intent(connection, view.licence_id)
        if refund.manual_reason is None and await _failed_since(connection, intent):
            return
        if intent["status"] == IntentStatus.SUCCEEDED or intent["by_hand"] == ByHand.PAID:
            return
        if _settled_by_the_provider(intent, refund):
            await _change(connection, view, at, {"status": IntentStatus.SUCCEEDED, "reason": None})
            await _book(connection, BookingKind.PAID_BY_PROVIDER, view, refund, intent, at)
            return
        await _change(connection, view, at, {"by_hand": ByHand.PAID, "reference": refund.reference})
        charged_back = refund.status is RefundStatus.CHARGED_BACK
        kind = BookingKind.CHARGED_BACK if charged_back else BookingKind.PAID_BY_HAND
        await _book(connection, kind, view, refund, intent, at)


async def _failed_since(connection: AsyncConnection, intent: RowMapping) -> bool:
    """Whether the success that the request tells of was taken back meanwhile: it is paid by hand (R42)."""
    recovery_id = intent["by_hand_request_id"]
    if recovery_id is None:
        return False
    return await connection.scalar(_OPEN_RECOVERY, {"recovery_id": recovery_id}) is not None


def _settled_by_the_provider(intent: RowMapping, refund: RefundView) -> bool:
    return (
        refund.status is RefundStatus.SUCCEEDED
        and intent["by_hand"] is None
        and intent["status"] in (IntentStatus.REQUESTED, IntentStatus.PENDING)
    )


async def _book(
    connection: AsyncConnection,
    kind: BookingKind,
    view: RequestView,
    refund: RefundView,
    intent: RowMapping,
    at: datetime,
) -> None:
    """Book what has moved: what the provider was asked for, or what the request says was paid otherwise."""
    asked_for = (intent["amount"], intent["currency"])
    told = (refund.amount, refund.currency)
    amount, currency = asked_for if kind is BookingKind.PAID_BY_PROVIDER else told
    if amount is None or currency is None:
        return
    await book(
        connection,
        kind,
        licence_id=view.licence_id,
        purpose=PURCHASE_PRICE,
        request_id=view.request_id,
        seller_id=view.seller_id,
        money=Money(amount=amount, currency=currency),
        reference=intent["reference"] if kind is BookingKind.PAID_BY_PROVIDER else refund.reference,
        # A refund that is settled says since when; the clock is for a view that does not.
        at=refund.settled_at or at,
    )


async def _keep_intent(
    connection: AsyncConnection, view: RequestView, refund: RefundView, at: datetime
) -> None:
    row = {
        "licence_id": view.licence_id,
        "purpose": PURCHASE_PRICE,
        "request_id": view.request_id,
        "seller_id": view.seller_id,
        "amount": refund.amount,
        "currency": refund.currency,
        "status": IntentStatus.UNSENT,
        "created_at": at,
        "updated_at": at,
    }
    await insert_missing(connection, REFUND_INTENTS, [row])


async def _intent(connection: AsyncConnection, licence_id: str) -> RowMapping:
    return (await connection.execute(_INTENT, {"licence_id": licence_id})).mappings().one()


async def _change(
    connection: AsyncConnection,
    view: RequestView,
    at: datetime,
    changes: dict[str, str | None],
    *,
    unless_by_hand: bool = False,
) -> None:
    statement = update(REFUND_INTENTS).where(
        REFUND_INTENTS.c.licence_id == view.licence_id,
        REFUND_INTENTS.c.purpose == PURCHASE_PRICE,
        REFUND_INTENTS.c.status != IntentStatus.SUCCEEDED,
    )
    if unless_by_hand:
        statement = statement.where(REFUND_INTENTS.c.by_hand.is_(None))
    await connection.execute(statement.values(**changes, updated_at=at))
