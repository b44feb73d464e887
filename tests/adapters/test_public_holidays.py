"""Deadlines in the calendars of real places."""

import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import holidays
import pytest
from holidays.constants import PUBLIC

from adapters.holiday_tables import country_codes, read_year
from adapters.public_holidays import PublicHolidays
from adapters.time_zones import zone_named
from business_care.calendar import (
    MARKETPLACE_PLACE,
    CalendarProfile,
    CalendarRefused,
    Closure,
    Place,
    Weekday,
)
from business_care.calendar_inline import InlineCalendar
from business_care.counting import DayKind
from business_care.ports import DeadlinePlanner

WORKING_DAYS = CalendarProfile.WORKING_DAYS
WEEKDAYS_ONLY = CalendarProfile.WEEKDAYS_ONLY
ALL_WEEK = frozenset(Weekday)


def place(country: str, subdivision: str | None = None, timezone: str = "UTC") -> Place:
    return Place(country=country, subdivision=subdivision, timezone=timezone)


@pytest.fixture
def planner() -> PublicHolidays:
    return PublicHolidays()


def test_it_is_the_planner_that_the_rules_ask_for() -> None:
    planner: DeadlinePlanner = PublicHolidays()

    plan = planner.plan(datetime(2031, 4, 10, 9, tzinfo=UTC), 1, MARKETPLACE_PLACE, WORKING_DAYS)

    assert plan.last_day == date(2031, 4, 11)  # Good Friday, a working day in France


PLACES = [
    *(place("GB", nation) for nation in ("ENG", "NIR", "SCT", "WLS")),
    *(place("ES", community) for community in ("CN", "CT", "MD")),
    *(place("DE", land) for land in ("BE", "BY", "SN")),
    *(place("US", state) for state in ("CA", "HI", "NY")),
    *(place("MY", state) for state in ("01", "03", "14")),
    *(place("AU", state) for state in ("NSW", "TAS")),
    *(place("CA", "QC"), place("CH", "ZH"), place("BR", "SP"), place("IN", "MH"), place("PT", "20")),
    *(place("BA", "BIH"), place("FR", "RE"), place("NZ", "CIT")),
    *(place(code) for code in ("AE", "AR", "BG", "BN", "CN", "EG", "FR", "HK", "HU", "IE", "IL", "IR")),
    *(place(code) for code in ("JP", "KR", "KW", "KZ", "LV", "MM", "NP", "PH", "RU", "SA", "SE", "TR")),
    *(place(code) for code in ("TW", "UA", "UZ", "VN", "WS", "ZA")),
]


@pytest.mark.parametrize("where", PLACES, ids=lambda where: f"{where.country}-{where.subdivision}")
def test_without_closures_the_count_is_that_of_the_library(planner: PublicHolidays, where: Place) -> None:
    library = holidays.country_holidays(
        where.country,
        subdiv=where.subdivision,
        years=range(2023, 2032),
        expand=False,
        categories=PUBLIC,
        language="en_US",
    )
    chance = random.Random(f"{where.country}{where.subdivision}")  # noqa: S311 (days to try, no secrets)

    for _ in range(60):
        opened_on = date(2024, 1, 1) + timedelta(days=chance.randrange(7 * 365))
        business_days = chance.choice([1, 2, 5, 10, 30])

        plan = planner.plan(
            datetime(opened_on.year, opened_on.month, opened_on.day, 12, tzinfo=UTC),
            business_days,
            where,
            WORKING_DAYS,
        )

        assert plan.last_day == library.get_nth_working_day(opened_on, business_days)


