"""Many deadlines that end at one instant, while people go on working: how late they are, what ran twice.

`python -m benchmarks.stampede --requests 1000 [--cold] [--slots 12]` plays one and prints what it came to.
Half of the deadlines are first ones, the other half second ones, which lead to refunds. No grace is given to
late arrivals (it would only move the instant of the second ones), and all else has its default: one worker,
records in SQLite, everything on this machine.

Hot: the worker that opened the requests runs on. It remembers as many of them as its memory is for. Cold: it
is killed `DEAD_FOR` before the instant, and another one is started at the instant; the server stays up and
fires every timer meanwhile.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from adapters.temporal_program import free_port
from benchmarks.falling_due import about_to_fall_due
from benchmarks.open_requests import Requests
from benchmarks.people_at_work import PeopleAtWork
from benchmarks.stampede_curves import Reached, quantile, reached_by_all
from benchmarks.stampede_twice import RunTwice, run_twice, worker_counts
from benchmarks.worker_process import worker_process
from business_care.commands import ClockName
from workflows.names import SEARCH_ATTRIBUTES

AT_A_TIME = 16
MARGIN = timedelta(seconds=4)
DEAD_FOR = timedelta(seconds=12)
"""Longer than the ten seconds for which the server waits for a worker that has polled."""
REMEMBERED = 1500
"""About so many requests a worker remembers; for the others it reads their history again."""
MOVING, MOVING_FORGOTTEN = 0.8, 1.7
"""To move a deadline takes at most so much of opening a request; 0.7 was seen while it is remembered."""
PATIENCE = timedelta(minutes=15)
PARTS = (0.5, 0.99, 1.0)


@dataclass(frozen=True)
class Plan:
    """How many deadlines end at once, and how the worker stands."""

    requests: int
    cold: bool = False
    slots: int | None = None
    """How many workflow tasks it does at a time; left out, the default of the settings."""

    commands_a_second: float = 2
    """How much people do meanwhile."""

    def lead(self, opening: timedelta) -> timedelta:
        """How far ahead the deadlines are, from how long it took to open the requests.

        It takes so long to move all deadlines too, or less, as long as the worker remembers the requests.
        """
        moving = MOVING if self.requests <= REMEMBERED else MOVING_FORGOTTEN
        return moving * opening + MARGIN + self.ahead

    @property
    def ahead(self) -> timedelta:
        """How long before the instant everything is ready."""
        return DEAD_FOR if self.cold else timedelta()

    @property
    def program(self) -> tuple[str, ...]:
        """The worker to start."""
        return ("worker",) if self.slots is None else ("benchmarks.slotted_worker", str(self.slots))


@dataclass(frozen=True)
class Stampede:
    """What it came to."""

    reached: Reached
    """Counted from the instant; cold, from when the new worker had begun, which is later."""
    answered: tuple[float, ...]
    """Seconds for each command of a person, from when it was to be sent until it was answered, in order."""
    twice: RunTwice


async def stampede(folder: Path, plan: Plan) -> Stampede:
    """Play one. `folder` is empty."""
    url = f"sqlite:///{folder / 'records.db'}"
    address = f"127.0.0.1:{free_port()}"
    settings = {"BUSINESS_CARE_METRICS_ADDRESS": address}
    await Requests.prepared(url, 3 * plan.requests + 1000)
    async with (
        Records.open(url) as records,
        dev_server(SEARCH_ATTRIBUTES, database=folder / "temporal.db") as server,
        worker_process(folder, server.target, url, settings, plan.program) as worker,
    ):
        requests = Requests(records)
        people = PeopleAtWork(requests, server.client, plan.commands_a_second)
        await people.prepare(max(10, plan.requests // 20))
        clocks, due = await about_to_fall_due(requests, server.client, plan.requests, plan.lead, AT_A_TIME)
        if datetime.now(UTC) > due - plan.ahead - timedelta(seconds=1):
            raise RuntimeError("the deadlines came before everything was ready; this machine needs more time")

        async def watched(since: datetime, before: Mapping[str, float]) -> Stampede:
            owed = sum(clock is ClockName.RESOLUTION for clock in clocks.values())
            async with asyncio.timeout(PATIENCE.total_seconds()), people.working():
                reached = await reached_by_all(folder / "records.db", since, len(clocks), owed)
            grown = {
                name: count - before.get(name, 0) for name, count in (await worker_counts(address)).items()
            }
            ids = [one.request_id for one in {*clocks, *people.met}]
            twice = await run_twice(server.client, folder / "records.db", ids, due, grown)
            return Stampede(reached, tuple(sorted(people.seconds)), twice)

        if not plan.cold:
            await _until(due - timedelta(seconds=0.5))
            before = await worker_counts(address)
            await _until(due)
            return await watched(due, before)
        await _until(due - DEAD_FOR)
        worker.kill()
        await _until(due)
        async with worker_process(folder, server.target, url, settings, plan.program):
            return await watched(datetime.now(UTC), {})


async def _until(instant: datetime) -> None:
    await asyncio.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))


def main() -> None:
    """Play one, and print it as lines of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--slots", type=int)
    given = parser.parse_args()
    with TemporaryDirectory(prefix="business-care-stampede-") as folder:
        came_to = asyncio.run(stampede(Path(folder), Plan(given.requests, given.cold, given.slots)))
    curves = {name: [round(curve.at(part), 2) for part in PARTS] for name, curve in came_to.reached.by_name()}
    answered = [round(quantile(came_to.answered, part), 2) for part in PARTS]
    print(json.dumps({**vars(given), **curves, "answered": answered, "commands": len(came_to.answered)}))
    print(json.dumps(asdict(came_to.twice)))
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(0)


if __name__ == "__main__":
    main()
