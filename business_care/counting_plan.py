"""A deadline that was told to the parties, with the reason for every day of its count (R8)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from business_care.calendar import Closure, DataVersions
from business_care.values import Instant, Value

MAX_BUSINESS_DAYS = 1000


class DayKind(StrEnum):
    """Why a local day counts or is left out; wire format."""

    COUNTED = "counted"
    REQUEST_DAY = "request_day"
    WEEKEND = "weekend"
    PUBLIC_HOLIDAY = "public_holiday"
    CLOSURE = "closure"
    SKIPPED_BY_CALENDAR = "skipped_by_calendar"
    """A date that the place never had, such as 30 December 2011 in Samoa."""


class ExplainedDay(Value):
    """One local day of a count: counted as k of n, or left out and why."""

    date: date
    kind: DayKind
    counted_as: int | None = None
    name: str | None = None
    """The name of the public holiday, or the id of the closure."""


class Reminder(Value):
    """The instant at which `before` business days are left, the one that begins then included."""

    before: int
    at: Instant


class DeadlinePlan(Value):
    """A deadline with its day-by-day explanation and the versions of the data used."""

    opened_at: Instant
    business_days: Annotated[int, Field(ge=1, le=MAX_BUSINESS_DAYS)]
    timezone: str
    last_day: date
    """The local day that is counted as the last one."""
    due: Instant
    """The first instant of the local day that follows; an act is in time when it occurs before (R2)."""
    last_day_noon: Instant
    """12:00 local of the last day, when a seller is reminded of the acknowledgement."""
    days: tuple[ExplainedDay, ...]
    """From the day of the request to the last day, none missing."""
    reminders: tuple[Reminder, ...] = ()
    """In order of time."""
    provisional: bool = False
    """Whether a year of the count had estimated dates, or make-up days not yet decreed (R5)."""
    closures: tuple[Closure, ...] = ()
    """The closures that took a day of this count; a day may have been taken by several."""
    versions: DataVersions
