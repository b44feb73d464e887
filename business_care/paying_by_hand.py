"""How an operator paid what no program may pay any more: demanded in full, within what is owed (R42)."""

from datetime import datetime

from business_care.commands import RecordRefund
from business_care.demands import CLOCK_TOLERANCE, demand_reference
from business_care.errors import ErrorCode, RuleViolation
from business_care.refund import Money
from business_care.values import Instant, Reference, Value


class PaidByHand(Value):
    """A payment that an operator has made and recorded."""

    money: Money
    reference: Reference
    paid_at: Instant


def paid_by_hand(
    command: RecordRefund, owed: Money, *, occurred: datetime, not_before: datetime, now: datetime
) -> PaidByHand:
    """The payment that the command records; what it leaves out is the whole of what is owed, just now.

    Raises:
        RuleViolation: `reference_required`, `currency_mismatch`, `amount_out_of_range`,
        `paid_at_out_of_range` before `not_before` or more than two minutes ahead.
    """
    reference = demand_reference(command.reference)
    money = _money(command, owed)
    paid_at = command.paid_at or occurred
    latest = now + CLOCK_TOLERANCE
    if not not_before <= paid_at <= latest:
        raise RuleViolation(
            ErrorCode.PAID_AT_OUT_OF_RANGE,
            f"paid_at: {paid_at.isoformat()} was given; "
            f"allowed from {not_before.isoformat()} to {latest.isoformat()}",
        )
    return PaidByHand(money=money, reference=reference, paid_at=paid_at)


def _money(command: RecordRefund, owed: Money) -> Money:
    if command.currency not in (None, owed.currency):
        raise RuleViolation(
            ErrorCode.CURRENCY_MISMATCH,
            f"currency: {command.currency} was given; the price was paid in {owed.currency}",
        )
    amount = owed.amount if command.amount is None else command.amount
    if not 1 <= amount <= owed.amount:
        raise RuleViolation(
            ErrorCode.AMOUNT_OUT_OF_RANGE,
            f"amount: {amount} was given; allowed from 1 to {owed.amount} minor units",
        )
    return Money(amount=amount, currency=owed.currency)
