"""What is true of every count, whatever the calendar."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from business_care.calendar import CalendarData, Closure, DayOff, Weekday
from business_care.counting import DayKind, count_business_days, recount_after_reopening
from tests.rules.calendar_builder import calendar

BASE = calendar(last="2033-12-31")
DAYS = st.dates(date(2031, 1, 1), date(2032, 6, 30))
ZONES = st.sampled_from(
    ["Europe/Paris", "Africa/Cairo", "Asia/Kathmandu", "America/Santiago", "Pacific/Kiritimati"]
)
COUNTS = st.integers(1, 60)
STARTS = st.datetimes(datetime(2031, 1, 2), datetime(2032, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
WEEKENDS = st.sets(st.sampled_from(list(Weekday)), max_size=3).map(frozenset)


@st.composite
def calendars(draw: st.DrawFn) -> CalendarData:
    plain = calendar(weekend=draw(WEEKENDS), last="2033-12-31")
    return plain.model_copy(
        update={
            "days_off": tuple(DayOff(date=day, name="off") for day in draw(st.sets(DAYS, max_size=20))),
            "working_days": frozenset(draw(st.sets(DAYS, max_size=5))),
        }
    )


@st.composite
def closures(draw: st.DrawFn, *, closure_id: str | None = None) -> Closure:
    start = draw(DAYS)
    return Closure(id=closure_id, start=start, end=start + timedelta(days=draw(st.integers(0, 30))))


@given(calendars(), STARTS, COUNTS, ZONES, closures())
def test_all_days_are_told_and_as_many_count_as_were_asked_for(
    data: CalendarData, start: datetime, count: int, zone: str, closed: Closure
) -> None:
    plan = count_business_days(start, count, data, ZoneInfo(zone), [closed])

    dates = [row.date for row in plan.days]
    counted = [row for row in plan.days if row.kind is DayKind.COUNTED]
    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
    assert dates[0] == start.astimezone(ZoneInfo(zone)).date()
    assert [row.counted_as for row in counted] == list(range(1, count + 1))
    assert plan.days[-1] == counted[-1]
    assert plan.due > plan.last_day_noon > plan.opened_at


@given(calendars(), STARTS, COUNTS, ZONES, DAYS)
def test_a_public_holiday_never_makes_a_deadline_earlier(
    data: CalendarData, start: datetime, count: int, zone: str, holiday: date
) -> None:
    with_holiday = data.model_copy(update={"days_off": (*data.days_off, DayOff(date=holiday, name="new"))})

    before = count_business_days(start, count, data, ZoneInfo(zone))
    after = count_business_days(start, count, with_holiday, ZoneInfo(zone))

    assert after.due >= before.due


@given(calendars(), STARTS, COUNTS, ZONES, DAYS)
def test_a_make_up_day_never_makes_a_deadline_later(
    data: CalendarData, start: datetime, count: int, zone: str, working_day: date
) -> None:
    with_make_up = data.model_copy(update={"working_days": data.working_days | {working_day}})

    before = count_business_days(start, count, data, ZoneInfo(zone))
    after = count_business_days(start, count, with_make_up, ZoneInfo(zone))

    assert after.due <= before.due


@given(calendars(), STARTS, COUNTS, ZONES, closures(), closures())
def test_a_closure_never_makes_a_deadline_earlier(
    data: CalendarData, start: datetime, count: int, zone: str, first: Closure, second: Closure
) -> None:
    before = count_business_days(start, count, data, ZoneInfo(zone), [first])
    after = count_business_days(start, count, data, ZoneInfo(zone), [first, second])

    assert after.due >= before.due


@given(calendars(), STARTS, COUNTS, ZONES, st.integers(-14 * 60, 14 * 60))
def test_the_same_instant_in_any_offset_gives_the_same_plan(
    data: CalendarData, start: datetime, count: int, zone: str, offset_minutes: int
) -> None:
    elsewhere = start.astimezone(timezone(timedelta(minutes=offset_minutes)))

    assert count_business_days(elsewhere, count, data, ZoneInfo(zone)) == count_business_days(
        start, count, data, ZoneInfo(zone)
    )


@given(calendars(), STARTS, COUNTS, ZONES, closures(closure_id="K1"), closures(closure_id="K2"), STARTS)
def test_a_recount_is_the_count_that_a_shorter_closure_would_have_given(
    data: CalendarData,
    start: datetime,
    count: int,
    zone: str,
    cut: Closure,
    other: Closure,
    notified_at: datetime,
) -> None:
    place = ZoneInfo(zone)
    left = cut.cut_short(notified_at.astimezone(place).date())
    plan = count_business_days(start, count, data, place, [cut, other])

    again = recount_after_reopening(plan, place, "K1", notified_at)

    assert again == count_business_days(start, count, data, place, [left, other] if left else [other])


@given(calendars(), STARTS, COUNTS, ZONES, closures(closure_id="K1"), closures(closure_id="K2"), STARTS)
def test_a_recount_is_never_later_and_never_before_the_first_business_day_after_the_notice(
    data: CalendarData,
    start: datetime,
    count: int,
    zone: str,
    cut: Closure,
    other: Closure,
    notified_at: datetime,
) -> None:
    place = ZoneInfo(zone)
    plan = count_business_days(start, count, data, place, [cut, other])

    again = recount_after_reopening(plan, place, "K1", notified_at)

    first_day_back = count_business_days(notified_at, 1, data, place).due
    assert again.due <= plan.due
    assert again.due == plan.due or again.due >= first_day_back