@pytest.mark.parametrize(
    ("where", "year", "provisional"),
    [
        pytest.param(place("FR"), 2031, False, id="France: by law and by Easter"),
        pytest.param(place("JP"), 2031, False, id="Japan"),
        pytest.param(place("TR"), 2031, False, id="Turkey: feasts by the moon, calculated far ahead"),
        pytest.param(place("EG"), 2031, True, id="Egypt: feasts by the moon, estimated"),
        pytest.param(place("SA"), 2031, True, id="Saudi Arabia: estimated, marked only when asked"),
        pytest.param(place("CI"), 2031, True, id="Ivory Coast: the same"),
        pytest.param(place("CN"), 2026, False, id="China: make-up days decreed"),
        pytest.param(place("CN"), 2031, True, id="China: make-up days not yet decreed"),
        pytest.param(place("HU"), 2026, False, id="Hungary: make-up days decreed"),
        pytest.param(place("HU"), 2031, True, id="Hungary: make-up days not yet decreed"),
        pytest.param(place("BG"), 2031, False, id="Bulgaria: make-up days given up"),
        pytest.param(place("NP"), 2033, True, id="Nepal: tables of feasts end in 2032"),
        pytest.param(place("GY"), 2035, True, id="Guyana: estimated feasts"),
        pytest.param(place("SR"), 2036, True, id="Surinam: tables of feasts end in 2035"),
    ],
)
def test_a_year_with_estimated_or_undecreed_days_is_provisional(
    planner: PublicHolidays, where: Place, year: int, provisional: bool
) -> None:
    plan = planner.plan(datetime(year, 3, 3, 9, tzinfo=UTC), 1, where, WORKING_DAYS)

    assert plan.provisional is provisional


def test_the_tables_of_hindu_feasts_end_where_the_adapter_says() -> None:
    names = {
        year: set(holidays.country_holidays("SR", years=[year], language="en_US").values())
        for year in (2035, 2036)
    }

    assert any("Holi" in name and "Holiday" not in name for name in names[2035])
    assert not any("Holi" in name and "Holiday" not in name for name in names[2036])


def test_ukraine_has_no_days_off_under_martial_law(planner: PublicHolidays) -> None:
    plan = planner.plan(datetime(2031, 8, 23, 9, tzinfo=UTC), 1, place("UA"), WORKING_DAYS)

    assert plan.last_day == date(2031, 8, 25)
    assert planner.plan(datetime(2028, 8, 23, 9, tzinfo=UTC), 1, place("UA"), WORKING_DAYS).last_day == date(
        2028, 8, 24
    )


def test_no_country_but_ukraine_has_a_year_that_is_empty_and_accepted() -> None:
    empty = set()
    for country in country_codes():
        try:
            if not read_year(country, None, 2031).days_off:
                empty.add(country)
        except CalendarRefused:
            continue

    assert empty == {"UA"}


@pytest.mark.parametrize(
    ("where", "opened_on", "last_day"),
    [
        pytest.param(place("FR"), date(2031, 4, 30), date(2031, 5, 1), id="May Day counts"),
        pytest.param(place("HU"), date(2026, 8, 7), date(2026, 8, 10), id="a make-up Saturday does not"),
        pytest.param(
            place("IL"), date(2031, 1, 2), date(2031, 1, 5), id="the weekend is still Friday and Saturday"
        ),
        pytest.param(place("LK"), date(2027, 1, 1), date(2027, 1, 4), id="no holidays need be known"),
    ],
)
def test_the_profile_weekdays_only_knows_the_weekend_and_nothing_else(
    planner: PublicHolidays, where: Place, opened_on: date, last_day: date
) -> None:
    opened_at = datetime(opened_on.year, opened_on.month, opened_on.day, 9, tzinfo=UTC)

    plan = planner.plan(opened_at, 1, where, WEEKDAYS_ONLY)

    assert plan.last_day == last_day
    assert not plan.provisional


def test_a_count_may_run_over_the_day_on_which_a_weekend_moved(planner: PublicHolidays) -> None:
    data = planner.calendar(place("MY", "01"), WORKING_DAYS, date(2024, 12, 1), date(2025, 1, 31))

    assert {Weekday.of(day) for day in data.weekend_days if day.year == 2024} == {Weekday.FRI, Weekday.SAT}
    assert {Weekday.of(day) for day in data.weekend_days if day.year == 2025} == {Weekday.SAT, Weekday.SUN}


