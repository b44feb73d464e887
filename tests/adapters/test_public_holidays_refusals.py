"""Calendars that cannot be used, and what the refusal says (R5)."""

from datetime import UTC, date, datetime

import pytest

from adapters.public_holidays import PublicHolidays
from business_care.calendar import (
    MARKETPLACE_PLACE,
    CalendarErrorCode,
    CalendarProfile,
    CalendarRefused,
    Closure,
    Place,
    Weekday,
)
from business_care.calendar_inline import InlineCalendar

WORKING_DAYS = CalendarProfile.WORKING_DAYS
WEEKDAYS_ONLY = CalendarProfile.WEEKDAYS_ONLY
ALL_WEEK = frozenset(Weekday)


def place(country: str, subdivision: str | None = None, timezone: str = "UTC") -> Place:
    return Place(country=country, subdivision=subdivision, timezone=timezone)


@pytest.fixture
def planner() -> PublicHolidays:
    return PublicHolidays()


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        pytest.param(place("XX"), "unknown_country", "XX", id="no such country"),
        pytest.param(place("fr"), "unknown_country", "mean FR", id="lower case"),
        pytest.param(place("FRA"), "unknown_country", "FR", id="three letters"),
        pytest.param(place("XNYS"), "unknown_country", "XNYS", id="a market"),
        pytest.param(place("HolidayBase"), "unknown_country", "two letters", id="a class of the library"),
        pytest.param(place(""), "unknown_country", "two letters", id="nothing"),
        pytest.param(place("<b>"), "unknown_country", "two letters", id="no name at all"),
        pytest.param(place("FR", "ZZ"), "unknown_subdivision", "971", id="no such region"),
        pytest.param(place("JP", "13"), "unknown_subdivision", "none", id="a country without regions"),
        pytest.param(place("GB", "UK"), "unknown_subdivision", "SCT", id="a name that was given up"),
        pytest.param(place("BV"), "no_calendar_data", "BV in 2031", id="an empty calendar"),
        pytest.param(place("FR", None, "Europe/Lutece"), "unknown_timezone", "Lutece", id="no such zone"),
        pytest.param(
            place("FR", None, "europe/paris"), "unknown_timezone", "Europe/Paris", id="zone in lower case"
        ),
        pytest.param(place("FR", None, "../../etc/passwd"), "unknown_timezone", "IANA", id="a path"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_with_what_is_allowed(
    planner: PublicHolidays, where: Place, code: str, said: str
) -> None:
    with pytest.raises(CalendarRefused) as refused:
        planner.plan(datetime(2031, 3, 3, 9, tzinfo=UTC), 5, where, WORKING_DAYS)

    assert refused.value.code == code
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("where", "opened_at", "code", "said"),
    [
        pytest.param(place("LK"), "2026-12-30T09:00:00Z", "no_calendar_data", "2003 to 2026", id="too late"),
        pytest.param(place("LK"), "2002-12-30T09:00:00Z", "no_calendar_data", "2003 to 2026", id="too early"),
        pytest.param(
            place("FR"), "2100-12-30T09:00:00Z", "no_calendar_data", "FR in 2101", id="the next century"
        ),
        pytest.param(
            place("IN", "MH"), "2036-03-03T09:00:00Z", "no_calendar_data", "2035", id="no feasts known"
        ),
        pytest.param(
            place("FR"), "2031-03-03T09:00:00", "naive_start", "2031-03-03T09:00:00", id="no offset"
        ),
        pytest.param(place("FR"), "0001-01-01T00:00:00+14:00", "no_calendar_data", "year 1", id="the year 1"),
    ],
)
def test_an_instant_that_cannot_be_counted_from_is_refused(
    planner: PublicHolidays, where: Place, opened_at: str, code: str, said: str
) -> None:
    with pytest.raises(CalendarRefused) as refused:
        planner.plan(datetime.fromisoformat(opened_at), 5, where, WORKING_DAYS)

    assert refused.value.code == code
    assert said in refused.value.message


@pytest.mark.parametrize("country", ["AU", "BA", "BR", "CA", "CH", "DE", "ES", "GB", "IN", "MY", "PT", "US"])
def test_a_country_whose_regions_differ_needs_one(planner: PublicHolidays, country: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        planner.plan(datetime(2031, 3, 3, 9, tzinfo=UTC), 1, place(country), WORKING_DAYS)

    assert refused.value.code is CalendarErrorCode.SUBDIVISION_REQUIRED


def test_a_year_without_data_is_refused_only_when_the_count_needs_it(planner: PublicHolidays) -> None:
    plan = planner.plan(datetime(2026, 12, 29, 9, tzinfo=UTC), 2, place("LK"), WORKING_DAYS)

    assert plan.last_day == date(2026, 12, 31)


def test_a_closure_too_long_to_count_over_is_refused(planner: PublicHolidays) -> None:
    for_good = Closure(start=date(2031, 1, 1), end=date(2099, 12, 31))

    with pytest.raises(CalendarRefused) as refused:
        planner.plan(datetime(2031, 3, 3, 9, tzinfo=UTC), 1, MARKETPLACE_PLACE, WORKING_DAYS, [for_good])

    assert refused.value.code is CalendarErrorCode.NO_CALENDAR_DATA


def test_a_calendar_without_any_working_day_is_refused(planner: PublicHolidays) -> None:
    with pytest.raises(CalendarRefused) as refused:
        planner.plan_inline(
            datetime(2031, 3, 3, 9, tzinfo=UTC), 1, InlineCalendar(weekend=ALL_WEEK), "Europe/Paris"
        )

    assert refused.value.code is CalendarErrorCode.NO_CALENDAR_DATA
