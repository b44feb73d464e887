"""What it costs to bring a workflow back from its history, kind by kind.

That is what a worker does for a request that it no longer remembers: after a restart, or when more requests
are awake than it keeps in memory. Replayed as our worker does it, in the processor's time.
"""

import json
import time
from collections.abc import AsyncIterator, Sequence

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.encryption.converter import DATA_CONVERTER
from adapters.workflow_runners import IN_PLACE, production_runner
from benchmarks.suite.measured import Figure
from benchmarks.suite.scale import Scale
from benchmarks.worker_process import ROOT
from console.assembly import WORKFLOWS

COPIES = 2
"""Replayed by one replayer, so that its own beginning does not count as a history's."""
HISTORIES = ROOT / "tests" / "replay" / "histories"


async def measured(scale: Scale) -> Sequence[Figure]:
    """Every recorded history, in turns; one round warms up."""
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        workflow_runner=production_runner(),
        data_converter=DATA_CONVERTER,
        debug_mode=IN_PLACE,
    )
    recorded = {file.stem: _history(file.read_text("utf-8")) for file in sorted(HISTORIES.glob("*.json"))}
    taken: dict[str, list[float]] = {name: [] for name in recorded}
    for number in range(scale.rounds + 1):
        for name, history in recorded.items():
            began = time.process_time()
            results = await replayer.replay_workflows(_copies(history))
            if number:
                taken[name].append(1000 * (time.process_time() - began) / COPIES)
            if results.replay_failures:
                raise AssertionError(f"{name} does not replay")
    each = [
        Figure(f"{name.replace('_', ' ')}: {len(recorded[name].events)} events", "ms", tuple(values))
        for name, values in taken.items()
    ]
    rounds = list(zip(*taken.values(), strict=True))
    rates = tuple(len(recorded) / (sum(values) / 1000) for values in rounds)
    events = sum(len(history.events) for history in recorded.values())
    per_event = tuple(1000 * sum(values) / events for values in rounds)
    return [
        Figure("histories of all kinds, in a second of the processor", "/s", rates),
        Figure("for each event", "µs", per_event),
        *each,
    ]


async def _copies(history: WorkflowHistory) -> AsyncIterator[WorkflowHistory]:
    for _ in range(COPIES):
        yield history


def _history(text: str) -> WorkflowHistory:
    events = json.loads(text)
    started = events["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], events)
