"""How long figures take: records of many requests, counted as `business-care metrics` does."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert, text

from adapters.records.counted import counted
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.request_tables import NOTICES, REQUESTS
from adapters.records.upsert import Row
from business_care.promises import promises_kept
from business_care.request import CareRequestOpening, RequestKind
from business_care.state import AcknowledgementStatus, Outcome, Phase
from business_care.views import AcknowledgementView, CareStateName, RequestView, ResolutionView

BEGIN = datetime(2031, 1, 6, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(days=400)
SELLERS, NOTICES_EACH, AT_A_TIME, TIMES = 200, 6, 1000, 11
WHAT_WAS_WRITTEN = "The menu is empty on phones since the last update. " * 20


def request(number: int) -> RequestView:
    """One of many: two of three are resolved, one of ten was acknowledged too late."""
    opened_at = BEGIN + timedelta(minutes=10 * number)
    closed = number % 3 != 0
    late = number % 10 == 0
    return RequestView(
        request_id=f"R{number}",
        licence_id=f"L{number}",
        product_id=f"P{number % SELLERS}",
        seller_id=f"S{number % SELLERS}",
        customer_id=f"C{number}",
        kind=RequestKind.ANOMALY,
        state=CareStateName.CLOSED if closed else CareStateName.IN_PROGRESS,
        opened_at=opened_at,
        acknowledgement=AcknowledgementView(
            status=AcknowledgementStatus.MET_LATE if late else AcknowledgementStatus.MET,
            acted_at=opened_at + timedelta(hours=1 + number % 70),
        ),
        resolution=ResolutionView(phase=Phase.CLOSED if closed else Phase.IN_PROGRESS),
        outcome=Outcome.RESOLVED if closed else None,
        closed_at=opened_at + timedelta(days=1 + number % 40) if closed else None,
        next_due_at=None if closed else NOW + timedelta(days=7),
        seq=1,
    )


def rows(number: int) -> tuple[Row, Sequence[Row]]:
    """The row of a request, and those of its notices."""
    view = request(number)
    opening = CareRequestOpening(
        request_id=view.request_id,
        licence_id=view.licence_id,
        opened_at=view.opened_at,
        subject=WHAT_WAS_WRITTEN,
    )
    row = {
        "request_id": view.request_id,
        "licence_id": view.licence_id,
        "seller_id": view.seller_id,
        "product_id": view.product_id,
        "workflow_id": f"care-request-{view.request_id}",
        "run_id": "run-1",
        "state": view.state,
        "outcome": view.outcome,
        "breached": False,
        "opened_at": view.opened_at,
        "next_due_at": view.next_due_at,
        "seq": 1,
        "view": view,
        "opening": opening,
        "rejections_dropped": {},
        **counted(view),
    }
    notice: dict[str, object] = {
        "about": "request",
        "subject_id": view.request_id,
        "kind": "request_opened",
        "data": {},
    }
    notice |= {"to_role": "seller", "to_id": view.seller_id, "attempts": 1}
    instants = dict.fromkeys(("at", "created_at", "next_try_at", "delivered_at"), view.opened_at)
    return row, [{**notice, **instants, "key": f"{key}-0-request_opened"} for key in range(NOTICES_EACH)]


async def fill(records: Records, requests: int) -> None:
    """Store them, many at a time."""
    for first in range(0, requests, AT_A_TIME):
        made = [rows(number) for number in range(first, min(first + AT_A_TIME, requests))]
        async with records.database.writing() as connection:
            await connection.execute(insert(REQUESTS), [row for row, _ in made])
            await connection.execute(insert(NOTICES), [notice for _, notices in made for notice in notices])
    async with records.database.writing() as connection:
        await connection.execute(text("ANALYZE"))


async def measured(what: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do it a few times, and print how long the middle and the slowest one took."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        took.append(1000 * (time.perf_counter() - began))
    print(f"{what:32} median {median(took):8.1f} ms   slowest {max(took):8.1f} ms")


async def measure(url: str, requests: int) -> None:
    """Count them all, and report on them."""
    await upgrade(url)
    async with Records.open(url) as records:
        await fill(records, requests)

        async def report(month: str | None) -> None:
            promises_kept(await records.figures.counted(month))

        print(f"{requests} requests, {NOTICES_EACH * requests} notices, {url.partition(':')[0]}")
        await measured("metrics, one scrape", lambda: records.figures.at(NOW))
        await measured("report, one month", lambda: report("2031-03"))
        await measured("report, everything", lambda: report(None))


def main() -> None:
    """Measure on SQLite, or on the database of `--url`, which must be an empty one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--url", help="of an empty database; left out, SQLite in a file that is thrown away")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{Path(folder) / 'records.db'}"
        asyncio.run(measure(url, given.requests))


if __name__ == "__main__":
    main()
