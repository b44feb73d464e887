"""One year of one country from the `holidays` library, checked for what the library leaves unsaid (R5).

The library answers unknown codes and years without data with an empty calendar, or with nothing at all.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any, Final

import holidays
from holidays.constants import PUBLIC
from holidays.groups.hindu import HinduCalendarHolidays
from holidays.registry import EntityLoader

from adapters.near_names import or_near
from business_care.calendar import LAST_DATE, CalendarErrorCode, CalendarRefused, DayOff

HOLIDAYS_VERSION = version("holidays")

_LANGUAGE: Final = "en_US"
"""Always given: without it the library takes the language, and the names, from the machine's locale."""

NEEDS_SUBDIVISION = frozenset({"AU", "BA", "BR", "CA", "CH", "DE", "ES", "GB", "IN", "MY", "PT", "US"})
"""Countries whose regions differ so much that a nationwide calendar would be wrong (R5)."""

_WITHOUT_HOLIDAYS_SINCE = {"UA": 2023}
"""Ukraine suspended its days off under martial law: an empty year is the truth there, and nowhere else."""

_YEARS_WITH_FEASTS = {"IN": (2001, 2035)}
"""The library has India's movable feasts for these years only, and says so in a warning outside of them."""

_HINDU_TABLES_END = 2035
_TABLES_END = {"NP": 2032}
"""The last years for which the library knows all feasts that follow a lunar calendar."""

_MAKE_UP_STILL_PRACTISED_SINCE = 2020
"""Countries that last decreed make-up working days before that year have given them up (Bulgaria in 2017)."""

_FURTHEST_DECREE = 2050
"""No country decrees its make-up days so far ahead."""

_YEARS_KEPT = 4096

_ESTIMATED_LABEL: Final = "estimated_label"


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """What the library says about one year of a place."""

    weekend_days: frozenset[date]
    days_off: tuple[DayOff, ...]
    working_days: frozenset[date]
    provisional: bool


@cache
def country_codes() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes that have a calendar; markets and aliases are no countries."""
    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


def check_country(country: str, subdivision: str | None) -> None:
    """Whether there is a calendar for that place.

    Raises `CalendarRefused`: `unknown_country`, `unknown_subdivision`, `subdivision_required`.
    """
    if country not in country_codes():
        raise CalendarRefused(
            CalendarErrorCode.UNKNOWN_COUNTRY,
            f"country {or_near(country, country_codes())}; allowed are upper-case ISO 3166-1 codes"
            " of two letters, such as FR",
        )
    names = _names_of_subdivisions(country)
    if subdivision is not None and subdivision not in names:
        raise CalendarRefused(
            CalendarErrorCode.UNKNOWN_SUBDIVISION,
            f"subdivision {or_near(subdivision, names)}; {_allowed_subdivisions(country)}",
        )
    if subdivision is None and country in NEEDS_SUBDIVISION:
        raise CalendarRefused(
            CalendarErrorCode.SUBDIVISION_REQUIRED,
            f"country {country} needs a subdivision, its regions differ; {_allowed_subdivisions(country)}",
        )


@lru_cache(maxsize=_YEARS_KEPT)
def read_year(country: str, subdivision: str | None, year: int) -> HolidayYear:
    """The weekend, the days off and the make-up days of a place that `check_country` accepts.

    Raises `CalendarRefused` `no_calendar_data` for a year that the library does not know.
    """
    first, last = _years_known(country)
    if not first <= year <= last:
        raise _no_data(country, year, f"; the data reach from {first} to {last}")
    table = _table(country, subdivision, year)
    if not table and year < _WITHOUT_HOLIDAYS_SINCE.get(country, year + 1):
        raise _no_data(country, year, "")
    weekend_days = weekend_of_year(country, subdivision, year)
    return HolidayYear(
        weekend_days=weekend_days,
        days_off=tuple(DayOff(date=day, name=name) for day, name in sorted(table.items())),
        # A make-up day that is no weekend day is left out: for the library, too, a holiday stays a holiday.
        working_days=frozenset(table.weekend_workdays) & weekend_days,
        provisional=_is_provisional(country, subdivision, year, table),
    )


@lru_cache(maxsize=_YEARS_KEPT)
def weekend_of_year(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The weekend days of a year; known for every year, with or without public holidays."""
    is_weekend = _table(country, subdivision).is_weekend
    new_year = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - new_year).days
    return frozenset(filter(is_weekend, (new_year + timedelta(days=n) for n in range(length))))


def _table(country: str, subdivision: str | None, *years: int) -> holidays.HolidayBase:
    """A fresh object each time, which loads no other year: loading on demand is not safe among threads."""
    return holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=years,
        expand=False,
        observed=True,
        language=_LANGUAGE,
        # Public holidays are the law of R3; banks, schools and half days have lists of their own.
        categories=PUBLIC,
        **_marking_estimates(country),
    )


def _marking_estimates(country: str) -> dict[str, Any]:
    """Some countries leave the mark of an estimated date away unless it is asked for."""
    option = "islamic_show_estimated"
    return {option: True} if option in getattr(holidays, country).get_supported_options() else {}


def _years_known(country: str) -> tuple[int, int]:
    entity = getattr(holidays, country)
    return _YEARS_WITH_FEASTS.get(country, (entity.start_year, entity.end_year))


def _is_provisional(country: str, subdivision: str | None, year: int, table: holidays.HolidayBase) -> bool:
    label = getattr(table, _ESTIMATED_LABEL, None)
    mark = table.tr(label).replace("%s", "") if label else None
    if mark and any(mark in name for name in table.values()):
        return True
    if isinstance(table, HinduCalendarHolidays) and year > _HINDU_TABLES_END:
        return True
    if year > _TABLES_END.get(country, year):
        return True
    return table.has_substituted_holidays and year > _last_make_up_year(country, subdivision)


@cache
def _last_make_up_year(country: str, subdivision: str | None) -> int:
    """The last year for which make-up working days have been decreed; without end where that was given up."""
    years = range(_MAKE_UP_STILL_PRACTISED_SINCE, _FURTHEST_DECREE)
    decreed = [day.year for day in _table(country, subdivision, *years).weekend_workdays]
    return max((year for year in decreed if year in years), default=LAST_DATE.year)


def _names_of_subdivisions(country: str) -> tuple[str, ...]:
    """Codes and their other names (RE and 974 are the same place); names the library gave up are left out."""
    entity = getattr(holidays, country)
    return (*entity.subdivisions, *entity.subdivisions_aliases)


def _allowed_subdivisions(country: str) -> str:
    codes = getattr(holidays, country).subdivisions
    return f"allowed for {country} are {', '.join(codes)}" if codes else f"{country} has none"


def _no_data(country: str, year: int, hint: str) -> CalendarRefused:
    return CalendarRefused(
        CalendarErrorCode.NO_CALENDAR_DATA, f"no public holidays are known for {country} in {year}{hint}"
    )
