"""A worker that is killed again and again in the middle of a cascade: what is left in the records (R55).

`python -m benchmarks.kills` kills thirty times, at moments that follow from a seed, and says what it found.
"""

import argparse
import asyncio
import os
import random
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.billing.in_records import PAGE
from adapters.embedded_server import dev_server
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from benchmarks.subscriptions import OFF_FOR_GOOD, PRODUCT, fill
from benchmarks.worker_process import worker_process
from business_care.deactivation.renewals import next_slice_end
from gateway.products import ProductGateway
from workflows.names import SEARCH_ATTRIBUTES, product_deactivation_id

LOOK_EVERY_SECONDS = 0.01
MOST_SECONDS_OF_LIFE = 0.4
"""A worker is killed at any moment up to this long after it was seen to go on."""
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Remains:
    """What stands in the records when everything is over."""

    kills: int
    automatic: int
    cancelled: int
    opted_out_touched: int
    customers_told: int
    notices: int
    pages: int
    pages_needed: int

    @property
    def violations(self) -> tuple[str, ...]:
        """What must not be, in words."""
        found = {
            "renewals were left out or cancelled too many": self.cancelled != self.automatic,
            "a customer who had opted out was touched": bool(self.opted_out_touched),
            "a customer was told twice, or not at all": self.notices != self.customers_told,
            "pages were kept twice": self.pages > self.pages_needed,
        }
        return tuple(words for words, is_so in found.items() if is_so)


def main() -> None:
    """Kill, and say what is left; exit code 1 for a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--subscriptions", type=int, default=1_500_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with TemporaryDirectory(prefix="business-care-kills-") as folder:
        remains = asyncio.run(killed(Path(folder), given.kills, given.subscriptions, given.seed))
    print(f"seed {given.seed}: {remains}")
    print("\n".join(remains.violations) or "no violation")
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(1 if remains.violations else 0)


async def killed(folder: Path, kills: int, subscriptions: int, seed: int) -> Remains:
    """Retire a product while its workers are killed, and look at what is left. `folder` is empty."""
    database = folder / "records.db"
    url = f"sqlite:///{database}"
    await upgrade(url)
    automatic = await asyncio.to_thread(fill, database, subscriptions)
    moments = random.Random(seed)  # noqa: S311 -- moments to kill at, not secrets
    async with (
        dev_server(SEARCH_ATTRIBUTES, database=folder / "temporal.db") as server,
        Records.open(url) as records,
    ):
        gateway = ProductGateway(server.client, records.deactivations, records.commands)
        done = 0
        for number in range(kills):
            async with worker_process(folder, server.target, url) as worker:
                if number == 0:
                    await gateway.deactivate(OFF_FOR_GOOD)
                done = await _goes_on(gateway, done)
                await asyncio.sleep(moments.uniform(0, MOST_SECONDS_OF_LIFE))
                worker.kill()
        async with worker_process(folder, server.target, url):
            handle = server.client.get_workflow_handle(product_deactivation_id(PRODUCT))
            async with asyncio.timeout(PATIENCE_SECONDS):
                await handle.result()
    return await asyncio.to_thread(_remains, database, kills, automatic)


async def _goes_on(gateway: ProductGateway, done: int) -> int:
    """Wait until more renewals have been cancelled than before. How many are cancelled by then."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (progress := await gateway.progress(PRODUCT)).done <= done:
            if progress.is_over:
                raise RuntimeError("it was over before the last kill; take more subscriptions")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return progress.done


def _remains(database: Path, kills: int, automatic: int) -> Remains:
    with closing(sqlite3.connect(database)) as connection:

        def count(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        cancelled = "SELECT {} FROM care_subscriptions c JOIN licences l ON l.id = c.licence_id WHERE {}"
        of_all = "c.renewal_cancelled_on IS NOT NULL"
        return Remains(
            kills=kills,
            automatic=automatic,
            cancelled=count(cancelled.format("count(*)", of_all)),
            opted_out_touched=count(cancelled.format("count(*)", f"{of_all} AND NOT c.auto_renew")),
            customers_told=count(cancelled.format("count(DISTINCT l.customer_id)", of_all)),
            notices=count("SELECT count(*) FROM notices WHERE about = 'renewals'"),
            pages=count("SELECT sum(pages) FROM renewal_walks"),
            pages_needed=_pages_of(automatic),
        )


def _pages_of(renewals: int) -> int:
    """The pages of an undisturbed cascade: a page ends with its slice, a round with one that is short."""
    pages, seen = 0, 0
    while seen < renewals:
        page = min(PAGE, next_slice_end(seen) - seen)
        seen += page
        pages += 1
    ends_full = seen == renewals
    return pages + int(ends_full) + 1


if __name__ == "__main__":
    main()
