"""What could not be counted quickly comes in when it likes, a deadline's own instant too."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.worker import Worker

from console.assembly import steps
from tests.lives.catalogue import Bought
from tests.lives.living import PATIENCE_SECONDS, LivingRequest
from tests.lives.world import World
from workflows.names import TASK_QUEUE

SOON = timedelta(seconds=6)


async def until_happened(request: LivingRequest, *kinds: EventType.ValueType) -> None:
    """Wait until the server has written all of that into the request's history."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not all([await request.history(kind) for kind in kinds]):  # noqa: ASYNC110 -- nothing tells us
            await asyncio.sleep(0.1)


async def test_a_slow_count_that_comes_in_with_a_deadline_overwrites_nothing_of_it(tmp_path: Path) -> None:
    async with World.begun(tmp_path) as world:
        licence = await world.licence(Bought(country="IT", timezone="Europe/Rome", care_from="2020-01-01"))
        opening = world.opening(licence, at=datetime.now(UTC) - timedelta(minutes=1))
        async with world.working():
            request = await world.starts_as(opening, licence)
            await request.until_state("awaiting_acknowledgement")
            far = datetime.now(UTC) + timedelta(days=30)
            world.outages.begin("calendar of IT", calls=10_000)
            await request.update("correct_deadline", clock="resolution", due=far, reason="Easter")
            await request.until_tried_again()
            soon = datetime.now(UTC) + SOON
            await request.update("correct_deadline", clock="acknowledgement", due=soon, reason="Promised")
        world.outages.end("calendar of IT")
        # Nobody works on requests now: the answer of the step and the deadline wait for the same task.
        async with Worker(
            world.server.client,
            task_queue=TASK_QUEUE,
            activities=steps(world.server.client, world.parties, 12),
        ):
            await until_happened(
                request, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, EventType.EVENT_TYPE_TIMER_FIRED
            )
        async with world.working():
            view = await request.until(lambda view: view.breached)
            journal = await request.journal()

    assert view.acknowledgement.status == "breached"
    names = [event.name for event in journal.events]
    assert names.count("acknowledgement_missed") == 1
    assert [event.seq for event in journal.events] == list(range(1, len(names) + 1))
