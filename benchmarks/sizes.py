"""How much room a request takes: bytes in the server's database and in the records, history, transitions.

`python -m benchmarks.sizes` opens requests on an embedded server whose database is a file, has all of them
acknowledged, then fixed and confirmed, and looks at both databases after each step. docs/sizing.md has what
follows from the figures.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from sqlalchemy import text
from temporalio.client import Client

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from benchmarks.at_a_time import at_a_time
from benchmarks.happy_acts import acknowledged, confirmed, fixed
from benchmarks.open_requests import Opened, Requests
from benchmarks.suite.databases import bytes_in_use
from benchmarks.suite.processes import resident_mib
from benchmarks.worker_process import worker_process
from business_care.commands import Command
from workflows.names import SEARCH_ATTRIBUTES, care_request_id

LOOKED_AT = 20
"""Of how many requests the history is looked at."""


@dataclass(frozen=True)
class Room:
    """What both databases take altogether, in bytes."""

    server: int
    records: int


@dataclass(frozen=True)
class Stage:
    """What one request has taken since nothing was there, on average, once all have come so far."""

    reached: str
    requests: int
    a_second: float
    """How many went through this step in a second."""
    server_bytes: float
    records_bytes: float
    events: float
    history_bytes: float
    state_transitions: float
    worker_mib: float
    """What the worker process keeps in memory, all requests together."""


@dataclass(frozen=True)
class Scale:
    """Both databases, the worker, and where they stood before the first request."""

    client: Client
    server_file: Path
    records: Records
    worker_pid: int

    async def room(self) -> Room:
        """What is in use, with what is still in the log of the server's database."""
        return Room(bytes_in_use(self.server_file), await _records_size(self.records))

    async def stage(self, reached: str, empty: Room, opened: Sequence[Opened], seconds: float) -> Stage:
        """What there is now beyond what there was."""
        now, count = await self.room(), len(opened)
        histories = [await self._history(request) for request in opened[:LOOKED_AT]]
        events, sizes, transitions = zip(*histories, strict=True)
        return Stage(
            reached=reached,
            requests=count,
            a_second=count / seconds,
            server_bytes=(now.server - empty.server) / count,
            records_bytes=(now.records - empty.records) / count,
            events=mean(events),
            history_bytes=mean(sizes),
            state_transitions=mean(transitions),
            worker_mib=_resident_mib(self.worker_pid),
        )

    async def _history(self, request: Opened) -> tuple[int, int, int]:
        handle = self.client.get_workflow_handle(care_request_id(request.request_id))
        info = (await handle.describe()).raw_description.workflow_execution_info
        return info.history_length, info.history_size_bytes, info.state_transition_count


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--records", help="postgresql://…, an empty database; left out, a SQLite file")
    given = parser.parse_args()
    if given.records is not None and len(given.requests) > 1:
        parser.error("with --records one number of --requests: the database must be empty before each")
    stages = [stage for count in given.requests for stage in asyncio.run(measured(count, given.records))]
    print(table(stages))
    print(json.dumps([asdict(stage) for stage in stages]))
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(0)


async def measured(requests: int, records_url: str | None = None) -> Sequence[Stage]:
    """One stage after the other of so many requests."""
    with TemporaryDirectory(prefix="business-care-sizes-") as folder:
        url = records_url or f"sqlite:///{Path(folder) / 'records.db'}"
        async with _running(Path(folder), url, requests) as scale:
            return await _led(scale, Requests(scale.records), requests)


@asynccontextmanager
async def _running(folder: Path, url: str, requests: int) -> AsyncIterator[Scale]:
    file = folder / "temporal.db"
    await Requests.prepared(url, requests)
    async with (
        dev_server(SEARCH_ATTRIBUTES, database=file) as server,
        worker_process(folder, server.target, url) as worker,
        Records.open(url) as records,
    ):
        yield Scale(server.client, file, records, worker.pid)


async def _led(scale: Scale, requests: Requests, count: int) -> Sequence[Stage]:
    empty = await scale.room()
    opened: list[Opened] = []

    async def open_one() -> None:
        opened.append(await requests.open(scale.client))

    def sent(command: Callable[[Opened], Command]) -> list[Callable[[], Awaitable[object]]]:
        return [
            lambda request=request: requests.send(scale.client, request, command(request))  # type: ignore[misc]
            for request in opened
        ]

    stages = []
    seconds = await _timed([open_one] * count)
    stages.append(await scale.stage("opened", empty, opened, seconds))
    seconds = await _timed(sent(acknowledged))
    stages.append(await scale.stage("acknowledged", empty, opened, seconds))
    await _timed(sent(fixed))
    seconds = await _timed(sent(confirmed))
    for request in opened:
        await scale.client.get_workflow_handle(care_request_id(request.request_id)).result()
    stages.append(await scale.stage("fixed, confirmed and closed", empty, opened, seconds))
    return stages


async def _timed(calls: Sequence[Callable[[], Awaitable[object]]]) -> float:
    """Do all of it, some at a time; the seconds that it took."""
    begun = time.perf_counter()
    await at_a_time(calls)
    return time.perf_counter() - begun


async def _records_size(records: Records) -> int:
    async with records.database.reading() as connection:
        query = (
            "SELECT pg_database_size(current_database())"
            if connection.dialect.name == "postgresql"
            else "SELECT (page_count - freelist_count) * page_size "
            "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        )
        return int((await connection.execute(text(query))).scalar_one())


def _resident_mib(pid: int) -> float:
    try:
        return resident_mib(pid)
    except OSError:
        return float("nan")  # not a machine that tells


def table(stages: Sequence[Stage]) -> str:
    """The figures as Markdown."""
    rows = [
        "| requests | reached | a second | server, KiB each | records, KiB each | events | history, KiB "
        "| state transitions | worker, MiB |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one.requests:,} | {one.reached} | {one.a_second:.0f} | {one.server_bytes / 1024:.1f} "
            f"| {one.records_bytes / 1024:.1f} | {one.events:.0f} | {one.history_bytes / 1024:.1f} "
            f"| {one.state_transitions:.0f} | {one.worker_mib:.0f} |"
            for one in stages
        ),
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
