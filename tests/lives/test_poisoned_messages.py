"""Nothing a sender does stops a request or makes it fail, except a start that cannot be read."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.lives.living import LivingRequest
from tests.lives.poison import raw
from tests.lives.world import World
from workflows.names import CARE_REQUEST, TASK_QUEUE, care_request_id

BY_ITS_OWN_FAULT = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE


@pytest.fixture(scope="module")
async def target(world: World) -> LivingRequest:
    """One request that takes all of it."""
    return await world.opens()


async def still_works(request: LivingRequest) -> None:
    """A good command is answered, and no task of the workflow has failed by its own fault."""
    answer = await request.update("ask_customer", question="Which theme?")
    assert answer.state == "in_progress"
    failed = await request.history(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
    causes = [event.workflow_task_failed_event_attributes.cause for event in failed]
    assert BY_ITS_OWN_FAULT not in causes


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([{"a": 1}], id="an object with a field"),
        pytest.param(["text"], id="a text"),
        pytest.param([{}, {}], id="two arguments"),
        pytest.param([raw(b"\xff", b"binary/plain")], id="bytes"),
    ],
)
async def test_opened_carries_nothing(target: LivingRequest, arguments: Sequence[object]) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await target.handle.execute_update("opened", args=arguments)

    cause = refused.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "invalid_message"


async def test_messages_to_a_start_that_cannot_be_read_are_refused_while_it_fails(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    client: Any = world.server.client

    handle = await client.start_workflow(
        CARE_REQUEST,
        {"request_id": 5},
        id=care_request_id(opening.request_id),
        task_queue=TASK_QUEUE,
        start_signal="withdraw",
        start_signal_args=["nonsense"],
    )

    async with asyncio.timeout(60):
        with pytest.raises(WorkflowFailureError):
            await handle.result()


async def test_a_thousand_poisoned_signals_are_counted_and_two_hundred_kept(world: World) -> None:
    request = await world.opens()

    for _ in range(10):
        await asyncio.gather(*(request.handle.signal("fix", "nonsense") for _ in range(100)))

    async with asyncio.timeout(60):
        while sum((journal := await request.journal()).rejections_dropped.values()) < 800:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert len(journal.rejections) == 200
    assert journal.rejections_dropped == {"invalid_message": 800}
    await still_works(request)
