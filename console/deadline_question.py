"""One question about a deadline, as `business-care deadline` reads it from a line or from its options."""

import re
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError, model_validator

from adapters.public_holidays import PublicHolidays
from business_care.calendar import (
    CalendarErrorCode,
    CalendarProfile,
    CalendarRefused,
    Closure,
    Place,
    Weekday,
    check_closed_days,
)
from business_care.calendar_inline import InlineCalendar
from business_care.counting import DeadlinePlan
from business_care.values import Identifier
from console.deadline_fields import ClosedDay, Day, LineId, MaybeNaiveInstant, Notice, WholeNumber

BESIDE_THE_QUESTION = frozenset({"last_day", "due", "error", "note"})
"""Fields that are not read, so that an answer or a remark may be kept in the line of its question."""

_FIELD_NAME = re.compile(r"[a-z_]{1,40}")


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GivenClosure(_Given):
    """A closure; its notice may be left out (it was in time), an instant, or null (nobody was told, R7)."""

    id: Identifier | None = None
    start: ClosedDay
    end: ClosedDay
    notified_at: Notice = None

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        check_closed_days(self.start, self.end)
        return self

    def was_announced(self) -> bool:
        """Whether customers were told of it at all."""
        return self.notified_at is not None or "notified_at" not in self.model_fields_set

    def closure(self) -> Closure:
        """The closure as the rules know it."""
        return Closure(id=self.id, start=self.start, end=self.end, notified_at=self.notified_at)


class GivenCalendar(_Given):
    """A calendar of the asker's own, in place of a country."""

    weekend: tuple[Weekday, ...]
    days_off: tuple[Day, ...] = ()
    working_days: tuple[Day, ...] = ()

    def calendar(self) -> InlineCalendar:
        """The calendar as the rules know it."""
        return InlineCalendar(
            weekend=frozenset(self.weekend),
            days_off=frozenset(self.days_off),
            working_days=frozenset(self.working_days),
        )


class DeadlineQuestion(_Given):
    """When do so many business days after `start` end, in a country's calendar or in one given inline?"""

    id: LineId
    country: StrictStr | None = None
    subdivision: StrictStr | None = None
    calendar: GivenCalendar | None = None
    timezone: StrictStr
    start: MaybeNaiveInstant
    business_days: WholeNumber
    closures: tuple[GivenClosure, ...] = ()
    profile: CalendarProfile = CalendarProfile.WORKING_DAYS

    @model_validator(mode="after")
    def _names_one_calendar(self) -> Self:
        if (self.country is None) == (self.calendar is None):
            raise ValueError("either country or calendar must be given")
        if self.calendar is not None and self.subdivision is not None:
            raise ValueError("subdivision belongs to country, calendar has none")
        if self.calendar is not None and self.profile is not CalendarProfile.WORKING_DAYS:
            raise ValueError("profile belongs to country, calendar says itself what counts")
        return self

    @classmethod
    def read(cls, fields: Mapping[str, object]) -> Self:
        """The question that the fields put. Raises `CalendarRefused` with the code of the first fault."""
        try:
            return cls.model_validate({k: v for k, v in fields.items() if k not in BESIDE_THE_QUESTION})
        except ValidationError as error:
            raise _refusal(error) from error

    def answer(self, planner: PublicHolidays) -> DeadlinePlan:
        """The deadline. Raises `CalendarRefused`."""
        closures = [given.closure() for given in self.closures if given.was_announced()]
        if self.calendar is not None:
            return planner.plan_inline(
                self.start, self.business_days, self.calendar.calendar(), self.timezone, closures
            )
        place = Place(country=self.country or "", subdivision=self.subdivision, timezone=self.timezone)
        return planner.plan(self.start, self.business_days, place, self.profile, closures)


def _refusal(error: ValidationError) -> CalendarRefused:
    """The first fault, told without the text that was given (R62)."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(_name(part) for part in fault["loc"]) or "the question"
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, CalendarRefused):
        return CalendarRefused(cause.code, f"{where}: {cause.message}")
    if fault["type"] == "missing" and fault["loc"][0] == "closures":
        return CalendarRefused(CalendarErrorCode.BAD_CLOSURE, f"{where}: a closure needs a start and an end")
    said = f"{cause}" if cause else fault["msg"]
    return CalendarRefused(CalendarErrorCode.INVALID_MESSAGE, f"{where}: {said}")


def _name(part: int | str) -> str:
    return str(part) if isinstance(part, int) or _FIELD_NAME.fullmatch(part) else "a field"
