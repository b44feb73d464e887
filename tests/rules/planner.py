"""Answers what a request needs to have counted, with the pure counting functions over one small calendar."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from business_care.calendar import CalendarData, Closure, DataVersions, DayOff
from business_care.counting import DeadlinePlan, count_business_days, recount_after_reopening
from business_care.counting_back import last_noon_before, reminders_before
from business_care.planning import (
    Need,
    PlannedReminders,
    Recount,
    WindowPlan,
    needs,
    recounted,
    reminders_planned,
    window_planned,
)
from business_care.state import CareState
from business_care.turn import Step
from tests.rules.builders import MADRID

FIRST, LAST = date(2031, 1, 1), date(2032, 12, 31)
_DAYS = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
SATURDAY = 5

CALENDAR = CalendarData(
    timezone="Europe/Madrid",
    first=FIRST,
    last=LAST,
    weekend_days=frozenset(day for day in _DAYS if day.weekday() >= SATURDAY),
    days_off=(
        DayOff(date=date(2031, 4, 11), name="Divendres Sant"),
        DayOff(date=date(2031, 4, 14), name="Dilluns de Pasqua"),
        DayOff(date=date(2031, 5, 1), name="Festa del Treball"),
    ),
    versions=DataVersions(holidays="0", tzdata="0", business_care="0"),
)


def counted(
    start: datetime,
    business_days: int,
    closures: tuple[Closure, ...] = (),
    remind_before: tuple[int, ...] = (),
) -> DeadlinePlan:
    """A plan; those of one local day differ by their start alone, so that each is counted once."""
    midnight = datetime.combine(start.astimezone(MADRID).date(), time(), MADRID).astimezone(UTC)
    binding = tuple(closure for closure in closures if closure.binds(start))
    plan = _counted_from(midnight, business_days, binding, remind_before)
    return plan.model_copy(update={"opened_at": start})


@cache
def _counted_from(
    midnight: datetime, business_days: int, binding: tuple[Closure, ...], remind_before: tuple[int, ...]
) -> DeadlinePlan:
    unbound = tuple(closure.model_copy(update={"notified_at": None}) for closure in binding)
    return count_business_days(midnight, business_days, CALENDAR, MADRID, unbound, remind_before)


def answer(state: CareState, need: Need, now: datetime) -> Step:
    """What comes of one need."""
    if isinstance(need, WindowPlan):
        plan = counted(need.start, need.business_days, remind_before=need.remind_before)
        return window_planned(state, need, plan, now)
    if isinstance(need, Recount):
        again = recount_after_reopening(need.plan, MADRID, need.closure_id, need.notified_at)
        return recounted(state, again, now)
    planned = PlannedReminders(
        noon_of_last_day=last_noon_before(need.due, MADRID),
        reminders=reminders_before(need.due, CALENDAR, MADRID, need.remind_before),
    )
    return reminders_planned(state, need, planned, now)


def answer_all(state: CareState, now: datetime) -> Sequence[Step]:
    """The steps that answer every need, one after the other, until nothing is left to count."""
    steps: list[Step] = []
    while wanted := needs(state):
        steps.append(answer(state, wanted[0], now))
        state = steps[-1].state
    return steps
