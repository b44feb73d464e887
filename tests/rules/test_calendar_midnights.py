"""Where a local day begins on nights when the clocks change (R4)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.calendar_midnights import first_instant_of

ZONES = (
    "Africa/Cairo",
    "America/Asuncion",
    "America/Havana",
    "America/Santiago",
    "America/Toronto",
    "Asia/Kathmandu",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Paris",
    "Pacific/Apia",
    "UTC",
)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        pytest.param("Europe/Paris", "2031-03-03", "2031-03-02T23:00:00+00:00", id="an ordinary night"),
        pytest.param("Europe/Paris", "2031-03-31", "2031-03-30T22:00:00+00:00", id="after a day of 23 hours"),
        pytest.param("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00+00:00", id="midnight is skipped"),
        pytest.param("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00", id="midnight comes twice"),
        pytest.param(
            "America/Santiago", "2026-04-05", "2026-04-05T04:00:00+00:00", id="the hour before comes twice"
        ),
        pytest.param("America/Toronto", "1919-03-31", "1919-03-31T04:30:00+00:00", id="23:30 became 00:30"),
        pytest.param("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00+00:00", id="a date that never was"),
        pytest.param("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00+00:00", id="the date after it"),
    ],
)
def test_a_local_day_begins_at_its_first_existing_instant(zone: str, day: str, begins: str) -> None:
    assert first_instant_of(date.fromisoformat(day), ZoneInfo(zone)).isoformat() == begins


@given(zone=st.sampled_from(ZONES), day=st.dates(date(1900, 1, 2), date(2099, 12, 30)))
def test_the_moment_before_belongs_to_an_earlier_local_day(zone: str, day: date) -> None:
    begins = first_instant_of(day, ZoneInfo(zone))

    assert begins.tzinfo is UTC
    assert begins.astimezone(ZoneInfo(zone)).date() >= day
    assert (begins - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day


def test_two_summer_days_may_have_different_lengths() -> None:
    paris = ZoneInfo("Europe/Paris")
    days = [date(2031, 3, 29), date(2031, 3, 30), date(2031, 3, 31)]

    starts = [first_instant_of(day, paris) for day in days]

    assert starts[1] - starts[0] == timedelta(hours=24)
    assert starts[2] - starts[1] == timedelta(hours=23)
    assert starts[0] == datetime(2031, 3, 28, 23, tzinfo=UTC)
