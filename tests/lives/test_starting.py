"""A request is started once, whoever starts it and however often."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from business_care.request import CareRequestOpening
from business_care.views import CommandAnswer, OpenedAnswer, RequestView
from tests.lives.living import LivingRequest
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, MONDAY, RESOLVE_BY, World
from workflows.names import CARE_REQUEST, TASK_QUEUE, care_request_id


def raw_start(opening: CareRequestOpening) -> WithStartWorkflowOperation[Any, RequestView]:
    """What a program in any language may send, with nothing of ours but the names."""
    return WithStartWorkflowOperation(
        CARE_REQUEST,
        opening.model_dump(mode="json"),
        id=care_request_id(opening.request_id),
        task_queue=TASK_QUEUE,
        result_type=RequestView,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def opened(client: Client, opening: CareRequestOpening) -> OpenedAnswer:
    answer: OpenedAnswer = await client.execute_update_with_start_workflow(
        "opened", start_workflow_operation=raw_start(opening), result_type=OpenedAnswer
    )
    return answer


async def test_update_with_start_returns_both_deadlines_in_one_round_trip(world: World) -> None:
    opening = world.opening(await world.licence())

    answer = await opened(world.server.client, opening)

    assert (answer.acknowledge_by, answer.resolve_by) == (ACKNOWLEDGE_BY, RESOLVE_BY)


async def test_opened_again_answers_as_the_request_stands(world: World) -> None:
    opening = world.opening(await world.licence())
    first = await opened(world.server.client, opening)

    assert await opened(world.server.client, opening) == first


async def test_opened_answers_a_request_that_ended_at_once_with_its_outcome(world: World) -> None:
    opening = world.opening(await world.licence(), at=MONDAY - timedelta(days=150))

    answer = await opened(world.server.client, opening)

    assert (answer.outcome, answer.acknowledge_by) == ("not_entitled", None)


async def test_signal_with_start_opens_the_request_and_takes_the_command(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    said = LivingRequest(world.server, world.records, handle_of(world, opening), opening, licence).body(
        "withdraw", reason="Changed my mind"
    )

    handle = await world.server.client.start_workflow(
        CARE_REQUEST,
        opening.model_dump(mode="json"),
        id=care_request_id(opening.request_id),
        task_queue=TASK_QUEUE,
        result_type=RequestView,
        start_signal="withdraw",
        start_signal_args=[said],
    )

    async with asyncio.timeout(60):
        assert (await handle.result()).outcome == "withdrawn"


async def test_a_command_in_the_very_first_task_is_kept(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    request = LivingRequest(world.server, world.records, handle_of(world, opening), opening, licence)

    answer = await world.server.client.execute_update_with_start_workflow(
        "ask_customer",
        request.body("ask_customer", question="Which theme?"),
        start_workflow_operation=raw_start(opening),
        result_type=CommandAnswer,
    )

    assert answer.acknowledgement == "met"
    assert await request.events() == ["opened", "ask_customer"]
    assert (await request.view()).resolution.waiting_for_customer


def handle_of(world: World, opening: CareRequestOpening) -> WorkflowHandle[Any, RequestView]:
    return world.server.client.get_workflow_handle(
        care_request_id(opening.request_id), result_type=RequestView
    )


async def test_a_second_start_while_the_request_is_open_joins_it(world: World) -> None:
    licence = await world.licence()
    first = await world.opens_on(licence)

    second = await world.starts_as(first.opening, licence)

    assert second.handle.first_execution_run_id == first.handle.first_execution_run_id


async def test_a_second_start_after_the_end_is_refused_by_the_server(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("withdraw", reason="Changed my mind")
    await request.ends()

    with pytest.raises(WorkflowAlreadyStartedError):
        await world.starts_as(request.opening, licence)


async def test_a_start_that_the_server_lets_through_returns_the_recorded_outcome_and_pays_nothing(
    world: World,
) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("order_refund", reason="Promised on the phone")
    ended = await request.ends()

    again = await world.starts_as(request.opening, licence, reuse=WorkflowIDReusePolicy.ALLOW_DUPLICATE)

    assert await again.ends() == ended
    sent = await world.refund_of(licence)
    assert sent is not None
    assert sent.attempts == 1
    assert await again.timers() == []


async def test_a_command_to_a_run_that_found_its_request_closed_is_refused(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("withdraw", reason="Changed my mind")
    ended = await request.ends()

    again = await world.starts_as(
        request.opening, licence, reuse=WorkflowIDReusePolicy.ALLOW_DUPLICATE, delay=timedelta(seconds=2)
    )
    await again.signal("acknowledge", message="We are on it")

    assert await again.ends() == ended
    assert [rejection.code for rejection in (await again.journal()).rejections] == ["request_closed"]
    kept = await world.records.directory.view(request.id)
    assert kept == ended


async def test_a_run_terminated_by_hand_can_be_started_again(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.acknowledge()
    await request.handle.terminate("by hand")

    again = await world.starts(licence, request.opening)
    await again.reaches(MONDAY + A_MOMENT)

    assert (await again.view()).acknowledgement.due == ACKNOWLEDGE_BY


async def test_a_bare_cancellation_is_refused_and_kept_in_the_journal(world: World) -> None:
    request = await world.opens()

    await request.handle.cancel()

    await request.until_rejected(1)
    (rejection,) = (await request.journal()).rejections
    assert (rejection.message, rejection.code) == ("cancel", "invalid_message")
    await request.acknowledge()
    assert (await request.view()).state == "in_progress"


async def test_a_cancellation_in_the_very_first_task_is_refused_too(world: World) -> None:
    licence = await world.licence()
    request = await world.starts(licence)

    await request.handle.cancel()
    await request.reaches(MONDAY + A_MOMENT)

    await request.until_rejected(1)
    await request.acknowledge()
    assert (await request.view()).state == "in_progress"


async def test_a_cancellation_does_not_call_off_a_refund_under_way(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    world.outages.begin(f"care of {licence.id}", calls=4)
    await request.update("order_refund", reason="Promised on the phone")
    await request.until_tried_again()

    await request.handle.cancel()
    await request.reaches(MONDAY + timedelta(minutes=5))

    assert (await request.ends()).outcome == "refunded"


async def test_the_longest_request_id_that_is_allowed_leads_a_whole_life(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence).model_copy(update={"request_id": "r" * 128})

    request = await world.opens_on(licence, opening)
    await request.update("withdraw", reason="Changed my mind")

    assert (await request.ends()).outcome == "withdrawn"
