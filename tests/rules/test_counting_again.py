"""The acknowledgement deadline counted again after the seller reopened early (R7, R8)."""

from datetime import UTC, date, datetime

import pytest

from business_care.calendar import CalendarErrorCode, CalendarRefused, Closure
from business_care.counting import DayKind, count_business_days, recount_after_reopening
from tests.rules.calendar_builder import PARIS, calendar

OPENED_AT = datetime(2031, 3, 7, 18, tzinfo=PARIS)
TWO_WEEKS = Closure(id="K1", start=date(2031, 3, 10), end=date(2031, 3, 21))
MIDDLE = Closure(id="K2", start=date(2031, 3, 13), end=date(2031, 3, 14))


@pytest.mark.parametrize(
    ("notified_at", "last_day"),
    [
        pytest.param("2031-03-09T20:00:00+01:00", "2031-03-10", id="before it began: as if never closed"),
        pytest.param(
            "2031-03-12T09:00:00+01:00", "2031-03-13", id="Wednesday: Thursday is the first day back"
        ),
        pytest.param("2031-03-12T23:30:00+00:00", "2031-03-14", id="already Thursday in Paris: Friday"),
        pytest.param("2031-03-14T09:00:00+01:00", "2031-03-17", id="Friday: Monday"),
        pytest.param("2031-03-21T09:00:00+01:00", "2031-03-24", id="the last day: nothing changes"),
        pytest.param("2031-04-21T09:00:00+01:00", "2031-03-24", id="long after: nothing changes"),
    ],
)
def test_the_first_business_day_after_the_notice_is_the_last(notified_at: str, last_day: str) -> None:
    plan = count_business_days(OPENED_AT, 1, calendar(), PARIS, [TWO_WEEKS])

    again = recount_after_reopening(plan, PARIS, "K1", datetime.fromisoformat(notified_at))

    assert again.last_day == date.fromisoformat(last_day)
    assert again.days[-1].kind is DayKind.COUNTED


def test_a_day_that_another_closure_takes_as_well_stays_closed() -> None:
    plan = count_business_days(OPENED_AT, 1, calendar(), PARIS, [TWO_WEEKS, MIDDLE])

    again = recount_after_reopening(plan, PARIS, "K1", datetime(2031, 3, 12, 9, tzinfo=PARIS))

    assert again.last_day == date(2031, 3, 17)
    assert {row.date: row.name for row in again.days if row.kind is DayKind.CLOSURE} == {
        date(2031, 3, 10): "K1",
        date(2031, 3, 11): "K1",
        date(2031, 3, 12): "K1",
        date(2031, 3, 13): "K2",
        date(2031, 3, 14): "K2",
    }
    assert [closure.id for closure in again.closures] == ["K1", "K2"]


def test_a_second_reopening_is_counted_from_the_first_one() -> None:
    plan = count_business_days(OPENED_AT, 1, calendar(), PARIS, [TWO_WEEKS, MIDDLE])
    once = recount_after_reopening(plan, PARIS, "K1", datetime(2031, 3, 12, 9, tzinfo=PARIS))

    twice = recount_after_reopening(once, PARIS, "K2", datetime(2031, 3, 12, 18, tzinfo=PARIS))

    assert twice.last_day == date(2031, 3, 13)


def test_a_closure_that_took_no_day_changes_nothing() -> None:
    plan = count_business_days(OPENED_AT, 2, calendar(off=["2031-03-26"]), PARIS, [TWO_WEEKS], [1])

    again = recount_after_reopening(plan, PARIS, "K9", datetime(2031, 3, 12, 9, tzinfo=PARIS))

    assert again == plan


def test_reminders_and_noon_move_with_the_deadline() -> None:
    plan = count_business_days(OPENED_AT, 3, calendar(), PARIS, [TWO_WEEKS], [2])

    again = recount_after_reopening(plan, PARIS, "K1", datetime(2031, 3, 12, 9, tzinfo=PARIS))

    assert again.due == datetime(2031, 3, 18, tzinfo=PARIS)
    assert again.last_day_noon == datetime(2031, 3, 17, 12, tzinfo=PARIS)
    assert [reminder.at for reminder in again.reminders] == [datetime(2031, 3, 14, tzinfo=PARIS)]


def test_the_notice_needs_an_offset() -> None:
    plan = count_business_days(OPENED_AT, 1, calendar(), PARIS, [TWO_WEEKS])

    with pytest.raises(CalendarRefused) as refused:
        recount_after_reopening(plan, PARIS, "K1", datetime(2031, 3, 12, 9, tzinfo=UTC).replace(tzinfo=None))

    assert refused.value.code is CalendarErrorCode.NAIVE_START
