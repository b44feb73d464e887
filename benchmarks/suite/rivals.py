"""The same lives on our service, on DBOS, and as rows of a table with a scanner, in turns; all on PostgreSQL.

One PostgreSQL for all, as safe as it comes; ours has Temporal's embedded server beside it, its data in
a file. The deadlines at one instant are the rivals' here: the topic `stampede` measures ours.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from benchmarks.open_requests import Requests
from benchmarks.suite.contest import Contest
from benchmarks.suite.lifecycles import one_round, ours
from benchmarks.suite.measured import Figure, ratio
from benchmarks.suite.scale import Scale
from benchmarks.worker_process import ROOT, worker_process
from tests.adapters.postgres_server import running_postgres
from workflows.names import SEARCH_ATTRIBUTES

OURS = "ours"
RIVALS = {"DBOS": "benchmarks.rivals.on_dbos", "a table and a scanner": "benchmarks.rivals.by_cron"}
SAFE = ("fsync=on", "max_connections=200")
OPENING_OF_A_LIFE = 0.45
"""To open one takes less than this part of a whole life of the same rival: deadlines lie so far ahead."""
MARGIN_SECONDS = 5
DUE_AT_MOST = 1_000
"""With more, the rivals would be waited for longer than ours."""


class Program:
    """A rival in a process of its own, which is told what to do and answers with what it took."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._next = 1

    async def asked(self, what: str, wanted: int, *more: float) -> dict[str, float]:
        """Ask for so many, each with a number of its own."""
        words = (what, self._next, wanted, *more)
        self._next += wanted
        if self._process.stdin is None:
            raise AssertionError("a rival that nobody can speak to")
        self._process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        return await self.answer()

    async def answer(self) -> dict[str, float]:
        """Its next line."""
        if self._process.stdout is None:
            raise AssertionError("a rival that nobody hears")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("a rival has ended; what it says of that stands above")
        answer: dict[str, float] = json.loads(line)
        return answer


async def measured(scale: Scale) -> Sequence[Figure]:
    """Rounds in turns, after one that warms up; then so many deadlines at one instant."""
    lives: dict[str, list[float]] = {name: [] for name in (OURS, *RIVALS)}
    cpu: dict[str, list[float]] = {name: [] for name in lives}
    late: list[Figure] = []
    lives_each = scale.lives // 2
    with running_postgres(*SAFE) as url:
        async with _ground(url, (scale.rounds + 1) * lives_each) as ground, _programs(url) as programs:
            for number in range(scale.rounds // 2 + 2):
                one, _ = await one_round(ours(ground), ground.server, lives_each)
                taken = {OURS: (one.a_second, one.worker_ms + one.client_ms)}
                for name, program in programs.items():
                    answer = await program.asked("lives", lives_each)
                    taken[name] = (answer["a_second"], answer["cpu_ms"])
                for name, (rate, milliseconds) in taken.items() if number else ():
                    lives[name].append(rate)
                    cpu[name].append(milliseconds)
            for at_once in {min(wanted, DUE_AT_MOST) for wanted in scale.due_at_once}:
                for name, program in programs.items():
                    opening = OPENING_OF_A_LIFE * at_once / min(lives[name])
                    answer = await program.asked("due", at_once, MARGIN_SECONDS + opening)
                    late += [
                        Figure(
                            f"{at_once:,} deadlines at one instant, {name}: {which}",
                            "s late",
                            (answer[which],),
                        )
                        for which in ("median", "last")
                    ]
    a_second = {name: Figure(f"lives a second, {name}", "/s", tuple(v)) for name, v in lives.items()}
    each = [Figure(f"processor for a life, {name}", "ms", tuple(values)) for name, values in cpu.items()]
    beside = [ratio(f"lives of {name} beside ours", a_second[name], a_second[OURS]) for name in RIVALS]
    return [*a_second.values(), *beside, *each, *late]


@asynccontextmanager
async def _ground(url: str, licences: int) -> AsyncIterator[Contest]:
    """Our worker and our records, in a database of their own; nobody else on Temporal's server."""
    records_url = await _database(url, "ours")
    await Requests.prepared(records_url, licences)
    with TemporaryDirectory(prefix="business-care-bench-") as name:
        folder = Path(name)
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=folder / "temporal.db") as server,
            worker_process(folder, server.target, records_url) as worker,
            Records.open(records_url) as records,
        ):
            client = server.client
            yield Contest(
                client, client, Requests(records), records, server.process_group, worker.pid, worker.pid
            )


@asynccontextmanager
async def _programs(url: str) -> AsyncIterator[dict[str, Program]]:
    started: dict[str, asyncio.subprocess.Process] = {}
    try:
        for name, module in RIVALS.items():
            started[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                await _database(url, module.rpartition(".")[2]),
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        programs = {name: Program(process) for name, process in started.items()}
        for program in programs.values():
            await program.answer()
        yield programs
    finally:
        for process in started.values():
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _database(url: str, name: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return url.replace("/postgres?", f"/{name}?")
