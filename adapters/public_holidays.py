"""Deadlines in the calendars of real places: the port `DeadlinePlanner` over the `holidays` library."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import TypeAlias, TypeVar

from adapters.extra_days import ExtraDays
from adapters.holiday_tables import HOLIDAYS_VERSION, check_country, read_year, weekend_of_year
from adapters.time_zones import TZDATA_VERSION, zone_named
from business_care.calendar import (
    FIRST_DATE,
    LAST_DATE,
    CalendarData,
    CalendarErrorCode,
    CalendarProfile,
    CalendarRefused,
    Closure,
    DataVersions,
    Place,
)
from business_care.calendar_inline import InlineCalendar
from business_care.counting import DeadlinePlan, count_business_days, recount_after_reopening
from business_care.counting_back import last_noon_before, reminders_before
from business_care.counting_days import in_utc
from business_care.counting_plan import MAX_BUSINESS_DAYS
from business_care.planning import PlannedReminders

_LONGEST_SPAN_YEARS = 10
"""A count that finds too few business days within that many years is given up."""

_CALENDARS_KEPT = 1024
"""Most counts of a place go through the same one or two years."""

_Answer = TypeVar("_Answer")
_Over: TypeAlias = Callable[[date, date], CalendarData]


class PublicHolidays:
    """Plans deadlines with the public holidays, weekends and time zones of the pinned libraries.

    `extra_days` are those that an operator has added.
    """

    def __init__(self, extra_days: ExtraDays | None = None) -> None:
        self._extra_days = extra_days or ExtraDays()
        self._versions = data_versions().model_copy(update={"extra_days": self._extra_days.digest})
        self._of_years = lru_cache(maxsize=_CALENDARS_KEPT)(self._calendar_of_years)

    def calendar(self, place: Place, profile: CalendarProfile, first: date, last: date) -> CalendarData:
        """The calendar of a place for the years from that of `first` to that of `last` (R3, R5).

        Raises `CalendarRefused`: `unknown_country`, `unknown_subdivision`, `subdivision_required`,
        `unknown_timezone`, or `no_calendar_data` for a year without data.
        """
        return self._of_years(place, profile, first.year, last.year)

    def _calendar_of_years(
        self, place: Place, profile: CalendarProfile, first: int, last: int
    ) -> CalendarData:
        zone_named(place.timezone)
        check_country(place.country, place.subdivision)
        span = range(first, last + 1)
        whole = partial(
            CalendarData,
            timezone=place.timezone,
            first=date(first, 1, 1),
            last=date(last, 12, 31),
            versions=self._versions,
        )
        if profile is CalendarProfile.WEEKDAYS_ONLY:
            weekends = (weekend_of_year(place.country, place.subdivision, year) for year in span)
            return whole(
                weekend_days=frozenset(chain.from_iterable(weekends)),
                versions=data_versions().model_copy(update={"profile": profile}),
            )
        years = {year: read_year(place.country, place.subdivision, year) for year in span}
        calendar = whole(
            weekend_days=frozenset(chain.from_iterable(year.weekend_days for year in years.values())),
            days_off=tuple(chain.from_iterable(year.days_off for year in years.values())),
            working_days=frozenset(chain.from_iterable(year.working_days for year in years.values())),
            provisional_years=frozenset(number for number, year in years.items() if year.provisional),
        )
        return self._extra_days.added_to(calendar, place)

    def plan(
        self,
        opened_at: datetime,
        business_days: int,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure] = (),
        remind_before: Sequence[int] = (),
    ) -> DeadlinePlan:
        zone = zone_named(place.timezone)
        check_country(place.country, place.subdivision)
        over = partial(self.calendar, place, profile)
        asked = _Question(opened_at, business_days, zone, closures, remind_before)
        last_years = range(asked.shortest_end().year, asked.furthest_year() + 1)
        return _in_shortest_span(asked.spans(last_years), over, asked.count)

    def plan_inline(
        self,
        opened_at: datetime,
        business_days: int,
        calendar: InlineCalendar,
        timezone: str,
        closures: Sequence[Closure] = (),
    ) -> DeadlinePlan:
        """The same in a calendar of the asker's own, with that IANA time zone."""
        zone = zone_named(timezone)
        over = partial(calendar.over, timezone=timezone, versions=data_versions())
        asked = _Question(opened_at, business_days, zone, closures)
        # Such a calendar has all years: two spans are enough, the usual one and the longest.
        last_years = (min(asked.shortest_end().year + 1, LAST_DATE.year), asked.furthest_year())
        return _in_shortest_span(asked.spans(last_years), over, asked.count)

    def replan_after_reopening(
        self,
        plan: DeadlinePlan,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure],
        closure_id: str,
        notified_at: datetime,
    ) -> DeadlinePlan:
        # The plan holds the calendar and the closures it was told with: newer ones must not move it (R8).
        return recount_after_reopening(plan, zone_named(plan.timezone), closure_id, notified_at)

    def reminders(
        self, due: datetime, place: Place, profile: CalendarProfile, remind_before: Sequence[int]
    ) -> PlannedReminders:
        zone = zone_named(place.timezone)
        check_country(place.country, place.subdivision)
        last = in_utc(due, "due").astimezone(zone).date()
        first_years = range(last.year, max(last.year - _LONGEST_SPAN_YEARS, FIRST_DATE.year - 1), -1)
        return PlannedReminders(
            noon_of_last_day=last_noon_before(due, zone),
            reminders=_in_shortest_span(
                ((date(year, 1, 1), last) for year in first_years),
                partial(self.calendar, place, profile),
                lambda calendar: reminders_before(due, calendar, zone, remind_before),
            ),
        )


