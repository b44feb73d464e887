"""Counting business days from an instant (R1-R7)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from business_care.calendar import CalendarErrorCode, CalendarRefused, Closure, Weekday
from business_care.counting import DayKind, DeadlinePlan, ExplainedDay, count_business_days, days_before
from tests.rules.calendar_builder import PARIS, calendar

FRIDAY_EVENING = datetime(2031, 3, 7, 18, tzinfo=PARIS)


def closure(start: str, end: str, **rest: object) -> Closure:
    return Closure(start=date.fromisoformat(start), end=date.fromisoformat(end), **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "business_days", "last_day"),
    [
        pytest.param("2031-03-07T18:00:00+01:00", 1, "2031-03-10", id="Friday evening: Monday"),
        pytest.param("2031-03-08T10:00:00+01:00", 1, "2031-03-10", id="Saturday: Monday"),
        pytest.param("2031-03-10T00:00:00+01:00", 1, "2031-03-11", id="the first instant of Monday: Tuesday"),
        pytest.param("2031-03-10T23:59:59+01:00", 1, "2031-03-11", id="the last second of Monday: Tuesday"),
        pytest.param("2031-03-10T23:30:00+00:00", 1, "2031-03-12", id="already Tuesday in Paris: Wednesday"),
        pytest.param("2031-03-07T18:00:00+01:00", 30, "2031-04-18", id="six weeks"),
    ],
)
def test_the_local_day_of_the_request_is_not_counted(start: str, business_days: int, last_day: str) -> None:
    plan = count_business_days(datetime.fromisoformat(start), business_days, calendar(), PARIS)

    assert plan.last_day == date.fromisoformat(last_day)


def test_the_deadline_is_the_first_instant_of_the_following_local_day() -> None:
    plan = count_business_days(FRIDAY_EVENING, 1, calendar(), PARIS)

    assert plan.due == datetime(2031, 3, 11, tzinfo=PARIS)
    assert plan.due.tzinfo is UTC


def test_no_24_hours_are_added_when_the_clocks_change() -> None:
    plan = count_business_days(datetime(2031, 3, 28, 10, tzinfo=PARIS), 1, calendar(), PARIS)

    assert plan.due.isoformat() == "2031-03-31T22:00:00+00:00"


@pytest.mark.parametrize(
    ("off", "working", "weekend", "last_day"),
    [
        pytest.param(["2031-03-10"], [], [Weekday.SAT, Weekday.SUN], "2031-03-11", id="a public holiday"),
        pytest.param([], ["2031-03-08"], [Weekday.SAT, Weekday.SUN], "2031-03-08", id="a make-up Saturday"),
        pytest.param(
            ["2031-03-10"], ["2031-03-10"], [Weekday.SAT, Weekday.SUN], "2031-03-10", id="a make-up holiday"
        ),
        pytest.param([], [], [Weekday.FRI, Weekday.SAT], "2031-03-09", id="a Friday-Saturday weekend"),
        pytest.param(
            ["2031-03-08"], [], [Weekday.SAT, Weekday.SUN], "2031-03-10", id="a holiday on the weekend"
        ),
        pytest.param([], [], [], "2031-03-08", id="no weekend at all"),
    ],
)
def test_a_day_counts_when_it_is_neither_weekend_nor_public_holiday(
    off: list[str], working: list[str], weekend: list[Weekday], last_day: str
) -> None:
    plan = count_business_days(FRIDAY_EVENING, 1, calendar(off=off, working=working, weekend=weekend), PARIS)

    assert plan.last_day == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("closures", "last_day"),
    [
        pytest.param([closure("2031-03-08", "2031-03-09")], "2031-03-10", id="a weekend only"),
        pytest.param([closure("2031-03-10", "2031-03-10")], "2031-03-11", id="one day"),
        pytest.param(
            [closure("2031-03-12", "2031-03-14"), closure("2031-03-10", "2031-03-12")],
            "2031-03-17",
            id="overlap",
        ),
        pytest.param(
            [closure("2031-02-20", "2031-03-07")], "2031-03-10", id="over on the day of the request"
        ),
        pytest.param(
            [closure("2031-03-10", "2031-03-14", notified_at=FRIDAY_EVENING.astimezone(UTC))],
            "2031-03-17",
            id="notified at the instant of the request",
        ),
        pytest.param(
            [closure("2031-03-10", "2031-03-14", notified_at=(FRIDAY_EVENING + timedelta(seconds=1)))],
            "2031-03-10",
            id="notified a second later",
        ),
    ],
)
def test_the_days_of_a_closure_that_binds_are_left_out(closures: list[Closure], last_day: str) -> None:
    plan = count_business_days(FRIDAY_EVENING, 1, calendar(), PARIS, closures)

    assert plan.last_day == date.fromisoformat(last_day)


def test_every_day_is_explained() -> None:
    data = calendar(off=["2031-03-11"])
    closures = [closure("2031-03-12", "2031-03-12", id="K1")]

    plan = count_business_days(FRIDAY_EVENING, 2, data, PARIS, closures)

    assert plan.days == (
        ExplainedDay(date=date(2031, 3, 7), kind=DayKind.REQUEST_DAY),
        ExplainedDay(date=date(2031, 3, 8), kind=DayKind.WEEKEND),
        ExplainedDay(date=date(2031, 3, 9), kind=DayKind.WEEKEND),
        ExplainedDay(date=date(2031, 3, 10), kind=DayKind.COUNTED, counted_as=1),
        ExplainedDay(date=date(2031, 3, 11), kind=DayKind.PUBLIC_HOLIDAY, name="holiday of 2031-03-11"),
        ExplainedDay(date=date(2031, 3, 12), kind=DayKind.CLOSURE, name="K1"),
        ExplainedDay(date=date(2031, 3, 13), kind=DayKind.COUNTED, counted_as=2),
    )


def test_a_date_that_the_place_skipped_counts_for_nothing() -> None:
    apia = ZoneInfo("Pacific/Apia")
    data = calendar(first="2011-01-01", last="2012-12-31", weekend=[], timezone="Pacific/Apia")

    plan = count_business_days(datetime(2011, 12, 28, 9, tzinfo=apia), 2, data, apia)

    assert [row.kind for row in plan.days] == [
        DayKind.REQUEST_DAY,
        DayKind.COUNTED,
        DayKind.SKIPPED_BY_CALENDAR,
        DayKind.COUNTED,
    ]
    assert plan.last_day == date(2011, 12, 31)


def test_a_plan_keeps_only_the_closures_that_took_a_day() -> None:
    took_a_day = closure("2031-03-10", "2031-03-10", id="K1")
    on_a_weekend = closure("2031-03-08", "2031-03-09", id="K2")
    too_late = closure("2031-06-01", "2031-06-30", id="K3")

    plan = count_business_days(FRIDAY_EVENING, 1, calendar(), PARIS, [too_late, on_a_weekend, took_a_day])

    assert plan.closures == (took_a_day,)


def test_a_plan_is_provisional_when_a_year_that_was_counted_in_is() -> None:
    data = calendar(provisional_years=[2032])
    in_december = datetime(2031, 12, 29, 10, tzinfo=PARIS)

    assert not count_business_days(in_december, 2, data, PARIS).provisional
    assert count_business_days(in_december, 3, data, PARIS).provisional


def test_reminders_come_at_the_start_of_the_day_with_which_so_many_days_are_left() -> None:
    plan = count_business_days(FRIDAY_EVENING, 30, calendar(), PARIS, remind_before=(1, 10, 5, 10))

    assert [(reminder.before, reminder.at) for reminder in plan.reminders] == [
        (10, datetime(2031, 4, 7, tzinfo=PARIS)),
        (5, datetime(2031, 4, 14, tzinfo=PARIS)),
        (1, datetime(2031, 4, 18, tzinfo=PARIS)),
    ]
    assert days_before(plan, 5) == datetime(2031, 4, 14, tzinfo=PARIS)


@pytest.mark.parametrize("before", [0, -1, 5, 6], ids=["none left", "less than none", "all", "more than all"])
def test_a_reminder_that_would_not_lie_within_the_count_is_left_out(before: int) -> None:
    plan = count_business_days(FRIDAY_EVENING, 5, calendar(), PARIS, remind_before=[before])

    assert plan.reminders == ()
    assert days_before(plan, before) is None


def test_noon_of_the_last_day_is_local() -> None:
    plan = count_business_days(FRIDAY_EVENING, 1, calendar(), PARIS)

    assert plan.last_day_noon == datetime(2031, 3, 10, 12, tzinfo=PARIS)


def test_a_plan_survives_being_written_down_and_read_again() -> None:
    plan = count_business_days(
        FRIDAY_EVENING, 3, calendar(), PARIS, [closure("2031-03-11", "2031-03-12", id="K1")], [1, 2]
    )

    assert DeadlinePlan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize(
    ("start", "business_days", "code"),
    [
        pytest.param(datetime(2031, 3, 7, 18), 1, CalendarErrorCode.NAIVE_START, id="no offset"),  # noqa: DTZ001
        pytest.param(FRIDAY_EVENING, 0, CalendarErrorCode.BAD_BUSINESS_DAYS, id="no day"),
        pytest.param(FRIDAY_EVENING, -1, CalendarErrorCode.BAD_BUSINESS_DAYS, id="less than no day"),
        pytest.param(FRIDAY_EVENING, True, CalendarErrorCode.BAD_BUSINESS_DAYS, id="a truth value"),
        pytest.param(FRIDAY_EVENING, 1001, CalendarErrorCode.BAD_BUSINESS_DAYS, id="four years"),
        pytest.param(FRIDAY_EVENING, 10**5000, CalendarErrorCode.BAD_BUSINESS_DAYS, id="5,001 digits"),
        pytest.param(
            datetime(2032, 12, 30, 9, tzinfo=UTC),
            3,
            CalendarErrorCode.NO_CALENDAR_DATA,
            id="beyond the calendar",
        ),
        pytest.param(
            datetime(2030, 12, 30, 9, tzinfo=UTC),
            1,
            CalendarErrorCode.NO_CALENDAR_DATA,
            id="before the calendar",
        ),
        pytest.param(datetime(1, 1, 1, tzinfo=PARIS), 1, CalendarErrorCode.NO_CALENDAR_DATA, id="the year 1"),
        pytest.param(
            datetime(9999, 12, 31, 23, tzinfo=PARIS),
            1,
            CalendarErrorCode.NO_CALENDAR_DATA,
            id="the year 9999",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(
    start: datetime, business_days: int, code: CalendarErrorCode
) -> None:
    with pytest.raises(CalendarRefused) as refused:
        count_business_days(start, business_days, calendar(), PARIS)

    assert refused.value.code is code


def test_a_count_may_end_with_the_last_day_of_the_calendar() -> None:
    plan = count_business_days(datetime(2032, 12, 30, 9, tzinfo=UTC), 1, calendar(), PARIS)

    assert plan.due == datetime(2033, 1, 1, tzinfo=PARIS)