def test_a_region_may_be_called_by_any_of_its_names(planner: PublicHolidays) -> None:
    opened_at = datetime(2031, 12, 19, 9, tzinfo=UTC)

    plans = {
        planner.plan(opened_at, 1, place("FR", name), WORKING_DAYS).last_day
        for name in ("974", "RE", "La Réunion")
    }

    assert plans == {date(2031, 12, 22)}


def test_a_holiday_is_told_by_name_in_english(planner: PublicHolidays) -> None:
    plan = planner.plan(datetime(2031, 4, 11, 9, tzinfo=UTC), 1, MARKETPLACE_PLACE, WORKING_DAYS)

    assert [row.name for row in plan.days if row.kind is DayKind.PUBLIC_HOLIDAY] == ["Easter Monday"]


def test_an_early_reopening_is_counted_from_the_plan_as_it_was_told(planner: PublicHolidays) -> None:
    closed = Closure(id="K1", start=date(2031, 3, 3), end=date(2031, 3, 14))
    plan = planner.plan(datetime(2031, 3, 3, 9, tzinfo=UTC), 1, MARKETPLACE_PLACE, WORKING_DAYS, [closed])

    again = planner.replan_after_reopening(
        plan, MARKETPLACE_PLACE, WORKING_DAYS, [closed], "K1", datetime(2031, 3, 5, 9, tzinfo=UTC)
    )

    assert (plan.last_day, again.last_day) == (date(2031, 3, 17), date(2031, 3, 6))


def test_reminders_of_a_deadline_set_by_hand_reach_back_over_the_new_year(planner: PublicHolidays) -> None:
    due = datetime(2032, 1, 5, 17, tzinfo=zone_named("Europe/Paris"))

    planned = planner.reminders(due, MARKETPLACE_PLACE, WORKING_DAYS, [1, 3])

    assert planned.noon_of_last_day == datetime(2032, 1, 5, 12, tzinfo=zone_named("Europe/Paris"))
    assert [(reminder.before, reminder.at.isoformat()) for reminder in planned.reminders] == [
        (3, "2031-12-30T23:00:00+00:00"),
        (1, "2032-01-04T23:00:00+00:00"),
    ]


@pytest.mark.parametrize(
    ("calendar", "last_day"),
    [
        pytest.param(InlineCalendar(weekend=frozenset()), date(2031, 3, 5), id="every day counts"),
        pytest.param(InlineCalendar(weekend=ALL_WEEK - {Weekday.MON}), date(2031, 3, 17), id="Mondays only"),
        pytest.param(
            InlineCalendar(weekend=ALL_WEEK, working_days=frozenset({date(2035, 1, 1), date(2041, 1, 1)})),
            date(2041, 1, 1),
            id="two days in ten years",
        ),
    ],
)
def test_a_calendar_of_ones_own_can_be_given(
    planner: PublicHolidays, calendar: InlineCalendar, last_day: date
) -> None:
    plan = planner.plan_inline(datetime(2031, 3, 3, 9, tzinfo=UTC), 2, calendar, "Europe/Paris")

    assert plan.last_day == last_day


def test_a_plan_names_the_versions_of_its_data(planner: PublicHolidays) -> None:
    plan = planner.plan(datetime(2031, 3, 3, 9, tzinfo=UTC), 1, MARKETPLACE_PLACE, WORKING_DAYS)

    assert plan.versions.holidays == version("holidays")
    assert plan.versions.tzdata == version("tzdata")


def test_neither_the_locale_nor_the_zone_files_of_the_machine_change_a_plan() -> None:
    script = (
        "from datetime import UTC, datetime; from adapters.public_holidays import PublicHolidays;"
        "from business_care.calendar import *;"
        "print(PublicHolidays().plan(datetime(2031, 4, 11, 9, tzinfo=UTC), 3, MARKETPLACE_PLACE,"
        " CalendarProfile.WORKING_DAYS).model_dump_json())"
    )

    plans = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={
                "LANGUAGE": language,
                "LANG": language,
                "PYTHONTZPATH": "/nowhere",
                "PYTHONPATH": str(Path.cwd()),
            },
            capture_output=True,
            check=True,
        ).stdout
        for language in ("fr", "th", "")
    }

    assert len(plans) == 1
