"""What a customer's command does: confirm, reject, accept, withdraw, dispute, reply (R20-R32)."""

from business_care.commands import (
    AcceptUpdate,
    ConfirmFix,
    CustomerReplied,
    DisputeRefusal,
    RejectFix,
    Withdraw,
)
from business_care.demands import demand_reason, demand_reference, demand_window_open
from business_care.errors import ErrorCode, RuleViolation
from business_care.life import back_in_progress, close, end_waiting
from business_care.notices import NoticeKind
from business_care.refund import RefundCause
from business_care.state import Outcome, Phase, TaskKind
from business_care.turn import Turn


def confirm_fix(turn: Turn, command: ConfirmFix) -> None:
    """The fix works: the request is resolved (R21)."""
    turn.note(command.NAME, "R21")
    close(turn, Outcome.RESOLVED, "R21")


def reject_fix(turn: Turn, command: RejectFix) -> None:
    """The fix does not work: the work goes on, or the refund is due at once (R21, R22)."""
    demand_window_open(turn, RejectFix)
    reason = demand_reason(command.reason)
    turn.note(command.NAME, "R21")
    turn.tell_seller(NoticeKind.FIX_REJECTED, reason=reason)
    back_in_progress(turn, RefundCause.FIX_REJECTED)


def accept_update(turn: Turn, command: AcceptUpdate) -> None:
    """The customer takes an update that was offered: the request is settled (R23)."""
    offers = turn.state.resolution.offers
    if not offers:
        raise RuleViolation(ErrorCode.WRONG_STATE, "no update was offered in this request")
    reference = demand_reference(command.reference)
    if reference.strip() not in {offer.reference.strip() for offer in offers}:
        raise RuleViolation(
            ErrorCode.UPDATE_NOT_OFFERED, "reference: no update was offered under this reference"
        )
    turn.note(command.NAME, "R23")
    close(turn, Outcome.SETTLED, "R23")


def withdraw(turn: Turn, command: Withdraw) -> None:
    """The customer takes the request back; a breach stays on record (R25)."""
    reason = demand_reason(command.reason)
    turn.note(command.NAME, "R25")
    turn.tell_seller(NoticeKind.WITHDRAWN, reason=reason)
    close(turn, Outcome.WITHDRAWN, "R25")


def dispute_refusal(turn: Turn, command: DisputeRefusal) -> None:
    """The operator has to decide (R32)."""
    demand_window_open(turn, DisputeRefusal)
    reason = demand_reason(command.reason)
    turn.resolution(phase=Phase.DISPUTED, window=None)
    turn.begin_task(TaskKind.DISPUTE)
    turn.note(command.NAME, "R32")
    turn.tell_seller(NoticeKind.REFUSAL_DISPUTED, reason=reason)
    turn.tell_operator(NoticeKind.DISPUTE_TO_DECIDE, reason=reason)


def customer_replied(turn: Turn, command: CustomerReplied) -> None:
    """The customer answered the question that was open (R20)."""
    if not turn.state.resolution.waiting_for_customer:
        raise RuleViolation(ErrorCode.WRONG_STATE, "no question to the customer is open")
    end_waiting(turn, turn.occurred)
    turn.note(command.NAME, "R20")
    turn.tell_seller(NoticeKind.CUSTOMER_REPLIED)
