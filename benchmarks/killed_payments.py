"""Workers that are killed in the middle of a payment: how soon the money is settled once one runs again."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from benchmarks.halting_worker import Halt
from benchmarks.open_requests import LOOK_EVERY_SECONDS, Opened, Requests
from benchmarks.worker_process import worker_process
from business_care.state import Outcome
from business_care.views import RequestView
from workflows.names import SEARCH_ATTRIBUTES

MOST_SECONDS_OF_LIFE = 10.0
"""A worker is killed at any moment up to this long after its payment has stopped."""
PAYMENT_SECONDS = 60


@dataclass(frozen=True)
class Settled:
    """What came of a payment whose worker was killed; seconds from the start of the next worker's process."""

    halted: Halt
    seconds: float
    times_paid: int


async def killed_payments(
    folder: Path, kills: int, seed: int, most_seconds_of_life: float = MOST_SECONDS_OF_LIFE
) -> Sequence[Settled]:
    """Kill a worker so often, in the middle of a payment each time. `folder` is empty."""
    url = f"sqlite:///{folder / 'records.db'}"
    await Requests.prepared(url, kills)
    moments = random.Random(seed)  # noqa: S311 -- moments to kill at, not secrets
    settled: list[Settled] = []
    async with (
        dev_server(SEARCH_ATTRIBUTES, database=folder / "temporal.db") as server,
        Records.open(url) as records,
    ):
        requests = Requests(records)
        for number in range(kills):
            halt = list(Halt)[number % len(Halt)]
            marker = folder / f"halted-{number}"
            program = ("benchmarks.halting_worker", halt, str(marker))
            async with worker_process(folder, server.target, url, program=program) as worker:
                opened = await _in_the_middle(requests, server.client, marker)
                await asyncio.sleep(moments.uniform(0, most_seconds_of_life))
                worker.kill()
            begun = time.monotonic()
            async with worker_process(folder, server.target, url):
                await requests.recorded(opened.request_id, _is_refunded)
                seconds = time.monotonic() - begun
            settled.append(Settled(halt, seconds, await requests.refunds_of(opened)))
    return settled


async def _in_the_middle(requests: Requests, client: Client, marker: Path) -> Opened:
    """A request whose payment has stopped."""
    opened = await requests.open(client)
    await requests.order_refund(client, opened)
    async with asyncio.timeout(PAYMENT_SECONDS):
        while not await asyncio.to_thread(marker.exists):  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return opened


def _is_refunded(view: RequestView) -> bool:
    return view.outcome is Outcome.REFUNDED
