"""Payments and their refunds, as Stripe keeps them: rules and objects, without HTTP."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tests.adapters.stripe_server.errors import Json, Refused, invalid, invalid_parameter, missing

# Refunds in these states hold their amount; that of one that failed or was cancelled is free again.
HOLDING: Final = frozenset({"pending", "requires_action", "succeeded"})
# Documented special cases: amounts at Stripe that are not a multiple of these are refused.
STEPS: Final = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}


@dataclass
class Payment:
    """A charge and, unless it was made in the old way, its payment intent."""

    charge_id: str
    intent_id: str | None
    amount: int
    currency: str
    created: int
    received: bool = True
    disputed: bool = False
    refunds: list["Refund"] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        """What its refunds hold of it."""
        return sum(refund.amount for refund in self.refunds if refund.status in HOLDING)

    def charge(self) -> Json:
        """The charge object."""
        return {
            "id": self.charge_id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.amount if self.received else 0,
            "amount_refunded": self.refunded,
            "captured": self.received,
            "created": self.created,
            "currency": self.currency,
            "disputed": self.disputed,
            "livemode": False,
            "metadata": {},
            "paid": self.received,
            "payment_intent": self.intent_id,
            "refunded": self.refunded == self.amount,
            "status": "succeeded" if self.received else "failed",
        }

    def intent(self) -> Json:
        """The payment intent object."""
        return {
            "id": self.intent_id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_received": self.amount if self.received else 0,
            "created": self.created,
            "currency": self.currency,
            "latest_charge": self.charge_id,
            "livemode": False,
            "metadata": {},
            "status": "succeeded" if self.received else "requires_payment_method",
        }


@dataclass
class Refund:
    """A refund of a payment, or of a part of it."""

    id: str
    payment: Payment
    amount: int
    metadata: dict[str, str]
    created: int
    status: str | None
    failure_reason: str | None = None

    def body(self) -> Json:
        """The refund object. It has the payment's currency: a refund never has one of its own."""
        said: Json = {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "charge": self.payment.charge_id,
            "created": self.created,
            "currency": self.payment.currency,
            "metadata": dict(self.metadata),
            "payment_intent": self.payment.intent_id,
            "reason": None,
            "status": self.status,
        }
        return said if self.failure_reason is None else said | {"failure_reason": self.failure_reason}


class Book:
    """Every payment and refund of the account; numbers make the ids."""

    def __init__(self) -> None:
        self.payments: list[Payment] = []
        self.refunds: list[Refund] = []
        self.of_other_mode: set[str] = set()
        """Payments that only a key of live mode would find."""
        self.next_statuses: deque[str] = deque()
        """The status of the next refunds; `succeeded` when nothing is said."""

    def take_payment(self, payment_id: str, amount: int, currency: str, now: datetime) -> Payment:
        """Let a customer pay: `pi_…` with a charge beside it, or `ch_…` or `py_…` alone."""
        with_intent = payment_id.startswith("pi_")
        payment = Payment(
            charge_id=f"ch_of_{payment_id}" if with_intent else payment_id,
            intent_id=payment_id if with_intent else None,
            amount=amount,
            currency=currency.lower(),
            created=int(now.timestamp()),
        )
        self.payments.append(payment)
        return payment

    def payment(self, payment_id: str, param: str) -> Payment:
        """A payment by the id of its intent or of its charge. Raises `Refused`."""
        for payment in self.payments:
            if payment_id in (payment.intent_id, payment.charge_id):
                return payment
        kind = "payment_intent" if payment_id.startswith("pi_") else "charge"
        raise missing(kind, payment_id, param, in_other_mode=payment_id in self.of_other_mode)

    def refund(self, refund_id: str) -> Refund:
        """A refund by its id. Raises `Refused`."""
        for refund in self.refunds:
            if refund.id == refund_id:
                return refund
        raise missing("refund", refund_id, "id")

    def give_back(self, payment: Payment, amount: int, metadata: dict[str, str], now: datetime) -> Refund:
        """Refund a payment or a part of it. Raises `Refused`, with the documented bodies."""
        if (no := _refusal(payment, amount)) is not None:
            raise no
        refund = Refund(
            id=f"re_{len(self.refunds) + 1:04}",
            payment=payment,
            amount=amount,
            metadata=metadata,
            created=int(now.timestamp()),
            status=self.next_statuses.popleft() if self.next_statuses else "succeeded",
        )
        self.refunds.append(refund)
        payment.refunds.append(refund)
        return refund


def _refusal(payment: Payment, amount: int) -> Refused | None:
    left = payment.amount - payment.refunded
    if amount % STEPS.get(payment.currency, 1):
        return invalid_parameter(
            "Invalid amount. Amounts of this currency end in zero.",
            "invalid_charge_amount_no_decimal_compatible",
            "amount",
        )
    if not payment.received:
        return invalid(
            f"This PaymentIntent ({payment.intent_id}) does not have a successful charge to refund."
        )
    if payment.disputed:
        return invalid(
            f"Charge {payment.charge_id} has been charged back; cannot issue a refund.", "charge_disputed"
        )
    if not left:
        return invalid(f"Charge {payment.charge_id} has already been refunded.", "charge_already_refunded")
    if amount > left:
        # Documented by its text and its parameter: there is no code.
        what = "unrefunded amount on charge" if payment.refunded else "charge amount"
        return invalid(f"Refund amount ({amount}) is greater than {what} ({left})", param="amount")
    return None
