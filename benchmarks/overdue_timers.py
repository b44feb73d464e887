"""Deadlines that fall due while server and worker are down: how late they are kept once both are back."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from adapters.temporal_program import free_port
from benchmarks.falling_due import about_to_fall_due
from benchmarks.open_requests import PATIENCE, Requests
from benchmarks.worker_process import worker_process
from business_care.commands import ClockName
from business_care.state import Outcome
from business_care.views import RequestView
from workflows.names import SEARCH_ATTRIBUTES

MARGIN = timedelta(seconds=5)
LOOK_EVERY_SECONDS = 0.2
"""To look costs the processor of reading every request, which what is measured needs too."""


@dataclass(frozen=True)
class Lateness:
    """Seconds from when server and worker both answered until the records showed it, in order."""

    kept: Sequence[float]
    """Each deadline: that it was missed stands in the records, and no command can win any more."""
    paid: Sequence[float]
    """Each refund that followed: the money has moved, and the request is closed."""


async def overdue_timers(folder: Path, requests: int) -> Lateness:
    """How late deadlines are kept, and refunds paid, that fell due while nothing ran.

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
            falling, due = await about_to_fall_due(
                opening, server.client, requests, lambda took: took + MARGIN
            )
            worker.kill()
            await server.kill()
        if datetime.now(UTC) >= due:
            raise RuntimeError("the deadlines fell due before the kill; this machine needs more time")
        await asyncio.sleep((due - datetime.now(UTC)).total_seconds() + 1)
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=database, port=port) as server,
            worker_process(folder, server.target, url),
        ):
            return await _lateness(opening, {one.request_id: clock for one, clock in falling.items()})


async def _lateness(requests: Requests, clocks: Mapping[str, ClockName]) -> Lateness:
    begun = time.monotonic()
    kept: dict[str, float] = {}
    paid: dict[str, float] = {}
    owed = [request_id for request_id, clock in clocks.items() if clock is ClockName.RESOLUTION]
    async with asyncio.timeout(PATIENCE.total_seconds()):
        while len(kept) < len(clocks) or len(paid) < len(owed):
            passed = time.monotonic() - begun
            for view in await requests.all_recorded():
                if _is_missed(view, clocks[view.request_id]):
                    kept.setdefault(view.request_id, passed)
                if view.outcome is Outcome.REFUNDED:
                    paid.setdefault(view.request_id, passed)
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return Lateness(sorted(kept.values()), sorted(paid.values()))


def _is_missed(view: RequestView, clock: ClockName) -> bool:
    first = view.acknowledgement.breached_at is not None
    return first if clock is ClockName.ACKNOWLEDGEMENT else view.resolution.missed_at is not None
