"""Business Care is active from its first day to its last, and on while it renews tacitly (R15)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.entitlement import care_is_active, care_runs_until, end_of_period
from business_care.request import CareTerm

STARTS = date(2031, 6, 15)
ENDS = date(2032, 6, 14)
DAY = timedelta(days=1)


def care(
    *,
    starts_on: date = STARTS,
    ends_on: date = ENDS,
    auto_renew: bool = True,
    cancelled_on: date | None = None,
    ended_on: date | None = None,
) -> CareTerm:
    return CareTerm(
        starts_on=starts_on,
        ends_on=ends_on,
        auto_renew=auto_renew,
        renewal_cancelled_on=cancelled_on,
        ended_on=ended_on,
    )


RENEWS = care()
OPTED_OUT = care(auto_renew=False)
CANCELLED_LATER = care(cancelled_on=date(2033, 1, 10))
REFUNDED = care(ended_on=date(2031, 9, 1))
REFUNDED_AFTER_ITS_END = care(auto_renew=False, ended_on=date(2033, 1, 1))


@pytest.mark.parametrize(
    ("term", "on", "active"),
    [
        pytest.param(None, STARTS, False, id="no care at all"),
        pytest.param(RENEWS, STARTS - DAY, False, id="the day before it starts"),
        pytest.param(RENEWS, STARTS, True, id="its first day"),
        pytest.param(RENEWS, ENDS, True, id="its last day"),
        pytest.param(RENEWS, ENDS + DAY, True, id="renewed: the day after"),
        pytest.param(RENEWS, date(2051, 1, 1), True, id="renewed: twenty years on"),
        pytest.param(OPTED_OUT, ENDS, True, id="opted out: its last day"),
        pytest.param(OPTED_OUT, ENDS + DAY, False, id="opted out: the day after"),
        pytest.param(CANCELLED_LATER, date(2033, 6, 14), True, id="cancelled: the period runs to its end"),
        pytest.param(CANCELLED_LATER, date(2033, 6, 15), False, id="cancelled: the day after that"),
        pytest.param(REFUNDED, date(2031, 9, 1), True, id="refunded: the day itself"),
        pytest.param(REFUNDED, date(2031, 9, 2), False, id="refunded: the day after"),
        pytest.param(REFUNDED, STARTS - DAY, False, id="refunded: before it started"),
        pytest.param(REFUNDED_AFTER_ITS_END, ENDS + DAY, False, id="a refund does not lengthen the care"),
    ],
)
def test_care_is_active_on_the_days_that_were_paid(term: CareTerm | None, on: date, active: bool) -> None:
    assert care_is_active(term, on) is active


@pytest.mark.parametrize(
    ("cancelled_on", "last_day"),
    [
        pytest.param(STARTS - DAY, ENDS, id="before the first period"),
        pytest.param(date(2031, 12, 1), ENDS, id="in the first period"),
        pytest.param(ENDS, ENDS, id="on the last day of the first period"),
        pytest.param(ENDS + DAY, date(2033, 6, 14), id="on the first day of the second period"),
        pytest.param(date(2040, 6, 14), date(2040, 6, 14), id="on the last day of the ninth period"),
        pytest.param(date(2040, 6, 15), date(2041, 6, 14), id="on the first day of the tenth period"),
    ],
)
def test_the_period_in_which_the_renewal_is_cancelled_is_the_last(cancelled_on: date, last_day: date) -> None:
    assert care_runs_until(care(cancelled_on=cancelled_on)) == last_day


def test_care_that_renews_has_no_last_day() -> None:
    assert care_runs_until(RENEWS) is None


def test_an_opted_out_care_ends_with_its_period_whenever_its_renewal_was_cancelled() -> None:
    assert care_runs_until(care(auto_renew=False, cancelled_on=date(2035, 1, 1))) == ENDS


@pytest.mark.parametrize(
    ("first_end", "periods", "last_day"),
    [
        pytest.param(ENDS, 0, ENDS, id="no renewal"),
        pytest.param(ENDS, 1, date(2033, 6, 14), id="one renewal"),
        pytest.param(date(2031, 12, 31), 2, date(2033, 12, 31), id="calendar years"),
        pytest.param(date(2031, 2, 28), 1, date(2032, 2, 29), id="28 February into a leap year"),
        pytest.param(date(2032, 2, 29), 1, date(2033, 2, 28), id="29 February into a common year"),
        pytest.param(date(2032, 2, 28), 1, date(2033, 2, 28), id="28 February of a leap year"),
        pytest.param(date(2032, 2, 28), 4, date(2036, 2, 28), id="28 February of a leap year, four years on"),
        pytest.param(date(9997, 6, 14), 1, date(9998, 6, 14), id="almost at the end of all dates"),
        pytest.param(date(9998, 6, 14), 1, date.max, id="at the end of all dates"),
        pytest.param(date.max, 0, date.max, id="on the last of all dates"),
    ],
)
def test_a_renewal_adds_twelve_months(first_end: date, periods: int, last_day: date) -> None:
    assert end_of_period(first_end, periods) == last_day


@given(
    starts_on=st.dates(date(2031, 1, 1), date(2060, 1, 1)),
    days=st.integers(min_value=0, max_value=366),
    cancelled_after=st.integers(min_value=-400, max_value=5_000),
)
def test_a_cancelled_care_lasts_to_the_day_of_cancelling_and_a_period_at_most(
    starts_on: date, days: int, cancelled_after: int
) -> None:
    ends_on = starts_on + timedelta(days=days)
    cancelled_on = starts_on + timedelta(days=cancelled_after)

    last_day = care_runs_until(care(starts_on=starts_on, ends_on=ends_on, cancelled_on=cancelled_on))

    assert last_day is not None
    assert max(ends_on, cancelled_on) <= last_day < max(ends_on + DAY, cancelled_on + timedelta(days=366))


@given(cancelled_on=st.dates(STARTS, date.max))
def test_a_cancellation_at_any_date_at_all_leaves_a_last_day(cancelled_on: date) -> None:
    term = care(cancelled_on=cancelled_on)

    assert care_is_active(term, cancelled_on)
