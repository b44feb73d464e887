"""Days that an operator adds to the calendars of the library: a decreed day off, a make-up day (R3, R8)."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from adapters.holiday_tables import check_country
from business_care.calendar import CalendarData, CalendarRefused, DayOff, Place
from business_care.values import Value

DIGEST_CHARACTERS: Final = 12


class ExtraDaysRefused(ValueError):
    """The file can't be used; says what is wrong and where."""


class ExtraCalendar(Value):
    """The days that are added to one country, or to one of its subdivisions."""

    country: str
    subdivision: str | None = None
    """Left out: in the whole country."""
    extra_days_off: tuple[DayOff, ...] = ()
    extra_working_days: tuple[date, ...] = ()
    """Days that count, although they are weekend days or public holidays."""

    def holds_at(self, place: Place) -> bool:
        """Whether they are days of that place."""
        return self.country == place.country and self.subdivision in (None, place.subdivision)


class ExtraDays(Value):
    """Every day that an operator has added, with a name for just this set of days."""

    calendars: tuple[ExtraCalendar, ...] = ()
    digest: str | None = None

    def added_to(self, calendar: CalendarData, place: Place) -> CalendarData:
        """The calendar with the days of its place; the library's own days stay."""
        here = [extra for extra in self.calendars if extra.holds_at(place)]
        if not here:
            return calendar
        off = {day.date: day for extra in here for day in extra.extra_days_off}
        working = {day for extra in here for day in extra.extra_working_days}
        within = [day for day in off.values() if calendar.first <= day.date <= calendar.last]
        return calendar.model_copy(
            update={
                "days_off": (*(day for day in calendar.days_off if day.date not in off), *within),
                "working_days": (calendar.working_days - off.keys())
                | {day for day in working if calendar.first <= day <= calendar.last},
            }
        )


def read_extra_days(file: Path) -> ExtraDays:
    """The days of a YAML file with a list `calendars`. Raises `ExtraDaysRefused`."""
    import yaml  # noqa: PLC0415 -- a worker without such a file starts without it

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExtraDaysRefused(f"the file can't be read ({type(error).__name__})") from None
    try:
        written = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ExtraDaysRefused("the file is no YAML") from None
    except ValueError as error:  # something that looks like a date and is none
        raise ExtraDaysRefused(f"a date can't be read: {error}") from None
    try:
        # Strict, but YAML has dates where the model has them, and lists where it has tuples.
        extra = ExtraDays.model_validate(written or {}, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ExtraDaysRefused(f"{where}: {first['msg']}") from None
    if (fault := next(_faults(extra), None)) is not None:
        raise ExtraDaysRefused(fault)
    digest = hashlib.sha256(extra.model_dump_json().encode()).hexdigest()[:DIGEST_CHARACTERS]
    return extra.model_copy(update={"digest": digest})


def _faults(extra: ExtraDays) -> Iterator[str]:
    if extra.digest is not None:
        yield "digest: this key is unknown"
    for number, calendar in enumerate(extra.calendars):
        try:
            check_country(calendar.country, calendar.subdivision)
        except CalendarRefused as refused:
            # A whole country is meant where its regions have calendars of their own.
            if calendar.subdivision is not None or refused.code != "subdivision_required":
                yield f"calendars.{number}: {refused}"
        both = {day.date for day in calendar.extra_days_off} & set(calendar.extra_working_days)
        if both:
            yield f"calendars.{number}: {min(both)} is both a day off and a working day"
