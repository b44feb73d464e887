"""A plan is kept with its days in spans, and comes back as it was told (R8)."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from business_care.calendar import Closure
from business_care.counting import count_business_days
from business_care.counting_plan import DayKind, DeadlinePlan, ExplainedDay
from business_care.kept_plans import KeptPlan, folded, unfolded
from tests.rules.calendar_builder import PARIS, calendar

KEPT: TypeAdapter[DeadlinePlan] = TypeAdapter(KeptPlan)
FRIDAY_EVENING = datetime(2031, 3, 7, 18, tzinfo=PARIS)

DAYS = st.builds(
    ExplainedDay,
    date=st.dates(date(2031, 1, 1), date(2031, 1, 9)),
    kind=st.sampled_from(DayKind),
    counted_as=st.none() | st.integers(-2, 4),
    name=st.none() | st.text(max_size=3) | st.sampled_from(["3", "3-4", "a b", "\n"]),
)


def a_plan(business_days: int = 10) -> DeadlinePlan:
    closed = Closure(
        id="K1",
        start=date(2031, 3, 12),
        end=date(2031, 3, 13),
        notified_at=datetime(2031, 3, 1, 9, tzinfo=UTC),
    )
    return count_business_days(
        FRIDAY_EVENING, business_days, calendar(off=["2031-03-18"]), PARIS, [closed], [5, 1]
    )


def test_days_in_a_row_that_are_alike_are_one_span() -> None:
    assert list(folded(a_plan().days)) == [
        "2031-03-07 request_day",
        "2031-03-08/2031-03-09 weekend",
        "2031-03-10/2031-03-11 counted 1-2",
        "2031-03-12/2031-03-13 closure K1",
        "2031-03-14 counted 3",
        "2031-03-15/2031-03-16 weekend",
        "2031-03-17 counted 4",
        "2031-03-18 public_holiday holiday of 2031-03-18",
        "2031-03-19/2031-03-21 counted 5-7",
        "2031-03-22/2031-03-23 weekend",
        "2031-03-24/2031-03-26 counted 8-10",
    ]


@given(st.lists(DAYS, max_size=12))
def test_whatever_the_days_are_none_is_lost_and_none_is_changed(days: list[ExplainedDay]) -> None:
    assert list(unfolded(list(folded(days)))) == days


@given(
    st.datetimes(datetime(2031, 1, 2), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 60),
    st.sampled_from(["Europe/Paris", "America/Santiago", "Pacific/Kiritimati"]),
)
def test_a_plan_comes_back_whole(start: datetime, business_days: int, zone: str) -> None:
    plan = count_business_days(start, business_days, calendar(), ZoneInfo(zone), (), [10, 5, 1])

    assert KEPT.validate_json(KEPT.dump_json(plan)) == plan


def test_a_plan_with_closures_and_reminders_comes_back_whole() -> None:
    assert KEPT.validate_json(KEPT.dump_json(a_plan())) == a_plan()


def test_a_plan_that_the_first_version_kept_day_by_day_is_read_too() -> None:
    assert KEPT.validate_json(a_plan().model_dump_json()) == a_plan()


def test_thirty_days_take_less_than_a_third_of_what_they_took_day_by_day() -> None:
    plan = a_plan(30)

    assert len(KEPT.dump_json(plan)) * 3 < len(plan.model_dump_json())


@pytest.mark.parametrize(
    "span",
    [
        "",
        "tomorrow",
        "2031-03-07",
        "2031-03-07 holiday",
        "2031-13-07 weekend",
        "2031-03-07 counted",
        "2031-03-07 counted one",
    ],
)
def test_a_text_that_is_no_span_is_refused(span: str) -> None:
    kept = json.loads(KEPT.dump_json(a_plan()))

    with pytest.raises(ValidationError):
        KEPT.validate_json(json.dumps({**kept, "days": [span]}))


def test_a_year_of_closure_is_one_span() -> None:
    first = date(2031, 1, 1)
    days = [ExplainedDay(date=first + timedelta(days=n), kind=DayKind.CLOSURE, name="K1") for n in range(365)]

    assert list(folded(days)) == ["2031-01-01/2031-12-31 closure K1"]
