"""Small calendars for the tests of counting, written down instead of looked up."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from business_care.calendar import CalendarData, DataVersions, DayOff, Weekday
from business_care.calendar_inline import InlineCalendar

PARIS = ZoneInfo("Europe/Paris")
VERSIONS = DataVersions(holidays="0", tzdata="0", business_care="0")


def calendar(
    *,
    off: Iterable[str] = (),
    working: Iterable[str] = (),
    weekend: Iterable[Weekday] = (Weekday.SAT, Weekday.SUN),
    first: str = "2031-01-01",
    last: str = "2032-12-31",
    provisional_years: Iterable[int] = (),
    timezone: str = "Europe/Paris",
) -> CalendarData:
    weekends = InlineCalendar(weekend=frozenset(weekend)).over(
        date.fromisoformat(first), date.fromisoformat(last), timezone, VERSIONS
    )
    return weekends.model_copy(
        update={
            "days_off": tuple(DayOff(date=date.fromisoformat(day), name=f"holiday of {day}") for day in off),
            "working_days": frozenset(date.fromisoformat(day) for day in working),
            "provisional_years": frozenset(provisional_years),
        }
    )
