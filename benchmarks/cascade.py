"""A permanent deactivation of a product with many subscriptions, from the order to its end (R55).

`python -m benchmarks.cascade` runs 10,000, 100,000 and 1,000,000 subscriptions, each on an embedded server,
with a worker process of its own and fresh records in SQLite, and the same updates as plain SQL pages before
and after it.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import copy
from statistics import median
from tempfile import TemporaryDirectory

from adapters.embedded_server import dev_server
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from benchmarks.plain_pages import cancelled_in_pages
from benchmarks.subscriptions import OFF_FOR_GOOD, PRODUCT, fill
from benchmarks.worker_process import worker_process
from gateway.products import ProductGateway
from workflows.names import SEARCH_ATTRIBUTES, product_deactivation_id

SIZES = (10_000, 100_000, 1_000_000)
LOOK_EVERY_SECONDS = 0.1
KIB_IN_A_MIB = 1024


@dataclass(frozen=True)
class Measured:
    """One cascade, and the plain pages beside it."""

    subscriptions: int
    cancelled: int
    seconds: float
    per_second: int
    history_events: int
    worker_mib_before: int
    worker_mib_most: int
    plain_seconds: tuple[float, ...]
    ratio: float


def main() -> None:
    """Measure, print a table, and with `--json` one object a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    measured = asyncio.run(_measure(given.sizes))
    if given.as_json:
        print(json.dumps([asdict(one) for one in measured], indent=2))
    else:
        _print(measured)
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(0)


async def _measure(sizes: Sequence[int]) -> list[Measured]:
    with TemporaryDirectory(prefix="business-care-bench-") as folder:
        return [await _one(_folder(folder, size), size) for size in sizes]


def _folder(parent: str, size: int) -> Path:
    folder = Path(parent) / str(size)
    folder.mkdir()
    return folder


async def _one(folder: Path, size: int) -> Measured:
    database = folder / "records.db"
    url = f"sqlite:///{database}"
    await upgrade(url)
    automatic = await asyncio.to_thread(fill, database, size)
    plain_copies = [Path(copy(database, folder / f"plain-{number}.db")) for number in (1, 2)]
    before = await asyncio.to_thread(cancelled_in_pages, plain_copies[0])
    async with (
        dev_server(SEARCH_ATTRIBUTES, database=folder / "temporal.db") as server,
        Records.open(url) as records,
        worker_process(folder, server.target, url) as worker,
    ):
        gateway = ProductGateway(server.client, records.deactivations, records.commands)
        resident = _resident_mib(worker.pid, "VmRSS")
        began = time.perf_counter()
        await gateway.deactivate(OFF_FOR_GOOD)
        while not (await gateway.progress(PRODUCT)).is_over:  # noqa: ASYNC110 -- as a person would follow it
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        seconds = time.perf_counter() - began
        most = _resident_mib(worker.pid, "VmHWM")
        handle = server.client.get_workflow_handle(product_deactivation_id(PRODUCT))
        await handle.result()
        events = len((await handle.fetch_history()).events)
    cancelled = _cancelled(database)
    if cancelled != automatic:
        raise AssertionError(f"{cancelled} of {automatic} renewals were cancelled")
    after = await asyncio.to_thread(cancelled_in_pages, plain_copies[1])
    return Measured(
        subscriptions=size,
        cancelled=cancelled,
        seconds=round(seconds, 2),
        per_second=round(cancelled / seconds),
        history_events=events,
        worker_mib_before=resident,
        worker_mib_most=most,
        plain_seconds=(round(before, 2), round(after, 2)),
        ratio=round(seconds / median([before, after]), 2),
    )


def _resident_mib(pid: int, line: str) -> int:
    """What the process holds in memory now (`VmRSS`), or held at most (`VmHWM`)."""
    for entry in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if entry.startswith(f"{line}:"):
            return int(entry.split()[1]) // KIB_IN_A_MIB
    raise LookupError(line)


def _cancelled(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT count(*) FROM care_subscriptions WHERE renewal_cancelled_on IS NOT NULL"
        (count,) = connection.execute(query).fetchone()
        return int(count)


def _print(measured: Sequence[Measured]) -> None:
    headings = ("subscriptions", "cancelled", "seconds", "a second", "events", "worker MiB", "plain", "ratio")
    rows = [
        (
            f"{one.subscriptions:,}",
            f"{one.cancelled:,}",
            f"{one.seconds:.2f}",
            f"{one.per_second:,}",
            str(one.history_events),
            f"{one.worker_mib_before} to {one.worker_mib_most}",
            ", ".join(f"{seconds:.2f}" for seconds in one.plain_seconds),
            f"{one.ratio:.2f}",
        )
        for one in measured
    ]
    for row in (headings, *rows):
        print("  ".join(f"{cell:>14}" for cell in row))


if __name__ == "__main__":
    main()
