"""The price back: how much, in which state, and for what cause (R40-R44)."""

from enum import StrEnum

from business_care.commands import ChargebackStatus
from business_care.request import PricePaid
from business_care.values import Currency, Identifier, Instant, MinorUnits, Text, Value


class RefundStatus(StrEnum):
    """Where a refund stands; wire format."""

    DUE = "due"
    HELD = "held"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    MANUAL = "manual"
    NOTHING_TO_PAY = "nothing_to_pay"
    CHARGED_BACK = "charged_back"


SETTLED_AS_FAILED = "settled_as_failed"
"""Why a refund waits for people whose failure the provider told without a code (R42)."""

PURCHASE_PRICE = "purchase_price"
"""The purpose of these refunds: partial refunds and refunded renewals are paid under others (R41)."""

OPEN_REFUND = frozenset({RefundStatus.DUE, RefundStatus.HELD, RefundStatus.PENDING, RefundStatus.MANUAL})
"""The door is closed, and the money has not moved for certain."""


class RefundCause(StrEnum):
    """Why a refund is due."""

    RESOLUTION_MISSED = "resolution_missed"
    ACKNOWLEDGEMENT_MISSED = "acknowledgement_missed"
    FIX_REJECTED = "fix_rejected"
    REFUSAL_OVERTURNED = "refusal_overturned"
    REFUSAL_WITHDRAWN = "refusal_withdrawn"
    RECLASSIFIED = "reclassified"
    OPERATOR_ORDER = "operator_order"
    CHARGEBACK_LOST = "chargeback_lost"


class Money(Value):
    """An amount in minor units of a currency."""

    amount: MinorUnits
    currency: Currency


class Refund(Value):
    """The refund region of a request: nothing until one is due."""

    status: RefundStatus | None = None
    cause: RefundCause | None = None
    money: Money | None = None
    due_at: Instant | None = None
    requested_at: Instant | None = None
    settled_at: Instant | None = None
    reference: Text | None = None
    manual_reason: str | None = None
    """A code: why no program may pay any more (R42)."""
    passes_hold: bool = False
    held_since: Instant | None = None
    chargeback: ChargebackStatus | None = None
    care_ended: bool = False
    renewal_cancelled: bool = False

    @property
    def is_held(self) -> bool:
        """Whether the payment waits for a release or for the end of a chargeback (R44)."""
        held = self.held_since is not None and not self.passes_hold
        return held or self.chargeback is ChargebackStatus.OPENED

    @property
    def is_open(self) -> bool:
        """Whether a refund is due and not yet over: most commands come too late."""
        return self.status in OPEN_REFUND

    @property
    def may_be_paid(self) -> bool:
        """Whether the automatic payment may be made, as far as this request is concerned."""
        return self.status is RefundStatus.DUE


def amount_owed(price: PricePaid) -> Money:
    """The price paid for the licence less what was already given back, never below zero (R40)."""
    return Money(amount=max(0, price.amount - price.refunded_before), currency=price.currency)


class RefundOrder(Value):
    """What the payment provider is asked to do; the key is made from the licence alone (R41)."""

    licence_id: Identifier
    request_id: Identifier
    seller_id: Identifier
    money: Money
    payment_ref: Identifier | None = None
    purpose: str = PURCHASE_PRICE

    @property
    def idempotency_key(self) -> str:
        """One key a licence and purpose, for ever: no attempt makes a fresh one (R41)."""
        return f"refund-{self.purpose}-{self.licence_id}"


class RefundAnswerKind(StrEnum):
    """What came of asking for a refund, or of asking after one."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    REFUSED = "refused"
    FAILED = "failed"
    STOPPED = "stopped"
    """The kill switch is on: nothing was sent (R44)."""


class RefundAnswer(Value):
    """The answer about one refund; `reason` is a code of the provider's for a refusal or failure."""

    kind: RefundAnswerKind
    reference: Text | None = None
    reason: str | None = None
