"""Open requests, more and more of them: what they take of both databases and of the worker's memory, and how
soon a command is answered after all of it was killed.

One embedded server with its database in a file, one worker with its default settings, and records in SQLite
grow from one size to the next. At each size both processes are killed and started again.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.embedded_server import DevServer, dev_server
from adapters.records.opened import Records
from benchmarks.at_a_time import at_a_time
from benchmarks.happy_acts import acknowledged
from benchmarks.open_requests import Opened, Requests
from benchmarks.suite.databases import bytes_in_use, bytes_of_tables, packed_bytes
from benchmarks.suite.measured import Figure, Limit
from benchmarks.suite.processes import most_resident_mib, resident_mib
from benchmarks.suite.scale import Scale
from benchmarks.worker_process import worker_process
from workflows.names import SEARCH_ATTRIBUTES, care_request_id

TOLD_EVERY = 1000
HOUSEKEEPING_SECONDS = 20
"""The server takes away every few seconds what its queues are done with."""
KIB = 1024

EACH_AT_MOST = Limit(at_most=25)
GROWS_BY_AT_MOST = Limit(at_most=1.1)
RECOVERED_WITHIN = Limit(at_most=30)
MEMORY_AT_MOST = Limit(at_most=512 + 160)
"""The default of BUSINESS_CARE_CACHE_MEMORY_MIB, and room for what a worker takes that remembers nothing."""
FEW, MANY = 50, 550
"""How many requests two workers remember, whose memory is compared."""


@dataclass(frozen=True)
class Running:
    """Server and worker, both of which can be killed."""

    server: DevServer
    worker: asyncio.subprocess.Process

    async def kill(self) -> None:
        """Both at once, as when the machine goes: nobody takes leave of anybody."""
        self.worker.kill()
        await self.server.kill()


@dataclass(frozen=True)
class Taken:
    """What there is at one size beyond what was there before the first request, in KiB a request."""

    server: float
    searches: float | None
    """The part of it that is the server's table for searches with its indexes, where SQLite tells."""
    server_packed: float
    records: float
    records_packed: float


@dataclass
class Population:
    """Requests that are open, in two databases of one folder."""

    folder: Path
    requests: Requests
    opened: list[Opened] = field(default_factory=list)
    _empty: Sequence[int] = ()

    @property
    def files(self) -> Sequence[Path]:
        """The server's database, and the records."""
        return self.folder / "temporal.db", self.folder / "records.db"

    @asynccontextmanager
    async def running(self, remembered: int | None = None) -> AsyncIterator[Running]:
        """A server and a worker; with `remembered` the worker keeps that many requests in memory."""
        server_file, records_file = self.files
        settings = {} if remembered is None else {"BUSINESS_CARE_MAX_CACHED_WORKFLOWS": str(remembered)}
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=server_file) as server,
            worker_process(self.folder, server.target, f"sqlite:///{records_file}", settings) as worker,
        ):
            if not self._empty:
                self._empty = [bytes_in_use(file) for file in self.files]
            yield Running(server, worker)

    async def grow(self, running: Running, size: int) -> float:
        """Open requests until there are so many; how many were opened in a second."""
        more = size - len(self.opened)

        async def open_one() -> None:
            self.opened.append(await self.requests.open(running.server.client))
            if len(self.opened) % TOLD_EVERY == 0:
                rate = (more - size + len(self.opened)) / (time.perf_counter() - began)
                print(f"{len(self.opened):,} open, {rate:.1f} a second", file=sys.stderr, flush=True)

        began = time.perf_counter()
        await at_a_time([open_one] * more)
        return more / (time.perf_counter() - began)

    def taken(self) -> Taken:
        """What they take now."""
        server, records = self.files
        before, records_before = self._empty

        def each(now: int, empty: int) -> float:
            return (now - empty) / len(self.opened) / KIB

        searches = bytes_of_tables(server, "executions_visibility")
        return Taken(
            server=each(bytes_in_use(server), before),
            searches=None if searches is None else each(searches, 0),
            server_packed=each(packed_bytes(server), before),
            records=each(bytes_in_use(records), records_before),
            records_packed=each(packed_bytes(records), records_before),
        )

    async def acknowledge(self, running: Running, request: Opened) -> None:
        """An agent takes one request in hand."""
        await self.requests.send(running.server.client, request, acknowledged(request))

    async def ask_each(self, running: Running, requests: Sequence[Opened]) -> None:
        """Ask each for its status, which brings it back into the worker's memory."""
        client = running.server.client
        await at_a_time(
            [
                lambda of=request: client.get_workflow_handle(care_request_id(of.request_id)).query("status")  # type: ignore[misc]
                for request in requests
            ]
        )


async def measured(scale: Scale) -> Sequence[Figure]:
    """Each size, one population growing."""
    with TemporaryDirectory(prefix="business-care-bench-") as name:
        folder, sizes = Path(name), scale.open_requests
        url = f"sqlite:///{folder / 'records.db'}"
        await Requests.prepared(url, sizes[-1])
        async with Records.open(url) as records:
            population = Population(folder, Requests(records))
            figures: list[Figure] = []
            each: list[float] = []
            for size in sizes:
                at_size, taken = await _at(population, size)
                figures += at_size
                each.append(taken.server + taken.records)
                if len(each) > 1:
                    beside = f"{size:,} open: a request beside one of {sizes[0]:,}, both databases"
                    figures.append(Figure(beside, "×", (each[-1] / each[0],), GROWS_BY_AT_MOST))
            figures.append(await _each_remembered(population))
            return figures


async def _at(population: Population, size: int) -> tuple[Sequence[Figure], Taken]:
    async with population.running() as running:
        a_second = await population.grow(running, size)
        await asyncio.sleep(HOUSEKEEPING_SECONDS)
        memory, most = resident_mib(running.worker.pid), most_resident_mib(running.worker.pid)
        taken = await asyncio.to_thread(population.taken)
        await running.kill()
    began = time.perf_counter()
    async with population.running() as running:
        started = time.perf_counter() - began
        await population.acknowledge(running, population.opened[-1])
        answered = time.perf_counter() - began
        resident_after = resident_mib(running.worker.pid)

    def figure(name: str, unit: str, value: float, limit: Limit | None = None) -> Figure:
        return Figure(f"{size:,} open: {name}", unit, (value,), limit)

    figures = [
        figure("opened", "/s", a_second),
        figure("server, each", "KiB", taken.server, EACH_AT_MOST),
        figure("server packed, each", "KiB", taken.server_packed),
        figure("records, each", "KiB", taken.records),
        figure("records packed, each", "KiB", taken.records_packed),
        figure("both packed, each", "KiB", taken.server_packed + taken.records_packed, EACH_AT_MOST),
        figure("worker's memory", "MiB", memory),
        figure("worker's memory at most", "MiB", most, MEMORY_AT_MOST),
        figure("killed, server and worker started again", "s", started),
        figure("killed, first command answered", "s", answered, RECOVERED_WITHIN),
        figure("killed, worker's memory then", "MiB", resident_after),
    ]
    if taken.searches is not None:
        figures.insert(2, figure("of it the server's indexes for searches", "KiB", taken.searches))
    return figures, taken


async def _each_remembered(population: Population) -> Figure:
    """What a worker that remembers many takes beyond one that remembers few, having done the same."""
    asked = population.opened[:MANY]
    taken = []
    for remembered in (FEW, MANY):
        async with population.running(remembered) as running:
            await population.ask_each(running, asked)
            taken.append(resident_mib(running.worker.pid))
    few, many = taken
    return Figure("a remembered request", "MiB", ((many - few) / (len(asked) - FEW),))
