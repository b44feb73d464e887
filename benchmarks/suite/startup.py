"""How long programs take to start: the command line, and a worker until it is ready to poll.

In turns with an interpreter that does nothing, and one that only imports Temporal's own worker: what no
program in Python, and no worker of Temporal's in Python, can go below.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.embedded_server import dev_server
from adapters.records.migrations.run import upgrade
from benchmarks.suite.measured import Figure, Limit, ratio
from benchmarks.suite.scale import Scale
from benchmarks.worker_process import ROOT, worker_process
from workflows.names import SEARCH_ATTRIBUTES

NOTHING = ("-c", "pass")
TEMPORAL = ("-c", "import temporalio.worker")
HELP = ("-m", "starter", "--help")
DEADLINE = ("-m", "starter", "deadline", "--start", "2031-03-03T09:00:00+01:00", "--business-days", "30")
PROGRAMS = {
    "python -c pass": NOTHING,
    "python -c 'import temporalio.worker'": TEMPORAL,
    "business-care --help": HELP,
    "business-care deadline …": DEADLINE,
}
LIMITS = {"business-care --help": Limit(at_most=0.4)}
WORKER = "python -m worker, until it is ready to poll"


async def measured(scale: Scale) -> Sequence[Figure]:
    """Every program in turns, after one round that nobody counts: it compiles what was not compiled yet."""
    # Programs that may not keep what they have compiled start slowly, which is no fault of theirs.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    seconds: dict[str, list[float]] = {name: [] for name in (*PROGRAMS, WORKER)}
    with TemporaryDirectory(prefix="business-care-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'records.db'}"
        await upgrade(url)
        async with dev_server(SEARCH_ATTRIBUTES) as server:
            for number in range(scale.rounds + 1):
                for program, words in PROGRAMS.items():
                    taken = await asyncio.to_thread(_ran, words, folder)
                    seconds[program].append(taken)
                seconds[WORKER].append(await _worker_ready(folder, server.target, url))
                if number == 0:
                    seconds = {program: [] for program in seconds}
    figures = {name: Figure(name, "s", tuple(values), LIMITS.get(name)) for name, values in seconds.items()}
    return [
        *(figures[name] for name in PROGRAMS),
        Figure(WORKER, "s", figures[WORKER].values, Limit(at_most=2.0)),
        ratio(
            "the worker beside importing Temporal's",
            figures[WORKER],
            figures["python -c 'import temporalio.worker'"],
        ),
    ]


def _ran(words: Sequence[str], folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 -- our own programs
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


async def _worker_ready(folder: Path, target: str, url: str) -> float:
    began = time.perf_counter()
    async with worker_process(folder, target, url):
        return time.perf_counter() - began
