"""Requests whose messages are locked: with keys that change, with none, and with keys that are missing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecutionStatus
from temporalio.common import RawValue

from adapters.encryption.codec import ENCODING, KEY_ID
from adapters.encryption.uses import KeyUse
from business_care.errors import ErrorCode, RuleViolation
from business_care.request import CareRequestOpening
from business_care.state import AcknowledgementStatus
from business_care.views import CareStateName
from gateway.failures import AnswerLocked
from gateway.raw_command import RawCommand
from tests.privacy.locked import K1, K2, KEPT, Locked, acknowledge, payloads_in, question
from workflows.names import CARE_REQUEST, TASK_QUEUE, care_request_id

NO_KEY = ""
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Locked]:
    async with Locked.begun(tmp_path_factory.mktemp("locked")) as begun:
        yield begun


async def history(market: Locked, opening: CareRequestOpening) -> list[HistoryEvent]:
    handle = market.server.client.get_workflow_handle(care_request_id(opening.request_id))
    return [event async for event in handle.fetch_history_events()]


async def until_failed_task(market: Locked, opening: CareRequestOpening) -> list[HistoryEvent]:
    """The history once a task of the request has failed."""
    events: list[HistoryEvent] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in [event.event_type for event in events]:
            await asyncio.sleep(0.1)
            events = await history(market, opening)
    return events


async def until_rejected(market: Locked, keys: str, opening: CareRequestOpening) -> list[str]:
    codes: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not codes:
            journal = await market.gateway(keys).journal(opening.request_id)
            codes = [rejection.code for rejection in journal.rejections]
    return codes


async def test_every_payload_of_a_request_is_locked_but_what_is_searched(market: Locked) -> None:
    opening = await market.opening(subject="Menu empty", shop_url="https://shop.example")
    async with market.working(K1):
        await market.gateway(K1).open_request(opening)
        await market.gateway(K1).send(opening.request_id, acknowledge(opening))
        await market.gateway(K1).send_as_signal(opening.request_id, RawCommand.of(question(opening)))
        await market.gateway(K1).send(opening.request_id, acknowledge(opening))

    found = [pair for event in await history(market, opening) for pair in payloads_in(event)]
    in_clear = {path for path, payload in found if payload.metadata["encoding"] != ENCODING}
    locked = [payload for _, payload in found if payload.metadata["encoding"] == ENCODING]
    assert {path for path in in_clear if "search_attributes.indexed_fields" not in path} == {
        # What the SDK itself keeps of a step: its number, its name, when it ran.
        "marker_recorded_event_attributes.details.data.payloads"
    }
    assert len(locked) > 10
    assert {payload.metadata[KEY_ID] for payload in locked} == {b"k1"}
    assert len({payload.data[:12] for payload in locked}) == len({payload.data for payload in locked})
    assert KeyUse("k1", care_request_id(opening.request_id)) in market.uses.take_new()


async def test_a_key_that_locked_a_later_message_is_noted_for_a_request_that_is_remembered(
    market: Locked,
) -> None:
    opening = await market.opening()
    async with market.working(f"{K2},{K1}", KEPT):
        await market.gateway(f"{K2},{K1}").open_request(opening)
        await market.gateway(f"{K1},{K2}").send(opening.request_id, acknowledge(opening))

    noted = market.uses.take_new()
    workflow_id = care_request_id(opening.request_id)
    assert {use.key_id for use in noted if use.workflow_id == workflow_id} == {"k1", "k2"}


async def test_requests_go_on_when_keys_come_and_change(market: Locked) -> None:
    opening = await market.opening()
    async with market.working(NO_KEY):
        await market.gateway(NO_KEY).open_request(opening)
    async with market.working(K1):
        in_clear = await market.gateway(f"plain,{K1}").send(opening.request_id, acknowledge(opening))
    async with market.working(f"{K2},{K1}"):
        rotated = await market.gateway(f"{K2},{K1}").send(opening.request_id, question(opening))
        again = await market.gateway(f"{K1},{K2}").send(opening.request_id, acknowledge(opening))

    assert in_clear.acknowledgement is AcknowledgementStatus.MET
    assert rotated.state is CareStateName.IN_PROGRESS
    assert again.duplicate


async def test_a_locked_signal_without_a_key_is_refused_for_good(market: Locked) -> None:
    opening = await market.opening()
    async with market.working(K1):
        await market.gateway(K1).open_request(opening)
        await market.gateway(K2).send_as_signal(opening.request_id, RawCommand.of(acknowledge(opening)))
        refused = await until_rejected(market, K1, opening)
        answer = await market.gateway(K1).send(opening.request_id, question(opening))
    async with market.working(f"{K1},{K2}"):
        with_its_key = await market.gateway(K1).journal(opening.request_id)
        further = await market.gateway(K1).send(opening.request_id, question(opening))

    assert refused == [ErrorCode.INVALID_MESSAGE]
    assert answer.state is CareStateName.IN_PROGRESS
    assert [rejection.code for rejection in with_its_key.rejections] == refused
    assert further.duplicate


async def test_a_signal_that_was_tampered_with_is_refused(market: Locked) -> None:
    opening = await market.opening()
    forged = Payload(metadata={"encoding": ENCODING, KEY_ID: b"k1"}, data=b"x" * 64)
    handle = market.server.client.get_workflow_handle(care_request_id(opening.request_id))
    async with market.working(K1):
        await market.gateway(K1).open_request(opening)
        await handle.signal("acknowledge", RawValue(forged))
        refused = await until_rejected(market, K1, opening)
        answer = await market.gateway(K1).send(opening.request_id, acknowledge(opening))

    assert refused == [ErrorCode.INVALID_MESSAGE]
    assert answer.acknowledgement is AcknowledgementStatus.MET


async def test_a_locked_update_without_a_key_is_refused_and_leaves_nothing(market: Locked) -> None:
    opening = await market.opening()
    async with market.working(K1):
        await market.gateway(K1).open_request(opening)
        with pytest.raises(RuleViolation) as refused:
            await market.gateway(f"{K2},{K1}").send(opening.request_id, acknowledge(opening))
        journal = await market.gateway(K1).journal(opening.request_id)

    assert refused.value.code == ErrorCode.INVALID_MESSAGE
    assert journal.rejections == ()


async def test_a_worker_without_the_key_decides_nothing_and_leaves_it_to_one_that_has_it(
    market: Locked,
) -> None:
    """One request whose start is locked, and one in which a locked signal was read once."""
    new, known = await market.opening(), await market.opening()
    async with market.working(f"plain,{K1}"):
        await market.gateway(NO_KEY).open_request(known)
        await market.gateway(K1).send_as_signal(known.request_id, RawCommand.of(acknowledge(known)))
        await market.gateway(NO_KEY).send(known.request_id, question(known))
    before = len(await history(market, known))
    start = await market.client(K1).start_workflow(
        CARE_REQUEST, new, id=care_request_id(new.request_id), task_queue=TASK_QUEUE
    )
    async with market.working(NO_KEY):
        await market.gateway(NO_KEY).send_as_signal(known.request_id, RawCommand.of(question(known)))
        _, of_known = await asyncio.gather(until_failed_task(market, new), until_failed_task(market, known))
        waiting = (await start.describe()).status
    gateway = market.gateway(K1, PATIENCE_SECONDS)
    async with market.working(K1):
        answer, again = await asyncio.gather(
            gateway.send(new.request_id, acknowledge(new)), gateway.send(known.request_id, question(known))
        )
        view = await gateway.status(known.request_id)

    decided = {EventType.EVENT_TYPE_MARKER_RECORDED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED}
    assert waiting is WorkflowExecutionStatus.RUNNING
    assert not decided & {event.event_type for event in of_known[before:]}
    assert answer.acknowledgement is AcknowledgementStatus.MET
    assert again.duplicate
    assert view.acknowledgement.status is AcknowledgementStatus.MET


async def test_a_caller_without_the_key_is_told_so(market: Locked) -> None:
    opening = await market.opening()
    async with market.working(K1):
        await market.gateway(K1).open_request(opening)

        with pytest.raises(AnswerLocked, match="locked with an encryption key that is not here"):
            await market.gateway(NO_KEY).send(opening.request_id, acknowledge(opening))
        again = await market.gateway(K1).send(opening.request_id, acknowledge(opening))

    assert again.duplicate
