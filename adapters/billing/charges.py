"""A charge that was in flight when its renewal was cancelled: what follows from how it stands (R56)."""

from datetime import date

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
from business_care.deactivation.renewals import CascadeOrder
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


class ChargeReturns:
    """Gives back what was charged for a time after the product was gone."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    async def outcome_of(
        self, cascade: CascadeOrder, of_effect: date, renewal: RenewalOrder, answer: BillingAnswer
    ) -> Outcome:
        """What became of a renewal that the billing service has cancelled."""
        if answer.outcome_is_unknown:
            return Outcome(renewal.licence_id, TroubleStatus.IN_FLIGHT, CHARGE_IN_FLIGHT)
        owed = charge_to_give_back(answer.charge, of_effect)
        if owed is None or not owed.money.amount:
            return Outcome(renewal.licence_id, unpaid_from=_start_of_failed(answer.charge))
        return await self._give_back(cascade, renewal, owed)

    async def outcome_later(
        self, cascade: CascadeOrder, of_effect: date, renewal: RenewalOrder, charge: RenewalCharge | None
    ) -> Outcome:
        """The same for a charge that was in flight: one that is not known any more is looked at by people."""
        if charge is None:
            return Outcome(renewal.licence_id, TroubleStatus.BY_HAND, CHARGE_UNKNOWN)
        return await self.outcome_of(cascade, of_effect, renewal, BillingAnswer(charge=charge))

    async def _give_back(
        self, cascade: CascadeOrder, renewal: RenewalOrder, charge: RenewalCharge
    ) -> Outcome:
        order = refund_of_charge(charge, renewal, cascade.seller_id)
        try:
            answer = await self._payments.pay_back(order, cascade.at)
            trouble, code = _AFTER_ASKING_FOR_IT[answer.kind]
        except TemporarilyUnavailable:
            # It is owed, and asked for again; that payments are down is no reason to let renewals go on.
            trouble, code = TroubleStatus.GIVING_BACK, PAYMENT_UNAVAILABLE
        return Outcome(renewal.licence_id, trouble, code, unpaid_from=charge.period_starts_on)


def _start_of_failed(charge: RenewalCharge | None) -> date | None:
    return charge.period_starts_on if charge is not None and charge.status is ChargeStatus.FAILED else None
