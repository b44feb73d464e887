"""Closures and calendars as plain values."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from business_care.calendar import CalendarErrorCode, CalendarRefused, Closure, Place, Weekday
from business_care.calendar_inline import InlineCalendar
from business_care.errors import RuleViolation
from tests.rules.calendar_builder import VERSIONS, calendar

MONDAY = date(2031, 3, 3)
FRIDAY = date(2031, 3, 7)


def test_a_closure_may_last_a_single_day() -> None:
    closure = Closure(start=MONDAY, end=MONDAY)

    assert closure.covers(MONDAY)


def test_a_closure_that_ends_before_it_starts_is_refused_with_both_dates() -> None:
    with pytest.raises(ValidationError) as refused:
        Closure(start=FRIDAY, end=MONDAY)

    cause = refused.value.errors()[0]["ctx"]["error"]
    assert isinstance(cause, CalendarRefused)
    assert cause.code is CalendarErrorCode.BAD_CLOSURE
    assert "2031-03-07 to 2031-03-03" in cause.message


def test_an_open_ended_closure_cannot_be_written_down() -> None:
    with pytest.raises(ValidationError, match="end"):
        Closure.model_validate_json('{"start": "2031-03-03"}')


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        pytest.param(date(2031, 3, 2), False, id="the day before"),
        pytest.param(MONDAY, True, id="the first day"),
        pytest.param(date(2031, 3, 5), True, id="in between"),
        pytest.param(FRIDAY, True, id="the last day"),
        pytest.param(date(2031, 3, 8), False, id="the day after"),
    ],
)
def test_a_closure_covers_both_its_ends(day: date, closed: bool) -> None:
    assert Closure(start=MONDAY, end=FRIDAY).covers(day) is closed


@pytest.mark.parametrize(
    ("notified_at", "binds"),
    [
        pytest.param(None, True, id="known to have been in time"),
        pytest.param(datetime(2031, 3, 1, 8, 59, 59, tzinfo=UTC), True, id="a second before"),
        pytest.param(datetime(2031, 3, 1, 9, tzinfo=UTC), True, id="at the same instant"),
        pytest.param(datetime(2031, 3, 1, 9, 0, 1, tzinfo=UTC), False, id="a second after"),
    ],
)
def test_a_closure_binds_only_requests_opened_after_its_notice(
    notified_at: datetime | None, binds: bool
) -> None:
    closure = Closure(start=MONDAY, end=FRIDAY, notified_at=notified_at)

    assert closure.binds(datetime(2031, 3, 1, 9, tzinfo=UTC)) is binds


@pytest.mark.parametrize(
    ("notified_on", "end"),
    [
        pytest.param(date(2031, 3, 2), None, id="before it began: nothing is left"),
        pytest.param(MONDAY, MONDAY, id="on its first day: that day stays closed"),
        pytest.param(
            date(2031, 3, 5), date(2031, 3, 5), id="in the middle: the day of the notice is the last"
        ),
        pytest.param(FRIDAY, FRIDAY, id="on its last day: nothing changes"),
        pytest.param(date(2031, 4, 1), FRIDAY, id="when it was over: nothing changes"),
    ],
)
def test_an_early_reopening_cuts_a_closure_short(notified_on: date, end: date | None) -> None:
    left = Closure(id="K1", start=MONDAY, end=FRIDAY).cut_short(notified_on)

    assert left == (None if end is None else Closure(id="K1", start=MONDAY, end=end))


def test_the_days_of_the_week_are_named_from_their_dates() -> None:
    assert [Weekday.of(date(2031, 3, day)) for day in range(3, 10)] == list(Weekday)


def test_a_refused_calendar_is_a_rule_that_says_no() -> None:
    refused = CalendarRefused(CalendarErrorCode.NAIVE_START, "no offset")

    assert isinstance(refused, RuleViolation)
    assert (str(refused.code), refused.message) == ("naive_start", "no offset")


def test_a_place_takes_no_unknown_field() -> None:
    with pytest.raises(ValidationError, match="region"):
        Place.model_validate_json('{"country": "FR", "timezone": "Europe/Paris", "region": "57"}')


def test_a_calendar_is_provisional_for_days_of_provisional_years_only() -> None:
    of_two_years = calendar(provisional_years=[2032])

    assert not of_two_years.is_provisional([MONDAY, date(2031, 12, 31)])
    assert of_two_years.is_provisional([MONDAY, date(2032, 1, 1)])


def test_an_inline_calendar_lists_its_weekend_day_by_day() -> None:
    inline = InlineCalendar(
        weekend=frozenset({Weekday.FRI}),
        days_off=frozenset({MONDAY}),
        working_days=frozenset({FRIDAY}),
    )

    data = inline.over(date(2031, 3, 1), date(2031, 3, 31), "Europe/Paris", VERSIONS)

    assert data.weekend_days == {date(2031, 3, day) for day in (7, 14, 21, 28)}
    assert [day_off.date for day_off in data.days_off] == [MONDAY]
    assert data.working_days == {FRIDAY}
