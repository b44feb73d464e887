"""A seller's calendar as plain data: its place, its closures, and the days that do not count."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from business_care.errors import RuleViolation
from business_care.values import Identifier, Instant, Value

FIRST_DATE = date(2, 1, 1)
LAST_DATE = date(9998, 12, 31)
"""A year short of what a date can hold, so that every midnight of a calendar has an instant in UTC."""


class CalendarErrorCode(StrEnum):
    """Why a calendar or a count was refused (R5, R7); wire format, listed in the glossary."""

    UNKNOWN_COUNTRY = "unknown_country"
    UNKNOWN_SUBDIVISION = "unknown_subdivision"
    SUBDIVISION_REQUIRED = "subdivision_required"
    NO_CALENDAR_DATA = "no_calendar_data"
    UNKNOWN_TIMEZONE = "unknown_timezone"
    NAIVE_START = "naive_start"
    BAD_BUSINESS_DAYS = "bad_business_days"
    BAD_CLOSURE = "bad_closure"
    INVALID_MESSAGE = "invalid_message"


class CalendarRefused(RuleViolation, ValueError):
    """A calendar, a closure or a count that the rules refuse.

    A `ValueError` too, so that a model that holds a bad closure reports it like any other bad field.
    """

    def __init__(self, code: CalendarErrorCode, message: str) -> None:
        super().__init__(code, message)
        self.code: CalendarErrorCode = code


class CalendarProfile(StrEnum):
    """Which days count: all of R3, or the place's weekend alone."""

    WORKING_DAYS = "working_days"
    WEEKDAYS_ONLY = "weekdays_only"


class Weekday(StrEnum):
    """A day of the week, Monday first as in ISO 8601."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """The day of the week of a date."""
        return _WEEK[day.weekday()]


_WEEK = tuple(Weekday)


class Place(Value):
    """Where a seller's calendar is: ISO 3166-1 country, subdivision where regions differ, IANA time zone."""

    country: str
    subdivision: str | None = None
    timezone: str


MARKETPLACE_PLACE = Place(country="FR", timezone="Europe/Paris")
"""The marketplace's own calendar, for sellers that have none (R3)."""


def check_closed_days(start: date, end: date) -> None:
    """Raises `CalendarRefused` `bad_closure` when the last closed day lies before the first."""
    if end < start:
        raise CalendarRefused(
            CalendarErrorCode.BAD_CLOSURE,
            f"closure from {start} to {end}: the end must not lie before the start",
        )


class Closure(Value):
    """A seller's temporary closure: whole local days, both ends included.

    Raises `bad_closure` (inside pydantic's `ValidationError`) when it ends before it starts.
    """

    id: Identifier | None = None
    start: date
    end: date
    notified_at: Instant | None = None
    """When customers were told of it; None when that is known to have been in time (R7)."""

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        check_closed_days(self.start, self.end)
        return self

    def covers(self, day: date) -> bool:
        """Whether the seller is closed on that local day."""
        return self.start <= day <= self.end

    def binds(self, opened_at: datetime) -> bool:
        """Whether customers had been told of it when the request was opened (R7)."""
        return self.notified_at is None or self.notified_at <= opened_at

    def cut_short(self, notified_on: date) -> "Closure | None":
        """What is left after an early reopening announced on that local day; None if it had not begun (R7).

        The day of the notice is the last closed day; a closure that was over by then stays as it was.
        """
        if notified_on < self.start:
            return None
        return self.model_copy(update={"end": min(self.end, notified_on)})


class DayOff(Value):
    """A public holiday: its local date and its name."""

    date: date
    name: str


def _is_none(value: object) -> bool:
    return value is None


class DataVersions(Value):
    """Which data a count was made with; kept with each deadline that was told (R8)."""

    holidays: str
    tzdata: str
    business_care: str
    # Left out where they hold their defaults, so that workers of the version before can go on with a request.
    extra_days: str | None = Field(default=None, exclude_if=_is_none)
    """Which set of days an operator had added to the calendars; none had been where it is null."""
    profile: CalendarProfile | None = Field(default=None, exclude_if=_is_none)
    """How the days were counted, where that was otherwise than usual (R3)."""


class CalendarData(Value):
    """All that counting needs to know about a span of local dates, `first` to `last`, both included (R3).

    Weekend days are listed one by one, since several countries moved their weekend over the years.
    `working_days` are make-up days: weekend days or days off on which people work all the same.
    `provisional_years` have estimated dates, or make-up days that are not yet decreed (R5).
    """

    timezone: str
    first: Annotated[date, Field(ge=FIRST_DATE)]
    last: Annotated[date, Field(le=LAST_DATE)]
    weekend_days: frozenset[date]
    days_off: tuple[DayOff, ...] = ()
    working_days: frozenset[date] = frozenset()
    provisional_years: frozenset[int] = frozenset()
    versions: DataVersions

    def is_provisional(self, days: Iterable[date]) -> bool:
        """Whether any of the days lies in a year whose data may still change (R5)."""
        return any(day.year in self.provisional_years for day in days)
