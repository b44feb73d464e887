"""What a recovery does by itself: it begins, and reminds the operator until the payment is recorded (R28,
R42)."""

from datetime import datetime

from business_care.clocks import next_interval_from
from business_care.counting import DeadlinePlan
from business_care.events import EventName
from business_care.notices import NoticeKind
from business_care.people import THE_OPERATOR
from business_care.planning import WindowPlan
from business_care.recovery.state import RecoveryState
from business_care.recovery.turn import RecoveryStep, RecoveryTurn
from business_care.state import TaskKind
from business_care.values import known


def recovery_begun(state: RecoveryState, now: datetime) -> RecoveryStep:
    """The operator is told what did not arrive, and pays it by hand; the request's outcome stays (R42)."""
    turn = RecoveryTurn(state, now)
    start = state.start
    turn.change(since=now, counted_from=now)
    money = start.money
    turn.note(
        EventName.REFUND_FAILED_LATE, "R42", reason=start.reason, amount=money.amount, currency=money.currency
    )
    _tell_operator(turn, NoticeKind.REFUND_MANUAL)
    return turn.step()


def reminder_counted(
    state: RecoveryState, need: WindowPlan, plan: DeadlinePlan, now: datetime
) -> RecoveryStep:
    """Keep the next reminder, unless the payment was recorded meanwhile."""
    turn = RecoveryTurn(state, now)
    if state.reminder_wanted == need:
        turn.change(reminder=plan)
    return turn.step()


def operator_reminded(state: RecoveryState, now: datetime) -> RecoveryStep:
    """It is still waiting: the operator is told so again (R28). Only when a reminder is due."""
    turn = RecoveryTurn(state, now)
    turn.change(counted_from=next_interval_from(known(state.reminder), now), reminder=None)
    turn.note(EventName.REMINDER, "R28", task=TaskKind.MANUAL_REFUND)
    _tell_operator(turn, NoticeKind.OPERATOR_REMINDER, since=known(state.since))
    return turn.step()


def _tell_operator(turn: RecoveryTurn, notice: NoticeKind, **since: datetime) -> None:
    start = turn.state.start
    turn.tell_about_it(
        notice,
        THE_OPERATOR,
        reason=start.reason,
        amount=start.money.amount,
        currency=start.money.currency,
        **since,
    )
