"""A charge that was in flight when its renewal was cancelled: what follows from how it stands (R43, R56)."""

from dataclasses import dataclass
from datetime import date, datetime

from adapters.billing.outcomes import Outcome
from adapters.records.renewal_counts import TroubleStatus
from business_care.deactivation.charges import (
    BillingAnswer,
    ChargeStatus,
    RenewalCharge,
    RenewalOrder,
    charge_to_give_back,
    refund_of_charge,
)
from business_care.errors import TemporarilyUnavailable
from business_care.ports import Payments
from business_care.refund import RefundAnswerKind

CHARGE_IN_FLIGHT = "charge_in_flight"
CHARGE_UNKNOWN = "charge_unknown"
PAYMENT_UNAVAILABLE = "payment_unavailable"

_AFTER_ASKING_FOR_IT: dict[RefundAnswerKind, tuple[TroubleStatus | None, str]] = {
    RefundAnswerKind.SUCCEEDED: (None, ""),
    RefundAnswerKind.PENDING: (TroubleStatus.GIVING_BACK, "refund_pending"),
    RefundAnswerKind.STOPPED: (TroubleStatus.GIVING_BACK, "payments_stopped"),
    RefundAnswerKind.REFUSED: (TroubleStatus.BY_HAND, "refund_refused"),
    RefundAnswerKind.FAILED: (TroubleStatus.BY_HAND, "refund_failed"),
}


@dataclass(frozen=True)
class CareEnd:
    """What renewals end for: a product that is retired, or a licence that was refunded."""

    seller_id: str
    on: date
    """The local day of it: no period that starts later may be paid for."""
    at: datetime
    """When this step is taken."""


class ChargeReturns:
    """Gives back what was charged for a time after the end."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    async def outcome_of(self, end: CareEnd, renewal: RenewalOrder, answer: BillingAnswer) -> Outcome:
        """What became of a renewal that the billing service has cancelled."""
        if answer.outcome_is_unknown:
            return Outcome(renewal.licence_id, TroubleStatus.IN_FLIGHT, CHARGE_IN_FLIGHT)
        owed = charge_to_give_back(answer.charge, end.on)
        if owed is None or not owed.money.amount:
            return Outcome(renewal.licence_id, unpaid_from=_start_of_failed(answer.charge))
        return await self._give_back(end, renewal, owed)

    async def outcome_later(
        self, end: CareEnd, renewal: RenewalOrder, charge: RenewalCharge | None
    ) -> Outcome:
        """The same for a charge that was in flight: one that is not known any more is looked at by people."""
        if charge is None:
            return Outcome(renewal.licence_id, TroubleStatus.BY_HAND, CHARGE_UNKNOWN)
        return await self.outcome_of(end, renewal, BillingAnswer(charge=charge))

    async def _give_back(self, end: CareEnd, renewal: RenewalOrder, charge: RenewalCharge) -> Outcome:
        order = refund_of_charge(charge, renewal, end.seller_id)
        try:
            answer = await self._payments.pay_back(order, end.at)
            trouble, code = _AFTER_ASKING_FOR_IT[answer.kind]
        except TemporarilyUnavailable:
            # It is owed, and asked for again; that payments are down is no reason to let renewals go on.
            trouble, code = TroubleStatus.GIVING_BACK, PAYMENT_UNAVAILABLE
        return Outcome(renewal.licence_id, trouble, code, unpaid_from=charge.period_starts_on)


def _start_of_failed(charge: RenewalCharge | None) -> date | None:
    return charge.period_starts_on if charge is not None and charge.status is ChargeStatus.FAILED else None
