"""What a single local day is worth in a count, and why (R3)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from business_care.calendar import (
    FIRST_DATE,
    LAST_DATE,
    CalendarData,
    CalendarErrorCode,
    CalendarRefused,
    Closure,
)
from business_care.calendar_midnights import first_instant_of
from business_care.counting_plan import DayKind

ONE_DAY = timedelta(days=1)


class Verdict(NamedTuple):
    """Whether a day counts, and the name of the holiday or the id of the closure if it does not."""

    kind: DayKind
    name: str | None = None


class DayJudge:
    """Judges the days of one calendar in one zone; `closures` are those that bind."""

    def __init__(self, calendar: CalendarData, zone: tzinfo, closures: Iterable[Closure] = ()) -> None:
        self._calendar = calendar
        self._zone = zone
        self._closures = tuple(closures)
        self._holidays: Mapping[date, str] = {off.date: off.name for off in calendar.days_off}

    def judge(self, day: date) -> Verdict:
        """What the day is: the first reason to leave it out, or `counted`.

        Raises `CalendarRefused` `no_calendar_data` for a day that the calendar does not cover.
        """
        calendar = self._calendar
        if not calendar.first <= day <= calendar.last:
            raise CalendarRefused(
                CalendarErrorCode.NO_CALENDAR_DATA,
                f"the count needs {day}, the calendar covers {calendar.first} to {calendar.last} only",
            )
        if first_instant_of(day, self._zone) == first_instant_of(day + ONE_DAY, self._zone):
            return Verdict(DayKind.SKIPPED_BY_CALENDAR)
        if day not in calendar.working_days:
            if day in calendar.weekend_days:
                return Verdict(DayKind.WEEKEND)
            if day in self._holidays:
                return Verdict(DayKind.PUBLIC_HOLIDAY, self._holidays[day])
        closure = closure_on(day, self._closures)
        return Verdict(DayKind.CLOSURE, closure.id) if closure else Verdict(DayKind.COUNTED)


def closure_on(day: date, closures: Iterable[Closure]) -> Closure | None:
    """The first of the closures that covers the day."""
    return next((closure for closure in closures if closure.covers(day)), None)


def in_utc(instant: datetime, field: str) -> datetime:
    """The instant in UTC.

    Raises `CalendarRefused`: `naive_start` if it has no offset from UTC, `no_calendar_data` outside the years
    in which dates can be counted.
    """
    if instant.utcoffset() is None:
        raise CalendarRefused(
            CalendarErrorCode.NAIVE_START,
            f"{field} {instant.isoformat()} has no offset from UTC; write it as in 2031-03-03T09:00:00+01:00",
        )
    if not FIRST_DATE.year <= instant.year <= LAST_DATE.year:
        raise CalendarRefused(
            CalendarErrorCode.NO_CALENDAR_DATA,
            f"{field} lies in the year {instant.year}; {FIRST_DATE.year} to {LAST_DATE.year} are allowed",
        )
    return instant.astimezone(UTC)
