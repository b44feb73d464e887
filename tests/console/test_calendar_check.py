"""`doctor` looks whether the coming year is in the calendars of all sellers."""

from datetime import date
from pathlib import Path

import pytest

from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.settings import Settings, load_settings
from business_care.calendar import Place
from console.calendar_check import calendars
from gateway.inspection import Verdict
from tests.adapters.care_world import a_file, a_seller

TODAY = date(2026, 3, 3)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", f"sqlite:///{tmp_path / 'records.db'}")
    return load_settings()


async def with_sellers_in(settings: Settings, *places: Place) -> None:
    await upgrade(settings.database_url)
    sellers = tuple(a_seller(f"S{number}", place) for number, place in enumerate(places))
    async with Records.open(settings.database_url) as records:
        await load(records.database, a_file(sellers=sellers, products=(), licences=()))


async def test_calendars_that_are_known_for_a_year_are_in_order(settings: Settings) -> None:
    await with_sellers_in(settings, Place(country="ES", subdivision="CT", timezone="Europe/Madrid"))

    found = await calendars(settings, TODAY)

    assert found.verdict is Verdict.OK
    assert found.detail.endswith("2 places, known for the next 12 months")  # the marketplace's is the second


async def test_a_place_without_a_calendar_is_wrong_and_named(settings: Settings) -> None:
    await with_sellers_in(settings, Place(country="ES", timezone="Europe/Madrid"))

    found = await calendars(settings, TODAY)

    assert found.verdict is Verdict.WRONG
    assert found.detail.startswith("ES: ")


async def test_a_year_whose_days_are_not_all_decreed_is_a_warning(settings: Settings) -> None:
    await with_sellers_in(settings, Place(country="CN", timezone="Asia/Shanghai"))

    found = await calendars(settings, date(2030, 3, 3))

    assert found.verdict is Verdict.WARNING
    assert "not all days are decreed yet in CN" in found.detail


async def test_without_records_nobody_knows_which_calendars_are_needed(settings: Settings) -> None:
    assert (await calendars(settings, TODAY)).verdict is Verdict.WARNING
