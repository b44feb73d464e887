"""Stripe's refunds as answers: whose they are, and how they stand."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import stripe

from adapters.payments.stripe_money import from_stripe
from business_care.reconciliation import MadeRefund
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundOrder

OUR_KEY: Final = "business_care_key"
LICENCE_ID: Final = "licence_id"
REQUEST_ID: Final = "request_id"
PURPOSE: Final = "purpose"

_CODE: Final = re.compile(r"[a-z0-9_]{1,64}")
_WITHOUT_REASON: Final = "unknown"
_CANCELED: Final = "canceled"
# A refund that was asked for twice would count as paid when one of the two was.
_BEST_FIRST: Final = (RefundAnswerKind.SUCCEEDED, RefundAnswerKind.PENDING, RefundAnswerKind.FAILED)


def metadata_of(order: RefundOrder) -> dict[str, str]:
    """What a refund carries so that it is known again, also when Stripe has forgotten the key: ids only."""
    return {
        OUR_KEY: order.idempotency_key,
        LICENCE_ID: order.licence_id,
        REQUEST_ID: order.request_id,
        PURPOSE: order.purpose,
    }


def is_of(refund: stripe.Refund, order: RefundOrder) -> bool:
    """Whether a refund was made under the key of the order; others of the same payment are not ours."""
    return _metadata(refund).get(OUR_KEY) == order.idempotency_key


def made_refund(refund: stripe.Refund) -> MadeRefund | None:
    """A refund for the comparison with our books; None for one that is not ours."""
    metadata = _metadata(refund)
    money = from_stripe(refund.amount, refund.currency)
    if not {OUR_KEY, LICENCE_ID, PURPOSE} <= metadata.keys() or money is None:
        return None
    return MadeRefund(
        key=metadata[OUR_KEY],
        licence_id=metadata[LICENCE_ID],
        purpose=metadata[PURPOSE],
        money=money,
        status=kind_of(refund.status),
        reference=refund.id,
    )


def _metadata(refund: stripe.Refund) -> Mapping[str, str]:
    return refund.metadata.to_dict() if refund.metadata else {}


def best_answer(refunds: Iterable[stripe.Refund]) -> RefundAnswer | None:
    """How the refund stands that came furthest; None when there is none."""
    answers = [answer_of(refund) for refund in refunds]
    return min(answers, key=lambda answer: _BEST_FIRST.index(answer.kind), default=None)


def answer_of(refund: stripe.Refund) -> RefundAnswer:
    """How a refund stands."""
    kind = kind_of(refund.status)
    failed = kind is RefundAnswerKind.FAILED
    reason = failure_of(refund.status, getattr(refund, "failure_reason", None)) if failed else None
    return RefundAnswer(kind=kind, reference=refund.id, reason=reason)


def kind_of(status: str | None) -> RefundAnswerKind:
    """What a status means for us.

    One that is not known here is taken for pending. The care of a licence does not end, and nobody is asked
    to pay by hand, while it is not certain what became of the money: it is asked after again, and a person
    can look.
    """
    match status:
        case "succeeded":
            return RefundAnswerKind.SUCCEEDED
        case "failed" | "canceled":
            return RefundAnswerKind.FAILED
        case _:  # pending, requires_action
            return RefundAnswerKind.PENDING


def failure_of(status: str | None, reason: str | None) -> str:
    """The code for a refund that has ended without paying."""
    if status == _CANCELED:
        return _CANCELED
    return reason if reason is not None and _CODE.fullmatch(reason) else _WITHOUT_REASON
