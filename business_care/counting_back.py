"""Counting back from a deadline that was set by hand, for its reminders (R8)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from business_care.calendar import CalendarData
from business_care.calendar_midnights import first_instant_of
from business_care.counting_days import ONE_DAY, DayJudge, in_utc
from business_care.counting_plan import DayKind, Reminder

_LAST_MOMENT = timedelta(microseconds=1)


def reminders_before(
    due: datetime, calendar: CalendarData, zone: tzinfo, remind_before: Iterable[int]
) -> tuple[Reminder, ...]:
    """The starts of the days with which that many business days are left before `due`, in order of time.

    The day in which `due` falls is one of them when it counts, however little of it is left. Numbers below 1
    give no reminder. Raises `CalendarRefused`: `naive_start`, or `no_calendar_data` before the span begins.
    """
    wanted = {before for before in remind_before if before >= 1}
    judge = DayJudge(calendar, zone)
    reminders: list[Reminder] = []
    day = _last_day_of(due, zone)
    left = 0
    while len(reminders) < len(wanted):
        if judge.judge(day).kind is DayKind.COUNTED:
            left += 1
            if left in wanted:
                reminders.append(Reminder(before=left, at=first_instant_of(day, zone)))
        day -= ONE_DAY
    return tuple(reversed(reminders))


def last_noon_before(due: datetime, zone: tzinfo) -> datetime:
    """The last 12:00 local, in UTC, that lies before `due`. Raises `CalendarRefused` `naive_start`."""
    day = _last_day_of(due, zone)
    noon = _noon_of(day, zone)
    return noon if noon < due else _noon_of(day - ONE_DAY, zone)


def _last_day_of(due: datetime, zone: tzinfo) -> date:
    return (in_utc(due, "due") - _LAST_MOMENT).astimezone(zone).date()


def _noon_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(12), zone).astimezone(UTC)
