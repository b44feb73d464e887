"""The reminders of a deadline that the operator set by hand."""

from datetime import datetime

import pytest

from business_care.calendar import CalendarErrorCode, CalendarRefused
from business_care.counting_back import last_noon_before, reminders_before
from tests.rules.calendar_builder import PARIS, calendar

MONDAY_MIDNIGHT = datetime(2031, 3, 17, tzinfo=PARIS)


def test_reminders_count_back_over_weekends_and_holidays() -> None:
    data = calendar(off=["2031-03-12"])

    reminders = reminders_before(MONDAY_MIDNIGHT, data, PARIS, [1, 3, 0])

    assert [(reminder.before, reminder.at) for reminder in reminders] == [
        (3, datetime(2031, 3, 11, tzinfo=PARIS)),
        (1, datetime(2031, 3, 14, tzinfo=PARIS)),
    ]


def test_a_deadline_within_a_business_day_counts_that_day() -> None:
    reminders = reminders_before(datetime(2031, 3, 17, 15, tzinfo=PARIS), calendar(), PARIS, [1])

    assert reminders[0].at == MONDAY_MIDNIGHT


def test_no_reminder_is_looked_for_when_none_is_wanted() -> None:
    assert reminders_before(MONDAY_MIDNIGHT, calendar(), PARIS, []) == ()


def test_days_before_the_calendar_begins_are_refused() -> None:
    with pytest.raises(CalendarRefused) as refused:
        reminders_before(datetime(2031, 1, 7, tzinfo=PARIS), calendar(), PARIS, [10])

    assert refused.value.code is CalendarErrorCode.NO_CALENDAR_DATA


@pytest.mark.parametrize(
    ("due", "noon"),
    [
        pytest.param(
            "2031-03-17T00:00:00+01:00", "2031-03-16T12:00:00+01:00", id="midnight: the day that ends"
        ),
        pytest.param(
            "2031-03-17T15:00:00+01:00", "2031-03-17T12:00:00+01:00", id="the afternoon: the same day"
        ),
        pytest.param(
            "2031-03-17T12:00:00+01:00", "2031-03-16T12:00:00+01:00", id="noon itself: the day before"
        ),
        pytest.param(
            "2031-03-17T09:00:00+01:00", "2031-03-16T12:00:00+01:00", id="the morning: the day before"
        ),
    ],
)
def test_the_last_noon_lies_before_the_deadline(due: str, noon: str) -> None:
    assert last_noon_before(datetime.fromisoformat(due), PARIS) == datetime.fromisoformat(noon)
