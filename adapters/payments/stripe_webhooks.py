"""What Stripe tells by itself: signed events, translated into news of ours (R42, R44)."""

from datetime import UTC, datetime
from typing import Annotated, Final

import stripe
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.payments.news import News, UnreadableNews
from adapters.payments.stripe_answers import LICENCE_ID, OUR_KEY, PURPOSE, failure_of, kind_of
from adapters.payments.stripe_money import from_stripe
from business_care.commands import ChargebackStatus, SettlementStatus
from business_care.provider_news import ChargebackNews, RefundNews
from business_care.refund import RefundAnswerKind
from business_care.values import LATEST_YEAR

SECONDS_OF_TOLERANCE: Final = 300
"""How old a signature may be, so that a recorded request can't be sent again later."""

_ABOUT_REFUNDS: Final = frozenset({"refund.updated", "refund.failed", "charge.refund.updated"})
_DISPUTE_BEGINS: Final = frozenset({"charge.dispute.created", "charge.dispute.funds_withdrawn"})
_DISPUTE_ENDS: Final = "charge.dispute.closed"

_LATEST: Final = int(datetime(LATEST_YEAR, 1, 1, tzinfo=UTC).timestamp())
"""The calendar ends before the numbers do in which Stripe counts seconds."""

_NO_CHARGEBACK: Final = frozenset(
    {"prevented", "warning_closed", "warning_needs_response", "warning_under_review"}
)
"""An inquiry: no money was taken, and paying back is what ends it. Or it was settled before it grew."""


class _Lenient(BaseModel):
    """Stripe adds fields whenever it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Object(_Lenient):
    """What refunds and disputes have that we read."""

    id: str
    status: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None
    charge: str | None = None
    payment_intent: str | None = None
    amount: int | None = None
    currency: str | None = None


class _Data(_Lenient):
    object: _Object


class _Event(_Lenient):
    id: str
    type: str
    created: Annotated[int, Field(ge=0, le=_LATEST)]
    data: _Data

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.created, UTC)


class _Typed(_Lenient):
    type: str


def news_in(body: bytes, signature: str | None, secret: str) -> tuple[News, ...]:
    """What a request to the webhook tells us: nothing, or news in the order in which they are delivered.

    Raises `UnreadableNews`. While the secret is being replaced Stripe signs with both, and one will do.
    """
    try:
        told = stripe.Webhook.construct_event(body, signature, secret, SECONDS_OF_TOLERANCE).to_dict()
    except stripe.SignatureVerificationError:
        raise UnreadableNews("signature_not_accepted") from None
    except (ValueError, AttributeError, TypeError, RecursionError):  # no UTF-8, no JSON, no object, too deep
        raise UnreadableNews("body_not_readable") from None
    try:
        type_ = _Typed.model_validate(told).type
        if type_ in _ABOUT_REFUNDS:
            return _of_refund(_Event.model_validate(told))
        if type_ in _DISPUTE_BEGINS or type_ == _DISPUTE_ENDS:
            return _of_dispute(_Event.model_validate(told))
    except ValidationError:
        raise UnreadableNews("event_not_understood") from None
    return ()


def _of_refund(event: _Event) -> tuple[News, ...]:
    """A refund of ours that has ended; one that is under way is no news, and neither is one of others."""
    refund = event.data.object
    metadata = refund.metadata or {}
    ended = _SETTLED.get(kind_of(refund.status))
    if ended is None or not {OUR_KEY, LICENCE_ID, PURPOSE} <= metadata.keys():
        return ()
    failed = ended is SettlementStatus.FAILED
    news = RefundNews(
        news_id=event.id,
        licence_id=metadata[LICENCE_ID],
        purpose=metadata[PURPOSE],
        reference=refund.id,
        status=ended,
        reason=failure_of(refund.status, refund.failure_reason) if failed else None,
        occurred_at=event.at,
    )
    return (news,)


_SETTLED: Final = {
    RefundAnswerKind.SUCCEEDED: SettlementStatus.SUCCEEDED,
    RefundAnswerKind.FAILED: SettlementStatus.FAILED,
}


def _of_dispute(event: _Event) -> tuple[News, ...]:
    """A dispute that has taken the money, or has ended: told for the payment by both names that it may have.

    Our records hold one of the two, the payment intent or its charge; under the other one nobody is found.
    """
    status = _standing(event)
    if status is None:
        return ()
    dispute = event.data.object
    amount = None
    if dispute.amount is not None and dispute.currency is not None:
        amount = from_stripe(dispute.amount, dispute.currency)
    return tuple(
        ChargebackNews(
            news_id=event.id,
            payment_ref=payment_ref,
            dispute_id=dispute.id,
            status=status,
            amount=amount,
            is_unclear=amount is None,
            occurred_at=event.at,
        )
        for payment_ref in (dispute.payment_intent, dispute.charge)
        if payment_ref is not None
    )


def _standing(event: _Event) -> ChargebackStatus | None:
    """What a dispute is to us.

    Which event it is decides what begins and what ends, and not the status alone: events come in any order,
    and the snapshot of an old one must not open again what was won.
    """
    status = event.data.object.status
    if status in _NO_CHARGEBACK:
        return None
    if event.type in _DISPUTE_BEGINS:
        return ChargebackStatus.OPENED  # whatever its status is called: the money is gone for now
    return _ENDED.get(status or "")


_ENDED: Final = {"won": ChargebackStatus.WON, "lost": ChargebackStatus.LOST}
