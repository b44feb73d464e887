"""The moves that several commands and deadlines share: the first clock stops, a refund becomes due, a
request closes."""

from datetime import datetime

from business_care.commands import ClockName
from business_care.events import EventName
from business_care.notices import NoticeKind
from business_care.people import Role
from business_care.refund import RefundCause, RefundStatus, amount_owed
from business_care.request import RequestKind
from business_care.state import (
    AcknowledgementStatus,
    Outcome,
    Phase,
    TaskKind,
    Window,
    WindowKind,
)
from business_care.turn import Turn
from business_care.values import known

_TOLD_BY_THEIR_OWN_NOTICE = frozenset({Outcome.WITHDRAWN, Outcome.REFUNDED, Outcome.NOT_ENTITLED})


def miss_acknowledgement(turn: Turn) -> None:
    """Record the breach of the first promise; the thirty days go on (R11)."""
    turn.acknowledgement(status=AcknowledgementStatus.BREACHED, breached_at=turn.now)
    turn.note(EventName.ACKNOWLEDGEMENT_MISSED, "R11")
    due = turn.due(ClockName.ACKNOWLEDGEMENT)
    turn.tell_seller(NoticeKind.ACKNOWLEDGEMENT_MISSED, due=due)
    turn.tell_operator(NoticeKind.ACKNOWLEDGEMENT_MISSED, due=due)


def withdraw_breach(turn: Turn, rule: str) -> None:
    """Take back a recorded breach of the first promise: it was kept after all (R12)."""
    turn.acknowledgement(breached_at=None, consequence_drawn=False)
    turn.note(EventName.BREACH_WITHDRAWN, rule)
    turn.tell_seller(NoticeKind.BREACH_WITHDRAWN, due=turn.due(ClockName.ACKNOWLEDGEMENT))


def stop_acknowledgement_clock(turn: Turn) -> None:
    """A person acted: the first promise is met, or met late, by when the act occurred (R11-R13)."""
    ack = turn.state.acknowledgement
    if ack.acted_at is not None and ack.acted_at <= turn.occurred:
        return
    due = turn.due(ClockName.ACKNOWLEDGEMENT)
    in_time = due is None or turn.occurred < due
    if in_time and ack.breached_at is not None:
        withdraw_breach(turn, "R12")
    if not in_time and ack.breached_at is None:
        miss_acknowledgement(turn)
    status = AcknowledgementStatus.MET if in_time else AcknowledgementStatus.MET_LATE
    turn.acknowledgement(status=status, acted_at=turn.occurred)


def open_window(turn: Turn, kind: WindowKind) -> None:
    """The customer has the word from when the act occurred; the end is counted outside (R8, R9)."""
    turn.resolution(window=Window(kind=kind, opened_at=turn.occurred))


def end_waiting(turn: Turn, at: datetime) -> None:
    """The customer answered, or nothing is waited for any more (R20)."""
    waits = turn.state.resolution.waits
    if turn.state.resolution.waiting_for_customer:
        turn.resolution(waits=(*waits[:-1], waits[-1].model_copy(update={"until": max(at, waits[-1].since)})))


def back_in_progress(turn: Turn, cause: RefundCause) -> None:
    """The work goes on under the same deadline; if that has passed, the duty has failed at once (R22,
    R32)."""
    turn.end_tasks(TaskKind.DISPUTE)
    turn.resolution(phase=Phase.IN_PROGRESS, window=None, fix=None, refusal=None)
    _drop_moot_reminders(turn)
    if turn.occurred >= known(turn.due(ClockName.RESOLUTION)):
        fail_duty(turn, cause)


def _drop_moot_reminders(turn: Turn) -> None:
    """Reminders that fell into a verification or a refusal are left out, not sent late."""
    deadline = known(turn.state.resolution.deadline)
    ahead = tuple(reminder for reminder in deadline.reminders if reminder.at > turn.now)
    turn.resolution(deadline=deadline.model_copy(update={"reminders": ahead}))


def fail_duty(turn: Turn, cause: RefundCause) -> None:
    """The second promise is broken: an anomaly is refunded, a question goes to the operator (R24, R26)."""
    if turn.state.kind is RequestKind.QUESTION:
        turn.resolution(phase=Phase.QUESTION_OVERDUE)
        turn.begin_task(TaskKind.QUESTION_OVERDUE)
        turn.note(EventName.QUESTION_OVERDUE, "R26")
        turn.tell_operator(NoticeKind.QUESTION_OVERDUE, due=turn.due(ClockName.RESOLUTION))
        return
    turn.resolution(missed_at=turn.now)
    turn.note(EventName.RESOLUTION_MISSED, "R24")
    make_refund_due(turn, cause)


def make_refund_due(turn: Turn, cause: RefundCause, *, passes_hold: bool = False) -> None:
    """The price is owed from now on and the door is closed; zero closes the request at once (R40, R44)."""
    money = amount_owed(known(turn.state.facts).price)
    turn.end_tasks(TaskKind.DISPUTE, TaskKind.QUESTION_OVERDUE)
    turn.resolution(phase=Phase.IN_PROGRESS, window=None)
    refund = turn.refund(cause=cause, money=money, due_at=turn.now, passes_hold=passes_hold)
    if money.amount == 0:
        turn.refund(status=RefundStatus.NOTHING_TO_PAY)
        close(turn, Outcome.REFUNDED, "R40")
        return
    turn.refund(status=RefundStatus.HELD if refund.is_held else RefundStatus.DUE)
    turn.note(EventName.REFUND_DUE, "R24", cause=cause, amount=money.amount, currency=money.currency)
    turn.tell_seller(NoticeKind.REFUND_DUE, cause=cause, amount=money.amount, currency=money.currency)


def refresh_hold(turn: Turn) -> None:
    """A refund that is due waits while something holds it, and goes on when nothing does (R44)."""
    refund = turn.state.refund
    if refund.status in (RefundStatus.DUE, RefundStatus.HELD):
        turn.refund(status=RefundStatus.HELD if refund.is_held else RefundStatus.DUE)


def close(turn: Turn, outcome: Outcome, rule: str, reason: str | None = None) -> None:
    """The request has its outcome; the other parties are told, and nothing waits any more."""
    _settle_first_promise(turn)
    end_waiting(turn, turn.now)
    turn.end_tasks(*TaskKind)
    turn.resolution(phase=Phase.CLOSED, window=None, outcome=outcome, closed_at=turn.now)
    turn.note(EventName.CLOSED, rule, outcome=outcome)
    if outcome in _TOLD_BY_THEIR_OWN_NOTICE and turn.state.refund.status is not RefundStatus.NOTHING_TO_PAY:
        return
    # No act of the seller's side closes a request, so the seller is always one of the others.
    turn.tell_seller(NoticeKind.CLOSED, outcome=outcome, reason=reason)
    if turn.by is None or turn.by.role is not Role.CUSTOMER:
        turn.tell_customer(NoticeKind.CLOSED, outcome=outcome, reason=reason)


def _settle_first_promise(turn: Turn) -> None:
    if turn.state.acknowledgement.status is not AcknowledgementStatus.PENDING:
        return
    due = turn.due(ClockName.ACKNOWLEDGEMENT)
    if due is not None and turn.now >= due:
        miss_acknowledgement(turn)
    else:
        turn.acknowledgement(status=AcknowledgementStatus.NOT_DUE)
