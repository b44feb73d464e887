"""Calendars change after deadlines were told: an operator sees which, and moves what he chooses (R8)."""

from pathlib import Path

import pytest

from business_care.calendar import CalendarProfile
from business_care.commands import Acknowledge
from business_care.policy import Policy
from tests.gateway.marketplace import ACKNOWLEDGE_BY, RESOLVE_BY, Marketplace
from tests.gateway.terminal import Typed

STRIKE = """
calendars:
  - country: FR
    extra_days_off:
      - {date: 2031-03-04, name: General strike}
"""


@pytest.fixture
def strike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which the acknowledgement is due is decreed a day off."""
    file = tmp_path / "calendars.yaml"
    file.write_text(STRIKE, encoding="utf-8")
    monkeypatch.setenv("BUSINESS_CARE_CALENDARS_FILE", str(file))


async def of_request(typed: Typed, request_id: str) -> list[dict[str, object]]:
    """What `calendars diff` says of one request."""
    shown = await typed("calendars", "diff", "--json")
    assert shown.code == 0
    return [other for other in shown.json if other["request_id"] == request_id]


async def opened(market: Marketplace) -> str:
    opening = market.opening((await market.licence()).id)
    await market.gateway().open_request(opening)
    return opening.request_id


async def test_calendars_that_are_as_they_were_change_no_deadline(market: Marketplace, typed: Typed) -> None:
    assert await of_request(typed, await opened(market)) == []


@pytest.mark.usefixtures("strike")
async def test_a_new_day_off_shows_both_deadlines_that_would_be_others_and_moves_none(
    market: Marketplace, typed: Typed
) -> None:
    request_id = await opened(market)

    first, second = await of_request(typed, request_id)
    shown = await typed("calendars", "diff")

    day = {"date": "2031-03-04", "was": "counted", "is_now": "public_holiday", "name": "General strike"}
    assert (first["clock"], first["told"], first["today"]) == (
        "acknowledgement",
        "2031-03-04T23:00:00Z",
        "2031-03-05T23:00:00Z",
    )
    assert (second["clock"], second["today"]) == ("resolution", "2031-04-16T22:00:00Z")
    assert first["days"] == second["days"] == [day]
    assert "2031-03-04 (General strike): was counted, is public_holiday" in shown.out
    status = await market.gateway().status(request_id)
    assert (status.acknowledgement.due, status.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)


@pytest.mark.usefixtures("strike")
async def test_an_operator_moves_what_he_chooses_and_it_is_kept_as_his_correction(
    market: Marketplace, typed: Typed
) -> None:
    request_id, untouched = await opened(market), await opened(market)

    moved = await typed("calendars", "apply", request_id, "--reason", "general strike", "--by", "operator:O1")

    deadlines = await market.gateway().deadlines(request_id)
    assert (moved.code, len(moved.out.splitlines())) == (0, 2)
    assert deadlines.acknowledgement is not None
    assert [(one.cause, one.by.id) for one in deadlines.acknowledgement.revisions] == [
        ("operator_correction", "O1")
    ]
    assert await of_request(typed, request_id) == []
    assert len(await of_request(typed, untouched)) == 2


async def test_a_policy_that_changed_meanwhile_changes_no_deadline_that_was_told(
    alone: Marketplace, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", alone.server.target)
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", alone.records_url)
    usual = await opened(alone)
    await alone.policy(Policy(profile=CalendarProfile.WEEKDAYS_ONLY))
    weekdays = await opened(alone)

    assert await of_request(typed, usual) == await of_request(typed, weekdays) == []
    await alone.policy(Policy())
    assert await of_request(typed, usual) == await of_request(typed, weekdays) == []


@pytest.mark.usefixtures("strike")
async def test_a_promise_that_was_kept_is_not_counted_again(market: Marketplace, typed: Typed) -> None:
    licence = await market.licence()
    opening = market.opening(licence.id)
    await market.gateway().open_request(opening)
    await market.gateway().send(
        opening.request_id, Acknowledge(command_id="c1", by=licence.agent, message="We are on it")
    )

    assert [other["clock"] for other in await of_request(typed, opening.request_id)] == ["resolution"]


async def test_a_request_without_another_deadline_is_named_and_ends_with_exit_code_1(
    market: Marketplace, typed: Typed
) -> None:
    request_id = await opened(market)

    ended = await typed("calendars", "apply", request_id, "--reason", "none")

    assert ended.code == 1
    assert ended.err == f"{request_id}: no deadline of it would be another one today\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(["--reason", "x"], "name the requests, or say --all", id="nobody"),
        pytest.param(["R1", "--all", "--reason", "x"], "name the requests, or say --all", id="both"),
        pytest.param(["R1"], "--reason is missing", id="no reason"),
    ],
)
async def test_a_choice_that_is_none_is_wrong_usage(typed: Typed, words: list[str], complaint: str) -> None:
    ended = await typed("calendars", "apply", *words)

    assert ended.code == 2
    assert complaint in ended.err