@dataclass(frozen=True, slots=True)
class _Question:
    """What a deadline is asked for, apart from the calendar."""

    opened_at: datetime
    business_days: int
    zone: tzinfo
    closures: Sequence[Closure]
    remind_before: Sequence[int] = ()

    def count(self, calendar: CalendarData) -> DeadlinePlan:
        return count_business_days(
            self.opened_at, self.business_days, calendar, self.zone, self.closures, self.remind_before
        )

    def request_day(self) -> date:
        return in_utc(self.opened_at, "start").astimezone(self.zone).date()

    def shortest_end(self) -> date:
        """The last day if every day counted: no year is asked for that may turn out not to be needed."""
        return self.request_day() + timedelta(days=min(max(self.business_days, 0), MAX_BUSINESS_DAYS))

    def furthest_year(self) -> int:
        return min(self.request_day().year + _LONGEST_SPAN_YEARS, LAST_DATE.year)

    def spans(self, last_years: Iterable[int]) -> Iterator[tuple[date, date]]:
        first = date(self.request_day().year, 1, 1)
        return ((first, date(year, 12, 31)) for year in last_years)


def _in_shortest_span(
    spans: Iterable[tuple[date, date]], over: _Over, count: Callable[[CalendarData], _Answer]
) -> _Answer:
    """Count in the first span that is long enough, so that only a year the count needs can be refused."""
    too_short: CalendarRefused | None = None
    for first, last in spans:
        calendar = over(first, last)
        try:
            return count(calendar)
        except CalendarRefused as refused:
            if refused.code is not CalendarErrorCode.NO_CALENDAR_DATA:
                raise
            too_short = refused
    raise too_short or CalendarRefused(
        CalendarErrorCode.NO_CALENDAR_DATA, f"no calendar reaches beyond {LAST_DATE} or before {FIRST_DATE}"
    )


@cache
def data_versions() -> DataVersions:
    """The versions of everything that a count depends on (R8)."""
    try:
        ours = version("business-care")
    except PackageNotFoundError:
        ours = "not installed"
    return DataVersions(holidays=HOLIDAYS_VERSION, tzdata=TZDATA_VERSION, business_care=ours)
