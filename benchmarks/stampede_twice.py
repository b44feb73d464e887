"""What ran twice, by what the worker counts, what the histories tell and what the records show."""

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.request import urlopen

from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from benchmarks.at_a_time import at_a_time
from workflows.names import care_request_id

AT_A_TIME = 16
STEPS_RUN = "temporal_local_activity_execution_latency_seconds_count"
STEP = "core_local_activity"

_IN_THE_RECORDS = {
    "breaches": """SELECT count(*) - count(DISTINCT request_id || name) FROM request_events
                   WHERE name IN ('acknowledgement_missed', 'resolution_missed')""",
    "refunds": "SELECT count(*) - count(DISTINCT licence_id) FROM ledger_refunds",
    "notices": """SELECT coalesce(sum(attempts - 1), 0)
                  + count(*) - count(DISTINCT subject_id || kind || to_role)
                  FROM notices WHERE kind LIKE '%missed%' OR kind LIKE '%refund%'""",
}


@dataclass(frozen=True)
class RunTwice:
    """Since the instant. Nought everywhere is what is wanted, except in the last two."""

    steps: int
    """Local activities that a worker did beyond those that stand in a history: tried again because they took
    more than two seconds or failed, or done again with their whole workflow task."""
    tasks_too_late: int
    """Workflow tasks whose outcome came too late, or never."""
    tasks_failed: int
    breaches: int
    """Breaches that stand in the journals more than once."""
    refunds: int
    """Payments beyond the first of a licence."""
    notices: int
    """Deliveries beyond the first of a notice, and notices of one cause beyond the first."""
    runs_put_first: int
    """Times at which a run was moved to the front for somebody who waited for an answer, or moved back."""
    tasks_handed_on: int
    """Workflow tasks that no worker had begun, given to any worker instead of the one that remembers."""


async def worker_counts(address: str) -> Mapping[str, float]:
    """What a worker counts of itself."""
    lines = (await asyncio.to_thread(_metrics, address)).splitlines()
    counts: defaultdict[str, float] = defaultdict(float)
    for line in lines:
        if not line.startswith("#"):
            name, value = line.partition("{")[0], line.rpartition(" ")[2]
            counts[name] += float(value)
    return counts


async def run_twice(
    client: Client, database: Path, request_ids: Iterable[str], since: datetime, grown: Mapping[str, float]
) -> RunTwice:
    """Look at every history, and at the records. `grown` is what a worker has counted since the instant."""
    found: Counter[str] = Counter()

    async def look(request_id: str) -> None:
        handle = client.get_workflow_handle(care_request_id(request_id))
        events = (await handle.fetch_history()).events
        found.update(_kind(event) for event in events if event.event_time.ToDatetime(UTC) >= since)

    await at_a_time([partial(look, request_id) for request_id in request_ids], AT_A_TIME)
    return RunTwice(
        steps=round(grown[STEPS_RUN]) - found[STEP],
        tasks_too_late=found["start_to_close"],
        tasks_failed=found["workflow_task_failed"],
        runs_put_first=found["workflow_execution_options_updated"],
        tasks_handed_on=found["schedule_to_start"],
        **await asyncio.to_thread(_in_the_records, database),
    )


def _metrics(address: str) -> str:
    with urlopen(f"http://{address}/metrics") as answer:
        text: str = answer.read().decode()
        return text


def _kind(event: HistoryEvent) -> str:
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
            timeout = event.workflow_task_timed_out_event_attributes.timeout_type
            return TimeoutType.Name(timeout).removeprefix("TIMEOUT_TYPE_").casefold()
        case EventType.EVENT_TYPE_MARKER_RECORDED:
            return event.marker_recorded_event_attributes.marker_name
        case _:
            return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").casefold()


def _in_the_records(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as connection:
        return {name: connection.execute(query).fetchone()[0] for name, query in _IN_THE_RECORDS.items()}
