"""An operator adds days to the calendars of the library."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.extra_days import ExtraDays, ExtraDaysRefused, read_extra_days
from adapters.public_holidays import PublicHolidays
from adapters.settings import SettingsRefused, load_settings
from business_care.calendar import CalendarProfile, Place

MONDAY = datetime(2031, 3, 3, 9, tzinfo=UTC)
BARCELONA = Place(country="ES", subdivision="CT", timezone="Europe/Madrid")
MADRID = Place(country="ES", subdivision="MD", timezone="Europe/Madrid")


def written(folder: Path, text: str) -> Path:
    file = folder / "calendars.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def last_day(place: Place, extra: ExtraDays, profile: CalendarProfile = CalendarProfile.WORKING_DAYS) -> date:
    return PublicHolidays(extra).plan(MONDAY, 1, place, profile).last_day


def a_day_off(folder: Path, subdivision: str = "null") -> ExtraDays:
    return read_extra_days(
        written(
            folder,
            f"""
calendars:
  - country: ES
    subdivision: {subdivision}
    extra_days_off: [{{date: 2031-03-04, name: Election}}]
""",
        )
    )


def test_a_day_off_of_a_country_is_one_in_all_its_subdivisions(tmp_path: Path) -> None:
    extra = a_day_off(tmp_path)

    assert [last_day(place, extra) for place in (BARCELONA, MADRID)] == [date(2031, 3, 5)] * 2


def test_a_day_off_of_a_subdivision_is_one_there_alone(tmp_path: Path) -> None:
    extra = a_day_off(tmp_path, "CT")

    assert last_day(BARCELONA, extra) == date(2031, 3, 5)
    assert last_day(MADRID, extra) == date(2031, 3, 4)


def test_whoever_counts_weekdays_only_knows_no_extra_days(tmp_path: Path) -> None:
    assert last_day(MADRID, a_day_off(tmp_path), CalendarProfile.WEEKDAYS_ONLY) == date(2031, 3, 4)


def test_a_working_day_counts_although_it_is_a_holiday_or_a_weekend(tmp_path: Path) -> None:
    extra = read_extra_days(
        written(tmp_path, "calendars: [{country: FR, extra_working_days: [2031-03-08, 2031-04-14]}]")
    )
    paris = Place(country="FR", timezone="Europe/Paris")
    count = PublicHolidays(extra)

    friday, good_friday = datetime(2031, 3, 7, 9, tzinfo=UTC), datetime(2031, 4, 11, 9, tzinfo=UTC)

    working = CalendarProfile.WORKING_DAYS
    assert count.plan(friday, 1, paris, working).last_day == date(2031, 3, 8)
    assert count.plan(good_friday, 1, paris, working).last_day == date(2031, 4, 14)


def test_a_deadline_keeps_which_extra_days_it_was_counted_with(tmp_path: Path) -> None:
    extra = a_day_off(tmp_path)

    with_them = PublicHolidays(extra).plan(MONDAY, 1, MADRID, CalendarProfile.WORKING_DAYS)
    without = PublicHolidays().plan(MONDAY, 1, MADRID, CalendarProfile.WORKING_DAYS)

    assert with_them.versions.extra_days == extra.digest
    assert without.versions.extra_days is None


def test_a_deadline_in_the_usual_calendar_can_be_read_by_the_version_before() -> None:
    usual = PublicHolidays().plan(MONDAY, 1, MADRID, CalendarProfile.WORKING_DAYS)

    assert set(usual.versions.model_dump(mode="json")) == {"holidays", "tzdata", "business_care"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("calendars: [", "the file is no YAML", id="no yaml"),
        pytest.param("calendars: [{country: XX}]", "calendars.0: country XX", id="unknown country"),
        pytest.param(
            "calendars: [{country: ES, subdivision: XX}]", "calendars.0: subdivision XX", id="region"
        ),
        pytest.param("holidays: []", "holidays: Extra inputs are not permitted", id="unknown key"),
        pytest.param("digest: abc", "digest: this key is unknown", id="a digest"),
        pytest.param(
            "calendars: [{country: FR, extra_working_days: [soon]}]",
            "calendars.0.extra_working_days.0: Input should be a valid date",
            id="no date",
        ),
        pytest.param(
            "calendars: [{country: FR, extra_working_days: [2031-02-30]}]",
            "a date can't be read: day is out of range for month",
            id="a date that is none",
        ),
        pytest.param(
            "calendars: [{country: FR, extra_working_days: [2031-03-04],"
            " extra_days_off: [{date: 2031-03-04, name: x}]}]",
            "calendars.0: 2031-03-04 is both a day off and a working day",
            id="both",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_place_of_the_fault(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ExtraDaysRefused) as refused:
        read_extra_days(written(tmp_path, text))

    assert str(refused.value).startswith(complaint)


def test_a_wrong_file_is_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_CALENDARS_FILE", str(tmp_path / "missing.yaml"))

    with pytest.raises(SettingsRefused, match=r"CALENDARS_FILE is .*the file can't be read \(FileNotFound"):
        load_settings()


def test_without_a_file_the_calendars_are_the_library_s_own(tmp_path: Path) -> None:
    assert read_extra_days(written(tmp_path, "")).calendars == ()
    assert load_settings().extra_days == ExtraDays()
