"""`business-care simulate` as a person or a program uses it."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from console.simulation_outcome import PlayOutcome
from tests.lives.playing import EXAMPLES, played

ROOT = EXAMPLES.parent

Plays = Callable[[str], Awaitable[PlayOutcome]]

CATALOGUE = """\
records:
  sellers:
    - {id: S1, name: Atelier Deux, email: a@studio.example, calendar: {country: FR, timezone: Europe/Paris}}
  products:
    - {id: P1, seller_id: S1, name: Checkout}
  licences:
    - id: L1
      product_id: P1
      customer_id: C1
      customer_email: c@shop.example
      purchased_at: 2030-06-15T12:00:00+02:00
      price: {amount: 100, currency: EUR}
      care: {starts_on: 2030-06-15, ends_on: 2031-06-14}
requests: [{request_id: R1, licence_id: L1, opened_at: 2031-03-03T10:00:00+01:00}]
"""
AGENT = "by: {role: agent, id: A1, seller_id: S1}"


def business_care(*words: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "starter", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture
def plays(tmp_path: Path) -> Plays:
    """Play a scenario in this process."""

    async def play(text: str) -> PlayOutcome:
        return await played(written(tmp_path, text), tmp_path)

    return play


def written(folder: Path, text: str) -> Path:
    file = folder / "scenario.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_result_for_programs_is_one_json_object_and_nothing_else() -> None:
    ended = business_care("simulate", "examples/resolved.yaml", "--json")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert list(json.loads(ended.stdout)) == [
        "requests",
        "commands",
        "cascades",
        "refunds",
        "products",
        "bundles",
        "renewals",
        "care",
        "notices",
        "timeline",
    ]


def test_a_person_reads_when_what_happened_and_by_which_rule() -> None:
    ended = business_care("simulate", "examples/resolved.yaml")

    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "Tue 04 Mar 2031 09:30 R1 acknowledge: status met, by agent A1 [R11]" in lines
    assert any(line.startswith("R1 resolved met 17 Apr 2031") for line in lines)


def test_a_wrong_file_ends_with_exit_code_2_and_one_line(tmp_path: Path) -> None:
    file = written(tmp_path, CATALOGUE)

    ended = business_care("simulate", str(file), "--json")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "until: this key is missing\n"


async def test_a_play_that_ends_first_leaves_the_request_open(plays: Plays) -> None:
    outcome = await plays(CATALOGUE + "until: 2031-03-04T23:59:59+01:00\n")

    request = outcome.requests["R1"]
    assert (request.outcome, request.acknowledgement, request.closed_at) == ("open", "pending", None)


async def test_what_is_due_at_the_very_end_still_happens(plays: Plays) -> None:
    outcome = await plays(CATALOGUE + "until: 2031-03-05T00:00:00+01:00\n")

    assert outcome.requests["R1"].acknowledgement == "breached"


async def test_people_act_at_the_very_instant_at_which_their_request_opens(plays: Plays) -> None:
    entry = f"{{at: 2031-03-03T10:00:00+01:00, acknowledge: {{{AGENT}, message: At once}}}}"

    outcome = await plays(CATALOGUE + f"do: [{entry}]\nuntil: 2031-03-06T00:00:00+01:00\n")

    assert [(shown.accepted, shown.error) for shown in outcome.commands] == [(True, None)]
    assert [(it.at, it.event) for it in outcome.timeline] == [
        ("2031-03-03T10:00:00+01:00", "opened"),
        ("2031-03-03T10:00:00+01:00", "acknowledge"),
    ]


async def test_people_who_act_when_the_grace_ends_act_before_it_ends(plays: Plays) -> None:
    entry = (
        "{at: 2031-04-16T00:15:00+02:00, "
        f"fix: {{{AGENT}, reference: v1, occurred_at: 2031-04-15T23:59:59+02:00}}}}"
    )

    outcome = await plays(CATALOGUE + f"do: [{entry}]\nuntil: 2031-04-30T00:00:00+02:00\n")

    assert [shown.error for shown in outcome.commands] == [None]
    assert (outcome.requests["R1"].outcome, outcome.refunds) == ("resolved", ())


async def test_a_withdrawal_at_the_very_deadline_comes_after_the_breach(plays: Plays) -> None:
    entry = "{at: 2031-03-05T00:00:00+01:00, withdraw: {by: {role: customer, id: C1}, reason: Too late}}"

    outcome = await plays(CATALOGUE + f"do: [{entry}]\nuntil: 2031-03-06T00:00:00+01:00\n")

    request = outcome.requests["R1"]
    assert (request.outcome, request.acknowledgement) == ("withdrawn", "breached")


async def test_a_command_that_was_refused_is_judged_anew_at_its_own_instant(plays: Plays) -> None:
    entries = (
        f"  - {{at: 2031-03-04T09:00:00+01:00, acknowledge: {{command_id: a, {AGENT}, message: ''}}}}\n"
        f"  - {{at: 2031-03-05T09:00:00+01:00, acknowledge: {{command_id: a, {AGENT}, message: Hello}}}}\n"
    )

    outcome = await plays(CATALOGUE + f"do:\n{entries}until: 2031-03-06T00:00:00+01:00\n")

    assert [shown.error for shown in outcome.commands] == ["empty_message", None]
    assert outcome.requests["R1"].acknowledgement == "met_late"


async def test_a_command_that_is_no_object_is_sent_as_it_is(plays: Plays) -> None:
    entries = (
        "  - {at: 2031-03-04T09:00:00+01:00, withdraw: }\n"
        "  - {at: 2031-03-04T09:01:00+01:00, withdraw: [1, .nan, 2031-01-01]}\n"
    )

    outcome = await plays(CATALOGUE + f"do:\n{entries}until: 2031-03-06T00:00:00+01:00\n")

    assert [shown.error for shown in outcome.commands] == ["invalid_message", "invalid_message"]


async def test_a_scenario_without_requests_shows_the_catalogue(plays: Plays) -> None:
    catalogue = CATALOGUE.partition("requests:")[0]

    outcome = await plays(f"{catalogue}until: 2031-07-01T00:00:00+02:00\n")

    assert (outcome.products, outcome.care, outcome.timeline) == ({"P1": "on_sale"}, {"L1": "active"}, ())
