"""Deadlines that fall due while server and worker are down: how late they are kept once both are back."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from temporalio.client import Client

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from adapters.temporal_program import free_port
from benchmarks.open_requests import AT_A_TIME, LOOK_EVERY_SECONDS, PATIENCE, Opened, Requests
from benchmarks.worker_process import worker_process
from business_care.commands import ClockName
from business_care.state import Outcome
from business_care.views import RequestView
from workflows.names import SEARCH_ATTRIBUTES

MARGIN = timedelta(seconds=5)


async def overdue_timers(folder: Path, requests: int) -> Sequence[float]:
    """How many seconds after both answered the records showed each breach and each refund, in order.

    One half of the requests misses the first deadline, the other half the second. `folder` is empty.
    """
    url = f"sqlite:///{folder / 'records.db'}"
    database, port = folder / "temporal.db", free_port()
    await Requests.prepared(url, requests)
    async with Records.open(url) as records:
        opening = Requests(records)
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=database, port=port) as server,
            worker_process(folder, server.target, url) as worker,
        ):
            clocks, due = await _about_to_fall_due(opening, server.client, requests)
            worker.kill()
            await server.kill()
        if datetime.now(UTC) >= due:
            raise RuntimeError("the deadlines fell due before the kill; this machine needs more time")
        await asyncio.sleep((due - datetime.now(UTC)).total_seconds() + 1)
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=database, port=port) as server,
            worker_process(folder, server.target, url),
        ):
            return await _lateness(opening, clocks)


async def _about_to_fall_due(
    requests: Requests, client: Client, wanted: int
) -> tuple[Mapping[str, ClockName], datetime]:
    """Which deadline of each request falls due, and when: all at the same instant, soon."""
    a_few = asyncio.Semaphore(AT_A_TIME)

    async def opened_one() -> Opened:
        async with a_few:
            return await requests.open(client)

    async def move(opened: Opened, clock: ClockName, due: datetime) -> None:
        async with a_few:
            await requests.move_deadline(client, opened, clock, due)

    begun = datetime.now(UTC)
    opened = await asyncio.gather(*(opened_one() for _ in range(wanted)))
    # To open one takes longer than to move one of its deadlines, on the same machine in the same minute.
    due = datetime.now(UTC) + (datetime.now(UTC) - begun) + MARGIN
    clocks = list(zip(opened, cycle(ClockName), strict=False))
    await asyncio.gather(*(move(one, clock, due) for one, clock in clocks))
    return {one.request_id: clock for one, clock in clocks}, due


async def _lateness(requests: Requests, clocks: Mapping[str, ClockName]) -> Sequence[float]:
    begun = time.monotonic()
    seen: dict[str, float] = {}
    async with asyncio.timeout(PATIENCE.total_seconds()):
        while len(seen) < len(clocks):
            for view in await requests.all_recorded():
                if _is_kept(view, clocks[view.request_id]):
                    seen.setdefault(view.request_id, time.monotonic() - begun)
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return sorted(seen.values())


def _is_kept(view: RequestView, clock: ClockName) -> bool:
    """The breach is recorded where the first deadline was missed, the money is back where the second was."""
    if clock is ClockName.ACKNOWLEDGEMENT:
        return view.acknowledgement.breached_at is not None
    return view.outcome is Outcome.REFUNDED
