"""What every kind of life costs at the server: events, bytes, workflow tasks and billable actions, exactly.

The lives are those whose histories are recorded for replay, led anew by today's code in skipped time; they
are told in one place, beside the tests that replay them, and taken from there. The happy life at the real
time, through our own client, is the one whose costs are decided (tests/lives/test_budget.py).
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.api.history.v1 import HistoryEvent

from benchmarks.history_costs import HistoryCosts, costs_of
from benchmarks.suite.measured import Figure, Limit
from benchmarks.suite.scale import Scale
from tests.lives.test_budget import BILLABLE_ACTIONS, EVENTS, WORKFLOW_TASKS, happy_life
from tests.lives.world import World
from tests.replay.record import led

LIMITS = {
    "events": Limit(at_most=EVENTS),
    "workflow_tasks": Limit(at_most=WORKFLOW_TASKS),
    "billable_actions": Limit(at_most=BILLABLE_ACTIONS),
}
UNITS = {"events": "", "history_bytes": "bytes", "workflow_tasks": "", "billable_actions": ""}


async def measured(_: Scale) -> Sequence[Figure]:
    """The happy life against its limits, then each kind once: nothing of it depends on the machine."""
    figures = [*figures_of("happy, at the real time", costs_of([await _happy()]), LIMITS)]
    async for name, runs in led():
        figures.extend(figures_of(name.replace("_", " "), costs_of([run.events for run in runs])))
    return figures


def figures_of(life: str, costs: HistoryCosts, limits: dict[str, Limit] | None = None) -> list[Figure]:
    """One life's costs, each by its name."""
    return [
        Figure(f"{life}: {name.replace('_', ' ')}", UNITS[name], (value,), (limits or {}).get(name))
        for name, value in asdict(costs).items()
    ]


async def _happy() -> Sequence[HistoryEvent]:
    with TemporaryDirectory() as folder:
        async with World.begun(Path(folder)) as world, world.working():
            return await happy_life(world)
