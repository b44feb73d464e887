"""What a payment provider tells by itself: how a refund ended, what a bank does to a payment (R42, R44)."""

from business_care.commands import ChargebackStatus, SettlementStatus
from business_care.refund import Money
from business_care.values import Identifier, Instant, Text, Value


class RefundNews(Value):
    """How a refund of ours ended at the provider; `news_id` is the provider's own, the same however often it
    is told."""

    news_id: Identifier
    licence_id: Identifier
    purpose: str
    reference: Text
    """The refund, as the provider calls it."""
    status: SettlementStatus
    reason: str | None = None
    """The provider's code for a failure."""
    occurred_at: Instant


class ChargebackNews(Value):
    """What became of a payment that the customer's bank disputes; one payment may have bought several
    licences."""

    news_id: Identifier
    payment_ref: Identifier
    dispute_id: Identifier | None = None
    """The provider's name of the dispute: a payment may have several. Without one they are not told apart."""
    status: ChargebackStatus
    amount: Money | None = None
    """What the bank takes; null where that is all that was paid."""
    is_unclear: bool = False
    """Whether nobody can tell how much it takes: then it may be less than all."""
    occurred_at: Instant


class DisputeStanding(Value):
    """How a dispute stood when news of it came."""

    is_over: bool = False
    """It had ended before, and the news are of its beginning: they come late."""
    others_hold: bool = False
    """Another dispute on the payment is open, or took a part of it."""
