"""What happens by itself: reminders, missed deadlines, closings by silence, and when the next of them is
(R11-R32)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from business_care.commands import ClockName
from business_care.counting import DeadlinePlan
from business_care.events import EventName
from business_care.life import close, fail_duty, make_refund_due, miss_acknowledgement
from business_care.notices import NoticeKind
from business_care.policy import OnMissedAcknowledgement, Policy
from business_care.refund import RefundCause
from business_care.request import RequestKind
from business_care.state import AcknowledgementStatus, CareState, Outcome, Phase, WindowKind
from business_care.turn import Step, Turn
from business_care.values import known


class WakeKind(StrEnum):
    """Why a request wakes up by itself."""

    ACKNOWLEDGEMENT_REMINDER = "acknowledgement reminder"
    ACKNOWLEDGEMENT_DEADLINE = "acknowledgement deadline"
    ACKNOWLEDGEMENT_CONSEQUENCE = "refund for a missed acknowledgement"
    RESOLUTION_REMINDER = "resolution reminder"
    RESOLUTION_DEADLINE = "resolution deadline"
    WINDOW_REMINDER = "reminder of the open window"
    WINDOW_END = "end of the open window"
    OPERATOR_REMINDER = "operator reminder"


class Wake(NamedTuple):
    """The next instant at which a clock does something by itself."""

    at: datetime
    kind: WakeKind


def next_wake(state: CareState, clock: ClockName) -> Wake | None:
    """The next wake-up of one of the two clocks, None while it only waits for people."""
    wakes = _acknowledgement_wakes(state) if clock is ClockName.ACKNOWLEDGEMENT else _resolution_wakes(state)
    return min(wakes, key=lambda wake: wake.at, default=None)


def tick(state: CareState, now: datetime) -> Step:
    """Do all that is due by `now`, in the order of the instants at which it fell due."""
    turn = Turn(state, now)
    while not turn.state.is_closed:
        wakes = [*_acknowledgement_wakes(turn.state), *_resolution_wakes(turn.state)]
        due = [wake for wake in wakes if wake.at <= now]
        if not due:
            break
        _DEEDS[min(due, key=lambda wake: wake.at).kind](turn)
    return turn.step()


def _acknowledgement_wakes(state: CareState) -> list[Wake]:
    ack = state.acknowledgement
    if state.is_closed or ack.deadline is None or state.refund.status is not None:
        return []
    if ack.status is AcknowledgementStatus.PENDING:
        wakes = [Wake(at=ack.deadline.due, kind=WakeKind.ACKNOWLEDGEMENT_DEADLINE)]
        if not ack.reminded and ack.deadline.noon_of_last_day < ack.deadline.due:
            reminder = Wake(at=ack.deadline.noon_of_last_day, kind=WakeKind.ACKNOWLEDGEMENT_REMINDER)
            wakes.append(reminder)
        return wakes
    missed = ack.status in (AcknowledgementStatus.BREACHED, AcknowledgementStatus.MET_LATE)
    policy = state.policy
    refunds = policy.on_missed_acknowledgement is OnMissedAcknowledgement.REFUND
    if missed and refunds and not ack.consequence_drawn:
        at = ack.deadline.due + _grace(policy)
        return [Wake(at=at, kind=WakeKind.ACKNOWLEDGEMENT_CONSEQUENCE)]
    return []


def _resolution_wakes(state: CareState) -> list[Wake]:
    wakes = [
        Wake(at=task.reminder.due, kind=WakeKind.OPERATOR_REMINDER)
        for task in state.tasks
        if task.reminder is not None
    ]
    resolution = state.resolution
    if state.is_closed or state.refund.status is not None:
        return wakes
    if resolution.phase is Phase.IN_PROGRESS and resolution.deadline is not None:
        at = resolution.deadline.due + _grace(state.policy)
        wakes.append(Wake(at=at, kind=WakeKind.RESOLUTION_DEADLINE))
        wakes.extend(
            Wake(at=reminder.at, kind=WakeKind.RESOLUTION_REMINDER)
            for reminder in resolution.deadline.reminders[:1]
        )
    if resolution.window is not None and resolution.window.plan is not None:
        plan = resolution.window.plan
        wakes.append(Wake(at=plan.due + _grace(state.policy), kind=WakeKind.WINDOW_END))
        if not resolution.window.reminded:
            wakes.extend(Wake(at=reminder.at, kind=WakeKind.WINDOW_REMINDER) for reminder in plan.reminders)
    return wakes


def _remind_of_acknowledgement(turn: Turn) -> None:
    turn.acknowledgement(reminded=True)
    due = known(turn.due(ClockName.ACKNOWLEDGEMENT))
    if turn.now < due:
        turn.note(EventName.REMINDER, "R1", clock=ClockName.ACKNOWLEDGEMENT)
        turn.tell_seller(NoticeKind.ACKNOWLEDGEMENT_REMINDER, due=due)


def _draw_consequence(turn: Turn) -> None:
    turn.acknowledgement(consequence_drawn=True)
    if turn.state.kind is RequestKind.ANOMALY:
        make_refund_due(turn, RefundCause.ACKNOWLEDGEMENT_MISSED)


def _remind_of_resolution(turn: Turn) -> None:
    """One reminder, however many instants have passed while nothing ran."""
    deadline = known(turn.state.resolution.deadline)
    passed = [reminder for reminder in deadline.reminders if reminder.at <= turn.now]
    ahead = tuple(reminder for reminder in deadline.reminders if reminder.at > turn.now)
    turn.resolution(deadline=deadline.model_copy(update={"reminders": ahead}))
    if turn.now < deadline.due:
        days = min(reminder.before for reminder in passed)
        turn.note(EventName.REMINDER, "R20", clock=ClockName.RESOLUTION, business_days=days)
        turn.tell_seller(NoticeKind.RESOLUTION_REMINDER, due=deadline.due, business_days=days)


def _miss_resolution(turn: Turn) -> None:
    fail_duty(turn, RefundCause.RESOLUTION_MISSED)


_WINDOW_REMINDERS = {
    WindowKind.VERIFICATION: NoticeKind.VERIFICATION_REMINDER,
    WindowKind.DISPUTE: NoticeKind.DISPUTE_REMINDER,
}
_OUTCOME_OF_SILENCE = {
    WindowKind.VERIFICATION: (Outcome.RESOLVED, "R21"),
    WindowKind.DISPUTE: (Outcome.REFUSED, "R32"),
}


def _remind_of_window(turn: Turn) -> None:
    window = known(turn.state.resolution.window)
    due = known(window.plan).due
    turn.resolution(window=window.model_copy(update={"reminded": True}))
    if turn.now < due:
        turn.note(EventName.REMINDER, "R9", window=window.kind)
        turn.tell_customer(_WINDOW_REMINDERS[window.kind], due=due)


def _end_window(turn: Turn) -> None:
    outcome, rule = _OUTCOME_OF_SILENCE[known(turn.state.resolution.window).kind]
    close(turn, outcome, rule)


def _remind_operator(turn: Turn) -> None:
    for task in turn.state.tasks:
        if task.reminder is not None and task.reminder.due <= turn.now:
            counted_from = next_interval_from(task.reminder, turn.now)
            again = task.model_copy(update={"counted_from": counted_from, "reminder": None})
            tasks = tuple(again if other.kind is task.kind else other for other in turn.state.tasks)
            turn.state = turn.state.model_copy(update={"tasks": tasks})
            turn.note(EventName.REMINDER, "R28", task=task.kind)
            turn.tell_operator(NoticeKind.OPERATOR_REMINDER, task=task.kind, since=task.since)


def next_interval_from(reminder: DeadlinePlan, now: datetime) -> datetime:
    """Where the next interval is counted from: the last day of this one, so that no day falls between them.

    After a standstill of a day or more it is counted from now, so that what was missed is not made up for.
    """
    return reminder.last_day_noon if now < reminder.due + timedelta(days=1) else now


_DEEDS: dict[WakeKind, Callable[[Turn], None]] = {
    WakeKind.ACKNOWLEDGEMENT_REMINDER: _remind_of_acknowledgement,
    WakeKind.ACKNOWLEDGEMENT_DEADLINE: miss_acknowledgement,
    WakeKind.ACKNOWLEDGEMENT_CONSEQUENCE: _draw_consequence,
    WakeKind.RESOLUTION_REMINDER: _remind_of_resolution,
    WakeKind.RESOLUTION_DEADLINE: _miss_resolution,
    WakeKind.WINDOW_REMINDER: _remind_of_window,
    WakeKind.WINDOW_END: _end_window,
    WakeKind.OPERATOR_REMINDER: _remind_operator,
}


def _grace(policy: Policy) -> timedelta:
    return timedelta(minutes=policy.arrival_grace_minutes)
