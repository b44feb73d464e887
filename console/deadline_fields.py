"""The single fields of a question: text that must be a date, an instant or a number, and nothing else."""

import re
from datetime import date, datetime
from typing import Annotated, TypeGuard

from pydantic import BeforeValidator

from business_care.calendar import FIRST_DATE, LAST_DATE, CalendarErrorCode, CalendarRefused

_MAX_ID_CHARACTERS = 200
_LARGEST_ID = 10**18
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def is_usable_id(value: object) -> TypeGuard[str | int]:
    """Whether an answer can be given under that id: a short text, or a whole number."""
    if isinstance(value, str):
        return len(value) <= _MAX_ID_CHARACTERS
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST_ID


def _id(value: object) -> str | int:
    if not is_usable_id(value):
        raise ValueError(f"must be a text of at most {_MAX_ID_CHARACTERS} characters, or a whole number")
    return value


def _date(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("must be a date as in 2031-03-03")
    return date.fromisoformat(value)


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("must be an instant as in 2031-03-03T09:00:00+01:00")
    return datetime.fromisoformat(value)


def _closed_day(value: object) -> date:
    if value is not None and not isinstance(value, str):
        return _date(value)
    try:
        return _date(value)
    except ValueError as error:
        raise CalendarRefused(
            CalendarErrorCode.BAD_CLOSURE,
            "must be a date as in 2031-03-03; open-ended closures are not allowed",
        ) from error


def _notice(value: object) -> datetime | None:
    if value is None:
        return None
    notified_at = _instant(value)
    if notified_at.utcoffset() is None:
        raise CalendarRefused(
            CalendarErrorCode.BAD_CLOSURE, f"{notified_at.isoformat()} has no offset from UTC"
        )
    if not FIRST_DATE.year <= notified_at.year <= LAST_DATE.year:
        raise CalendarRefused(
            CalendarErrorCode.BAD_CLOSURE, f"must lie in the years {FIRST_DATE.year} to {LAST_DATE.year}"
        )
    return notified_at


def _whole_number(value: object) -> int:
    if isinstance(value, (bool, float)):
        raise CalendarRefused(CalendarErrorCode.BAD_BUSINESS_DAYS, "must be a whole number")
    if not isinstance(value, int):
        raise ValueError("must be a whole number")
    return value


LineId = Annotated[str | int, BeforeValidator(_id)]
Day = Annotated[date, BeforeValidator(_date)]
MaybeNaiveInstant = Annotated[datetime, BeforeValidator(_instant)]
ClosedDay = Annotated[date, BeforeValidator(_closed_day)]
Notice = Annotated[datetime | None, BeforeValidator(_notice)]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
