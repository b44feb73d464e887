"""Counting business days from an instant, and explaining each day (R1-R9).

No clock, file or library is read: the days off and the time zone are arguments.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple

from business_care.calendar import CalendarData, CalendarErrorCode, CalendarRefused, Closure, DataVersions
from business_care.calendar_midnights import first_instant_of
from business_care.counting_days import ONE_DAY, DayJudge, closure_on, in_utc
from business_care.counting_plan import MAX_BUSINESS_DAYS, DayKind, DeadlinePlan, ExplainedDay, Reminder

__all__ = [
    "MAX_BUSINESS_DAYS",
    "DayKind",
    "DeadlinePlan",
    "ExplainedDay",
    "Reminder",
    "count_business_days",
    "days_before",
    "recount_after_reopening",
]

_LONGEST_NUMBER_REPEATED = 10**9


def count_business_days(
    start: datetime,
    business_days: int,
    calendar: CalendarData,
    zone: tzinfo,
    closures: Sequence[Closure] = (),
    remind_before: Iterable[int] = (),
) -> DeadlinePlan:
    """Count `business_days` from the local day after `start`; the deadline ends the last one (R2).

    `zone` is the zone that `calendar.timezone` names. Closures that do not bind at `start` are ignored (R7).
    `remind_before` asks for reminders, each at the start of the day with which that many business days are
    left; one that is not smaller than `business_days` gives none.

    Raises `CalendarRefused`: `naive_start`, `bad_business_days`, or `no_calendar_data` when the count
    runs out of the span that the calendar covers.
    """
    _check_business_days(business_days)
    opened_at = in_utc(start, "start")
    binding = [closure for closure in closures if closure.binds(opened_at)]
    request_day = opened_at.astimezone(zone).date()

    later_days = list(_explain(request_day, business_days, DayJudge(calendar, zone, binding)))

    origin = _Origin(
        opened_at=opened_at,
        timezone=calendar.timezone,
        remind_before=tuple(remind_before),
        provisional=calendar.is_provisional(day.date for day in later_days),
        versions=calendar.versions,
    )
    request_row = ExplainedDay(date=request_day, kind=DayKind.REQUEST_DAY)
    return _plan(origin, [request_row, *later_days], zone, binding)


def recount_after_reopening(
    plan: DeadlinePlan, zone: tzinfo, closure_id: str, notified_at: datetime
) -> DeadlinePlan:
    """Count again with one closure cut short by the notice of an early reopening (R7).

    Only days that this closure alone had taken, and that lie after the local day of the notice, come back;
    all others stay as they were told, whatever a newer calendar says (R8). So the deadline never becomes
    later, and one that moves never comes before the end of the first business day after the notice.
    A closure that took no day of this count changes nothing.

    Raises `CalendarRefused` `naive_start` when `notified_at` has no offset.
    """
    notified_on = in_utc(notified_at, "notified_at").astimezone(zone).date()
    cut = [c.cut_short(notified_on) if c.id == closure_id else c for c in plan.closures]
    remaining = [closure for closure in cut if closure is not None]

    origin = _Origin(
        opened_at=plan.opened_at,
        timezone=plan.timezone,
        remind_before=tuple(reminder.before for reminder in plan.reminders),
        provisional=plan.provisional,
        versions=plan.versions,
    )
    return _plan(origin, _count_again(plan, remaining), zone, remaining)


def days_before(plan: DeadlinePlan, n: int) -> datetime | None:
    """The instant with which the last `n` business days begin; None when the plan has no such reminder."""
    return next((reminder.at for reminder in plan.reminders if reminder.before == n), None)


class _Origin(NamedTuple):
    """What a plan keeps from the moment it was made, recounted or not."""

    opened_at: datetime
    timezone: str
    remind_before: tuple[int, ...]
    provisional: bool
    versions: DataVersions


def _explain(request_day: date, business_days: int, judge: DayJudge) -> Iterator[ExplainedDay]:
    counted = 0
    day = request_day
    while counted < business_days:
        day += ONE_DAY
        kind, name = judge.judge(day)
        if kind is DayKind.COUNTED:
            counted += 1
            yield ExplainedDay(date=day, kind=kind, counted_as=counted)
        else:
            yield ExplainedDay(date=day, kind=kind, name=name)


def _count_again(plan: DeadlinePlan, closures: Sequence[Closure]) -> list[ExplainedDay]:
    rows: list[ExplainedDay] = []
    counted = 0
    for row in plan.days:
        closure = closure_on(row.date, closures) if row.kind is DayKind.CLOSURE else None
        if closure is not None:
            rows.append(ExplainedDay(date=row.date, kind=row.kind, name=closure.id))
        elif row.kind in (DayKind.COUNTED, DayKind.CLOSURE):
            counted += 1
            rows.append(ExplainedDay(date=row.date, kind=DayKind.COUNTED, counted_as=counted))
        else:
            rows.append(row)
    last = [row.counted_as for row in rows].index(plan.business_days)
    return rows[: last + 1]


def _plan(
    origin: _Origin, rows: Sequence[ExplainedDay], zone: tzinfo, closures: Sequence[Closure]
) -> DeadlinePlan:
    counted = [row.date for row in rows if row.kind is DayKind.COUNTED]
    closed = [row.date for row in rows if row.kind is DayKind.CLOSURE]
    last_day = counted[-1]
    return DeadlinePlan(
        opened_at=origin.opened_at,
        business_days=len(counted),
        timezone=origin.timezone,
        last_day=last_day,
        due=first_instant_of(last_day + ONE_DAY, zone),
        last_day_noon=datetime.combine(last_day, time(12), zone).astimezone(UTC),
        days=tuple(rows),
        reminders=tuple(
            Reminder(before=before, at=first_instant_of(counted[-before], zone))
            for before in sorted(set(origin.remind_before), reverse=True)
            if 1 <= before < len(counted)
        ),
        provisional=origin.provisional,
        closures=tuple(closure for closure in closures if any(closure.covers(day) for day in closed)),
        versions=origin.versions,
    )


def _check_business_days(business_days: int) -> None:
    if isinstance(business_days, bool) or not 1 <= business_days <= MAX_BUSINESS_DAYS:
        # Python refuses to print integers of some thousand digits, and nobody wants to read them.
        short = abs(business_days) < _LONGEST_NUMBER_REPEATED
        given = f"is {business_days}" if short else "is out of all proportion"
        raise CalendarRefused(
            CalendarErrorCode.BAD_BUSINESS_DAYS,
            f"business_days {given}; a whole number from 1 to {MAX_BUSINESS_DAYS} is allowed",
        )
