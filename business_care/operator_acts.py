"""What an operator's command does: decide, reclassify, hold, order, record, correct, close (R26-R44)."""

from datetime import timedelta

from business_care.commands import (
    ClockName,
    Close,
    CorrectDeadline,
    DecideDispute,
    DisputeDecision,
    Hold,
    OrderRefund,
    Reclassify,
    RecordRefund,
    Release,
)
from business_care.deadlines import move_deadline
from business_care.demands import demand_reason
from business_care.errors import ErrorCode, RuleViolation
from business_care.life import back_in_progress, close, fail_duty, make_refund_due, refresh_hold
from business_care.notices import NoticeKind
from business_care.paying_by_hand import paid_by_hand
from business_care.people import Role
from business_care.refund import RefundCause, RefundStatus
from business_care.request import RequestKind
from business_care.settlement import settle
from business_care.state import Outcome, Phase, TaskKind
from business_care.turn import Turn
from business_care.values import known

TEN_YEARS = timedelta(days=3653)


def decide_dispute(turn: Turn, command: DecideDispute) -> None:
    """The refusal stands and ends the request, or it falls and the work goes on (R32)."""
    reason = demand_reason(command.reason)
    turn.note(command.NAME, "R32", decision=command.decision)
    turn.tell_customer(NoticeKind.DISPUTE_DECIDED, decision=command.decision, reason=reason)
    if command.decision is DisputeDecision.UPHOLD:
        close(turn, Outcome.REFUSED, "R32")
        return
    resolution = turn.state.resolution
    turn.resolution(overturned=(*resolution.overturned, known(resolution.refusal)))
    back_in_progress(turn, RefundCause.REFUSAL_OVERTURNED)


def reclassify(turn: Turn, command: Reclassify) -> None:
    """A question becomes an anomaly or the reverse; after the deadline only the operator may say so (R26)."""
    if command.kind is turn.state.kind:
        raise RuleViolation(ErrorCode.WRONG_STATE, f"the request is of the kind {command.kind} already")
    due = turn.due(ClockName.RESOLUTION)
    late = due is not None and turn.occurred >= due
    if late and command.by.role is not Role.OPERATOR:
        raise RuleViolation(
            ErrorCode.DEADLINE_PASSED, "after the resolution deadline only the operator may reclassify"
        )
    demand_reason(command.reason)
    turn.state = turn.state.model_copy(update={"kind": command.kind})
    turn.note(command.NAME, "R26", kind=command.kind)
    if turn.state.resolution.phase is Phase.QUESTION_OVERDUE:
        turn.end_tasks(TaskKind.QUESTION_OVERDUE)
        turn.resolution(phase=Phase.IN_PROGRESS)
    anomaly = command.kind is RequestKind.ANOMALY
    if late and anomaly and turn.state.resolution.phase is Phase.IN_PROGRESS:
        fail_duty(turn, RefundCause.RECLASSIFIED)


def hold(turn: Turn, command: Hold) -> None:
    """No payment until released; the operator is reminded of it (R28, R44)."""
    if turn.state.refund.held_since is not None:
        raise RuleViolation(ErrorCode.WRONG_STATE, "the request is held already")
    demand_reason(command.reason)
    turn.refund(held_since=turn.now, passes_hold=False)
    turn.begin_task(TaskKind.HOLD)
    refresh_hold(turn)
    turn.note(command.NAME, "R44")


def release(turn: Turn, command: Release) -> None:
    """The hold ends; a refund that is due goes on (R44)."""
    if turn.state.refund.held_since is None:
        raise RuleViolation(ErrorCode.WRONG_STATE, "the request is not held")
    demand_reason(command.reason)
    turn.refund(held_since=None)
    turn.end_tasks(TaskKind.HOLD)
    refresh_hold(turn)
    turn.note(command.NAME, "R44")


def order_refund(turn: Turn, command: OrderRefund) -> None:
    """The refund is due by the operator's order and passes a hold of its request (R44)."""
    demand_reason(command.reason)
    turn.note(command.NAME, "R44")
    if turn.state.refund.is_open:
        turn.refund(passes_hold=True)
        refresh_hold(turn)
    else:
        make_refund_due(turn, RefundCause.OPERATOR_ORDER, passes_hold=True)


def record_refund(turn: Turn, command: RecordRefund) -> None:
    """How a manual refund was paid: that settles it (R42)."""
    paid = paid_by_hand(
        command,
        known(turn.state.refund.money),
        occurred=turn.occurred,
        not_before=turn.state.opening.opened_at,
        now=turn.now,
    )
    turn.refund(money=paid.money)
    turn.note(command.NAME, "R42", amount=paid.money.amount, currency=paid.money.currency)
    settle(turn, RefundStatus.SUCCEEDED, paid.reference, paid.paid_at)


def correct_deadline(turn: Turn, command: CorrectDeadline) -> None:
    """A told deadline moves by the operator's correction; the revision is kept (R8)."""
    demand_reason(command.reason)
    opened_at = turn.state.opening.opened_at
    if not opened_at < command.due <= opened_at + TEN_YEARS:
        raise RuleViolation(
            ErrorCode.DUE_OUT_OF_RANGE,
            f"due: {command.due.isoformat()} was given; allowed after {opened_at.isoformat()} "
            f"and within ten years of it",
        )
    turn.note(command.NAME, "R8", clock=command.clock, due=command.due)
    move_deadline(turn, command.clock, command.due, command.by)


def close_request(turn: Turn, command: Close) -> None:
    """The operator ends the request (R26)."""
    reason = demand_reason(command.reason)
    turn.note(command.NAME, "R26")
    close(turn, Outcome.CLOSED_BY_OPERATOR, "R26", reason=reason)
