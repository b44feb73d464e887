"""A permanent deactivation of a product with many subscriptions, from the order to its end (R55).

Each size on an embedded server of its own, with a worker process and fresh records in SQLite, and the same
updates as plain SQL pages before and after it.
"""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from adapters.embedded_server import dev_server
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from benchmarks.plain_pages import cancelled_in_pages
from benchmarks.subscriptions import OFF_FOR_GOOD, PRODUCT, fill
from benchmarks.suite.measured import Figure
from benchmarks.suite.processes import most_resident_mib, resident_mib
from benchmarks.suite.scale import Scale
from benchmarks.worker_process import worker_process
from gateway.products import ProductGateway
from workflows.names import SEARCH_ATTRIBUTES, product_deactivation_id

LOOK_EVERY_SECONDS = 0.1


async def measured(scale: Scale) -> Sequence[Figure]:
    """The cascade of each size."""
    figures: list[Figure] = []
    for size in scale.renewals:
        with TemporaryDirectory(prefix="business-care-bench-") as folder:
            figures.extend(await _one(Path(folder), size))
    return figures


async def _one(folder: Path, size: int) -> Sequence[Figure]:
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
        resident = resident_mib(worker.pid)
        began = time.perf_counter()
        await gateway.deactivate(OFF_FOR_GOOD)
        while not (await gateway.progress(PRODUCT)).is_over:  # noqa: ASYNC110 -- as a person would follow it
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        seconds = time.perf_counter() - began
        most = most_resident_mib(worker.pid)
        handle = server.client.get_workflow_handle(product_deactivation_id(PRODUCT))
        await handle.result()
        events = len((await handle.fetch_history()).events)
    cancelled = _cancelled(database)
    if cancelled != automatic:
        raise AssertionError(f"{cancelled} of {automatic} renewals were cancelled")
    after = await asyncio.to_thread(cancelled_in_pages, plain_copies[1])
    plain = (before, after)

    def figure(name: str, unit: str, *values: float) -> Figure:
        return Figure(f"{size:,} renewals: {name}", unit, values)

    return [
        figure("from the order to the end", "s", seconds),
        figure("cancelled a second", "/s", cancelled / seconds),
        figure("history", "events", events),
        figure("memory that the worker gained at most", "MiB", most - resident),
        figure("the same updates as plain SQL pages", "s", *plain),
        figure("the cascade beside plain pages", "×", *(seconds / each for each in plain)),
    ]


def _cancelled(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT count(*) FROM care_subscriptions WHERE renewal_cancelled_on IS NOT NULL"
        (count,) = connection.execute(query).fetchone()
        return int(count)
