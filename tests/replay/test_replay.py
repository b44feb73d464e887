"""Every request that runs was begun by older code: today's code must go on with it, and mean the same."""

import json
import re
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import WorkflowRunner
from temporalio.workflow import NondeterminismError

from adapters.workflow_runners import production_runner, strict_runner
from business_care import clocks
from business_care.clocks import Wake
from business_care.state import CareState
from tests.replay.meaning import WORKFLOWS, begun_as, replayed

HISTORIES = Path(__file__).parent / "histories"
NAMES = sorted(file.stem for file in HISTORIES.glob("*.json"))

WHAT_TO_DO = """
{name}: today's workflow code does not go on with this life as it was begun.
Requests, deactivations and recoveries that run at this moment would come to a standstill, or break a promise.
Never edit the recorded history. Put the change behind workflow.patched("name-of-the-change"), keep the old
way beside it, and record a life that takes the new way under a name of its own: add it to
tests/replay/recorded_lives.py, recorded_deactivations.py or recorded_recoveries.py, then
make record-histories LIVES=its_name.
Only while no request runs anywhere may the old ones be recorded anew."""


def recorded(name: str) -> WorkflowHistory:
    history = json.loads((HISTORIES / f"{name}.json").read_text(encoding="utf-8"))
    started = history["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], history)


def meant(name: str) -> list[str]:
    return (HISTORIES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("runner", [production_runner, strict_runner], ids=["production", "strict"])
@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_life_replays_and_means_the_same(
    name: str, runner: Callable[[], WorkflowRunner]
) -> None:
    try:
        heard = await replayed(recorded(name), runner())
    except Exception as failure:  # noqa: BLE001 -- whatever a replay ends with, this is what to do about it
        pytest.fail(f"{WHAT_TO_DO.format(name=name)}\n\n{failure}")

    assert heard == meant(name), WHAT_TO_DO.format(name=name)


def test_enough_kinds_of_life_are_recorded() -> None:
    assert len(NAMES) >= 30
    assert {begun_as(recorded(name)) for name in NAMES} == set(WORKFLOWS)


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_history_tells_nothing_of_the_machine_it_was_made_on(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")

    paths = re.findall(r"/(?:work|root|home|tmp|usr|Users)\b[^\s\"]*|site-packages", text)

    assert paths == []
    assert f"@{socket.gethostname()}" not in text


async def test_a_changed_workflow_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: were replays never to fail, the tests above would be worth nothing."""
    monkeypatch.setattr("workflows.bookkeeping.show", lambda *_: None)

    with pytest.raises(NondeterminismError):
        await replayed(recorded("happy"), production_runner())


async def test_a_timer_of_another_length_replays_and_is_noticed_by_its_meaning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of the meaning: the replay itself lets this through, since no timer of this life rang."""

    def an_hour_later(state: CareState) -> list[Wake]:
        return [Wake(at=wake.at + timedelta(hours=1), kind=wake.kind) for wake in resolution_wakes(state)]

    resolution_wakes = clocks._resolution_wakes
    monkeypatch.setattr(clocks, "_resolution_wakes", an_hour_later)

    heard = await replayed(recorded("happy"), production_runner())

    assert heard != meant("happy")
    reminder = '"remind the seller: correct by Tue 15 Apr 2031 24:00 Europe/Paris"'
    assert f"timer at 2031-03-31 23:00:00 {reminder}" in heard
