"""What must be counted outside the workflow before a request can go on, and what comes of it (R8, R9)."""

from collections.abc import Sequence
from datetime import datetime

from business_care.calendar import CalendarProfile, Closure, Place
from business_care.commands import ClockName
from business_care.counting import DeadlinePlan, Reminder
from business_care.deadlines import move_after_reopening
from business_care.request import LicenceFacts
from business_care.state import CareState, TaskKind, Window, WindowKind
from business_care.turn import Step, Turn
from business_care.values import Identifier, Instant, Value, known
from business_care.views import PlanRecord

REMIND_CUSTOMER_BUSINESS_DAYS = (1,)


class OpeningPlans(Value):
    """Count both deadlines of a request from `opened_at`; closures bind the first one only (R1, R6)."""

    opened_at: Instant
    acknowledge_business_days: int
    resolve_business_days: int
    reminders_business_days: tuple[int, ...]
    place: Place
    profile: CalendarProfile
    closures: tuple[Closure, ...]


class WindowPlan(Value):
    """Count a window or the next reminder of an operator's task; closures are not left out (R9)."""

    of: WindowKind | TaskKind
    start: Instant
    business_days: int
    remind_before: tuple[int, ...] = ()
    place: Place
    profile: CalendarProfile


class Recount(Value):
    """Count the first deadline again after an early reopening (R7)."""

    plan: DeadlinePlan
    closures: tuple[Closure, ...]
    closure_id: Identifier
    notified_at: Instant
    place: Place
    profile: CalendarProfile


class ReminderPlan(Value):
    """Count the reminders of a deadline that the operator moved (R8)."""

    clock: ClockName
    due: Instant
    remind_before: tuple[int, ...]
    place: Place
    profile: CalendarProfile


class PlannedReminders(Value):
    """The reminders of a deadline that the operator moved."""

    noon_of_last_day: Instant
    reminders: tuple[Reminder, ...]


Need = WindowPlan | Recount | ReminderPlan


def opening_plans(state: CareState) -> OpeningPlans:
    """What the opening of a request has to count. Only for a state whose facts are known."""
    facts = known(state.facts)
    return OpeningPlans(
        opened_at=state.opening.opened_at,
        acknowledge_business_days=state.policy.acknowledge_business_days,
        resolve_business_days=state.policy.resolve_business_days,
        reminders_business_days=state.policy.reminders_business_days,
        place=facts.place,
        profile=state.policy.profile,
        closures=facts.closures,
    )


def needs(state: CareState) -> Sequence[Need]:
    """Everything that is still to be counted for the state as it stands."""
    facts = state.facts
    if state.is_closed or facts is None:
        return ()
    return (
        *_window_needs(state, facts),
        *_task_needs(state, facts),
        *_recount_needs(state, facts),
        *_reminder_needs(state, facts),
    )


def window_planned(state: CareState, need: WindowPlan, plan: DeadlinePlan, now: datetime) -> Step:
    """Keep the counted end of a window or reminder, unless the request has moved on meanwhile."""
    turn = Turn(state, now)
    if isinstance(need.of, TaskKind):
        tasks = tuple(
            task.model_copy(update={"reminder": plan})
            if task.kind is need.of and task.counted_from == need.start
            else task
            for task in state.tasks
        )
        turn.state = state.model_copy(update={"tasks": tasks})
        return turn.step()
    window = state.resolution.window
    if window == Window(kind=need.of, opened_at=need.start):
        reminded = all(reminder.at <= now for reminder in plan.reminders)
        turn.resolution(window=window.model_copy(update={"plan": plan, "reminded": reminded}))
        turn.keep_plan(PlanRecord(clock=need.of, revision=state.seq, due=plan.due, cause="opened", plan=plan))
    return turn.step()


def recounted(state: CareState, plan: DeadlinePlan, now: datetime) -> Step:
    """Take over the first deadline as counted again, unless the request has closed meanwhile (R7)."""
    turn = Turn(state, now)
    if state.acknowledgement.reopenings and not state.is_closed:
        move_after_reopening(turn, plan)
    return turn.step()


def reminders_planned(state: CareState, need: ReminderPlan, planned: PlannedReminders, now: datetime) -> Step:
    """Take over the reminders of a corrected deadline, unless it has been moved again meanwhile."""
    turn = Turn(state, now)
    deadline = state.deadline(need.clock)
    if state.is_closed or deadline is None or deadline.due != need.due:
        return turn.step()
    ahead = tuple(reminder for reminder in planned.reminders if reminder.at > now)
    moved = deadline.model_copy(
        update={"corrected": False, "noon_of_last_day": planned.noon_of_last_day, "reminders": ahead}
    )
    if need.clock is ClockName.ACKNOWLEDGEMENT:
        turn.acknowledgement(deadline=moved, reminded=planned.noon_of_last_day <= now)
    else:
        turn.resolution(deadline=moved)
    return turn.step()


def _window_needs(state: CareState, facts: LicenceFacts) -> Sequence[Need]:
    window, policy = state.resolution.window, state.policy
    if window is None or window.plan is not None:
        return ()
    days = {
        WindowKind.VERIFICATION: policy.verification_business_days,
        WindowKind.DISPUTE: policy.dispute_business_days,
    }
    need = WindowPlan(
        of=window.kind,
        start=window.opened_at,
        business_days=days[window.kind],
        remind_before=REMIND_CUSTOMER_BUSINESS_DAYS,
        place=facts.place,
        profile=policy.profile,
    )
    return (need,)


def _task_needs(state: CareState, facts: LicenceFacts) -> Sequence[Need]:
    return tuple(
        WindowPlan(
            of=task.kind,
            start=task.counted_from,
            business_days=state.policy.operator_reminder_business_days,
            place=facts.place,
            profile=state.policy.profile,
        )
        for task in state.tasks
        if task.reminder is None
    )


def _recount_needs(state: CareState, facts: LicenceFacts) -> Sequence[Need]:
    ack = state.acknowledgement
    if not ack.reopenings:
        return ()
    reopening = ack.reopenings[0]
    need = Recount(
        plan=known(ack.deadline).plan,
        closures=facts.closures,
        closure_id=reopening.closure_id,
        notified_at=reopening.notified_at,
        place=facts.place,
        profile=state.policy.profile,
    )
    return (need,)


def _reminder_needs(state: CareState, facts: LicenceFacts) -> Sequence[Need]:
    return tuple(
        ReminderPlan(
            clock=clock,
            due=deadline.due,
            remind_before=state.policy.reminders_business_days if clock is ClockName.RESOLUTION else (),
            place=facts.place,
            profile=state.policy.profile,
        )
        for clock in ClockName
        if (deadline := state.deadline(clock)) is not None and deadline.corrected
    )
