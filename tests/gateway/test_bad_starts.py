"""Starts and questions that nobody can answer: refused with their code, and good ones work afterwards."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import WorkflowIdReusePolicy
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import QueryWorkflowRequest, StartWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.words import DeactivationPhase
from business_care.errors import RuleViolation
from business_care.request import CareRequestOpening
from console import given
from gateway.client import CareGateway
from gateway.products import ProductGateway
from tests.gateway.bad_bodies import ARGUMENTS, BODIES, GOOD, SOME_BODIES
from tests.gateway.bad_inputs import AGENT, Bad, padded, payload
from tests.gateway.bad_senders import Target, demand_plain, demand_sound, signal_raw, update_raw
from tests.gateway.bad_starts import OPENINGS, ORDERS, REFUSED_OPENINGS, REFUSED_ORDERS
from tests.gateway.bad_targets import Kind, Targets
from tests.gateway.marketplace import Licence, Marketplace
from tests.gateway.product_callers import an_order, reactivation
from tests.gateway.terminal import Typed
from workflows.names import (
    CARE_REQUEST,
    PRODUCT_DEACTIVATION,
    TASK_QUEUE,
    care_request_id,
    product_deactivation_id,
)

TURNED_AWAY_ABOVE = 512 * 1024
LOCKED = b"binary/encrypted"
"""A start that is locked waits for a worker with the key, and is no bad input."""

ARGUMENTS_OF_A_START = [
    bad for bad in ARGUMENTS if not any(one.metadata["encoding"] == LOCKED for one in bad.arguments or ())
]


def named(bad: Bad) -> str:
    return bad.name.replace(" ", "-")


def body(bad: Bad, good: dict[str, object], **names: str) -> bytes:
    """A good start, except for what is bad about it."""
    if bad.body is not None:
        return bad.body
    said = {name: names.get(str(value).strip("{}"), value) for name, value in bad.said.items()}
    return json.dumps({**good, **said}).encode()


def as_json(opening: CareRequestOpening) -> dict[str, object]:
    return opening.model_dump(mode="json", exclude_none=True)


@pytest.fixture(scope="module")
async def licence(market: Marketplace) -> Licence:
    return await market.licence()


@pytest.fixture(scope="module")
def good(market: Marketplace, licence: Licence) -> CareRequestOpening:
    """A good file: what is opened with it once answers each time as it stands."""
    return market.opening(licence.id, at=datetime.now(UTC) - timedelta(minutes=10))


@pytest.fixture(scope="module")
def targets(market: Marketplace) -> Targets:
    return Targets(market)


async def started_raw(client: Client, kind: str, workflow_id: str, arguments: Sequence[Payload]) -> str:
    """Start a run as the server itself takes it, and have the sentence with which it fails."""
    await client.workflow_service.start_workflow_execution(
        StartWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name=kind),
            task_queue=TaskQueue(name=TASK_QUEUE),
            input=Payloads(payloads=arguments),
            request_id=str(uuid4()),
            workflow_id_reuse_policy=WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
        )
    )
    async with asyncio.timeout(60):
        with pytest.raises(WorkflowFailureError) as failed:
            await client.get_workflow_handle(workflow_id).result()
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "invalid_message"
    demand_plain(cause.message)
    return cause.message


@pytest.mark.parametrize("bad", [*BODIES, *ARGUMENTS_OF_A_START, *OPENINGS], ids=named)
async def test_a_start_that_can_not_be_read_fails_and_the_request_can_be_opened_under_the_same_id(
    market: Marketplace, gateway: CareGateway, licence: Licence, bad: Bad
) -> None:
    opening = market.opening(licence.id)
    workflow_id = care_request_id(opening.request_id)
    arguments = bad.arguments if bad.arguments is not None else [payload(body(bad, as_json(opening)))]

    if bad.size > TURNED_AWAY_ABOVE:
        with pytest.raises(RPCError, match="exceeds"):
            await started_raw(market.server.client, CARE_REQUEST, workflow_id, arguments)
    else:
        said = await started_raw(market.server.client, CARE_REQUEST, workflow_id, arguments)
        assert bad.says in said

    opened = await gateway.open_request(opening)
    assert opened.acknowledge_by is not None


@pytest.mark.parametrize("bad", [*SOME_BODIES, *ARGUMENTS_OF_A_START, *ORDERS], ids=named)
async def test_an_order_that_can_not_be_read_fails_and_the_product_can_be_switched_off_and_on(
    market: Marketplace, products: ProductGateway, bad: Bad
) -> None:
    product = await market.product()
    workflow_id = product_deactivation_id(product.id)
    order = an_order(product, command_id=product.order_id)
    good = order.model_dump(mode="json", exclude_none=True)
    arguments = bad.arguments if bad.arguments is not None else [payload(body(bad, good))]

    if bad.size > TURNED_AWAY_ABOVE:
        with pytest.raises(RPCError, match="exceeds"):
            await started_raw(market.server.client, PRODUCT_DEACTIVATION, workflow_id, arguments)
    else:
        said = await started_raw(market.server.client, PRODUCT_DEACTIVATION, workflow_id, arguments)
        assert bad.says in said

    await products.deactivate(order)
    answer = await products.send(product.id, reactivation(product.seller))
    assert answer.state is DeactivationPhase.REACTIVATING


@pytest.mark.parametrize("bad", [*BODIES, *OPENINGS, *REFUSED_OPENINGS], ids=named)
async def test_a_file_that_opens_no_request_is_refused_in_one_line_and_a_good_one_opens_it(
    market: Marketplace, gateway: CareGateway, good: CareRequestOpening, typed: Typed, bad: Bad
) -> None:
    known = market.opening(good.licence_id, at=good.opened_at)
    if bad.code == "request_id_reused":
        await gateway.open_request(known.model_copy(update={"subject": "Something else"}))

    ended = await typed("open", "-", given=body(bad, as_json(good), known=known.request_id))

    assert (ended.code, ended.out, ended.err.count("\n")) == (
        2 if bad.code == "invalid_message" else 1,
        "",
        1,
    )
    assert ended.err.startswith(f"{bad.code}: ")
    assert bad.says in ended.err
    demand_plain(ended.err)
    assert (await gateway.open_request(good)).acknowledge_by is not None


@pytest.mark.parametrize("bad", REFUSED_OPENINGS, ids=named)
async def test_our_client_refuses_what_can_be_read_and_must_not_be_opened(
    market: Marketplace, gateway: CareGateway, licence: Licence, bad: Bad
) -> None:
    known, opening = market.opening(licence.id), market.opening(licence.id)
    if bad.code == "request_id_reused":
        await gateway.open_request(known.model_copy(update={"subject": "Something else"}))
    refused = CareRequestOpening.model_validate_json(body(bad, as_json(opening), known=known.request_id))

    with pytest.raises(RuleViolation) as violation:
        await gateway.open_request(refused)

    assert violation.value.code == bad.code
    assert bad.says in violation.value.message
    assert (await gateway.open_request(opening)).acknowledge_by is not None


@pytest.mark.parametrize("sender", ["typed", "client"])
@pytest.mark.parametrize("bad", REFUSED_ORDERS, ids=named)
async def test_an_order_that_a_rule_refuses_changes_nothing_and_a_good_one_is_taken(
    market: Marketplace, products: ProductGateway, typed: Typed, sender: str, bad: Bad
) -> None:
    product = await market.product()
    by = given.actor(str(bad.by)) if bad.by != AGENT else product.seller
    order = Deactivate.model_validate_json(
        body(bad, an_order(product, by=by).model_dump(mode="json", exclude_none=True))
    )

    if sender == "typed":
        ended = await typed(*_words(order))
        assert (ended.code, ended.out) == (1, "")
        code, _, said = ended.err.splitlines()[-1].partition(": ")
    else:
        with pytest.raises(RuleViolation) as refused:
            await products.deactivate(order)
        code, said = refused.value.code, refused.value.message

    assert code == bad.code
    assert bad.says in said
    demand_plain(said)
    answer = await products.deactivate(an_order(product, command_id=product.order_id))
    assert answer.duplicate is False


def _words(order: Deactivate) -> Sequence[str]:
    words = ["deactivate", order.product_id, f"--{order.kind}", "--by", f"{order.by.role}:{order.by.id}"]
    words += ["--at", order.occurred_at.isoformat()] if order.occurred_at else []
    return words + (["--until", order.until.isoformat()] if order.until else [])


ASKED = (
    Bad("an unknown name", "'everything' expected but not found", message="everything", arguments=()),
    Bad("a hostile name", "expected but not found", message="\x1b[2J\u202e<script>", arguments=()),
    Bad("a name of the inside", "expected but not found", message="__init__", arguments=()),
    Bad("a command", "'fix' expected but not found", message="fix", arguments=(GOOD,)),
    Bad("no JSON", "Failed decoding arguments", message="status", arguments=(payload(b"{"),)),
    Bad("no encoding", "Failed decoding arguments", message="journal", arguments=(payload(b"x", b"morse"),)),
)
SAID_TOO_MUCH = (
    Bad("an argument", "", arguments=(GOOD,)),
    Bad("two arguments", "", arguments=(GOOD, GOOD)),
    Bad("bytes", "", arguments=(payload(b"\xff", b"binary/plain"),)),
    Bad("440 KB", "", arguments=(payload(padded(440 * 1024)),)),
)


async def asked_raw(client: Client, target: Target, name: str, arguments: Sequence[Payload]) -> bytes:
    """Ask a run as the server itself takes it; the answer as it comes."""
    answered = await client.workflow_service.query_workflow(
        QueryWorkflowRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=target.run.id),
            query=WorkflowQuery(query_type=name, query_args=Payloads(payloads=arguments)),
        )
    )
    return answered.query_result.payloads[0].data


@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.OFF_SALE])
@pytest.mark.parametrize("bad", ASKED, ids=named)
async def test_a_question_that_nobody_understands_is_not_answered_and_the_next_command_is_taken(
    market: Marketplace, targets: Targets, kind: Kind, bad: Bad
) -> None:
    client, target = market.server.client, await targets.of(kind, "asked")

    with pytest.raises(RPCError) as unanswered:
        await asked_raw(client, target, bad.message, bad.arguments or ())

    assert bad.says in unanswered.value.message
    assert "Traceback" not in unanswered.value.message
    assert await update_raw(client, target, target.good) is None
    await demand_sound(client, target)


@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.OFF_SALE])
@pytest.mark.parametrize("bad", SAID_TOO_MUCH, ids=named)
async def test_a_question_that_says_something_is_answered_as_if_it_said_nothing(
    market: Marketplace, targets: Targets, kind: Kind, bad: Bad
) -> None:
    client, target = market.server.client, await targets.of(kind, "asked")

    answer = await asked_raw(client, target, "status", bad.arguments or ())

    assert json.loads(answer)["state"] in ("in_progress", "offline")
    assert await update_raw(client, target, target.good) is None
    await demand_sound(client, target)


@pytest.mark.parametrize("size", [600_000, 3_000_000])
async def test_a_question_too_large_is_turned_away_by_the_server(
    market: Marketplace, targets: Targets, size: int
) -> None:
    client, target = market.server.client, await targets.of(Kind.OPEN, "asked")

    with pytest.raises(RPCError, match="exceeds"):
        await asked_raw(client, target, "status", [payload(padded(size))])

    assert await update_raw(client, target, target.good) is None


NAMES = (
    "fiks",
    "FIX",
    "a name with spaces",
    "x" * 500,
    "__temporal_secret",
    "__init__",
    "fix\nfix",
    "\u202efix",
)


@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.OFF_SALE])
@pytest.mark.parametrize("name", NAMES)
async def test_a_message_of_another_name_is_refused_and_the_next_command_is_taken(
    market: Marketplace, targets: Targets, kind: Kind, name: str
) -> None:
    client, target = market.server.client, await targets.of(kind, "asked")
    bad = Bad("another name", "", message=name, arguments=(GOOD,))

    failure = await update_raw(client, target, bad)
    await signal_raw(client, target, bad)

    assert failure is not None
    assert failure.application_failure_info.type == "invalid_message"
    assert " is no message; allowed: " in failure.message
    demand_plain(failure.message)
    assert await update_raw(client, target, target.good) is None
    await demand_sound(client, target)
