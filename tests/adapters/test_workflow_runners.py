"""Nothing that a sender gets wrong about arguments stops a workflow (R61)."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RawValue
from temporalio.worker import Replayer, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import RestrictedWorkflowAccessError

from adapters.embedded_server import skipping_server
from adapters.workflow_runners import production_runner, strict_runner, with_one_argument_each
from tests.adapters.raw_argument_workflow import KeepsWhatItHears
from tests.adapters.small_workflows import ReadsTheClock

BYTES = RawValue(Payload(metadata={"encoding": b"binary/plain"}, data=b"\xff\x00"))
BROKEN_JSON = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b'{"command_id": '))
UNKNOWN_ENCODING = RawValue(Payload(metadata={"encoding": b"morse"}, data=b"...---..."))
NO_ENCODING = RawValue(Payload(data=b"bare"))

SENT: list[Any] = [
    pytest.param([], 'json/plain:"0 arguments were sent; one JSON object is expected"', id="none"),
    pytest.param(["a", "b"], 'json/plain:"2 arguments were sent; one JSON object is expected"', id="two"),
    pytest.param([{"a": 1}], 'json/plain:{"a":1}', id="one object"),
    pytest.param([None], "binary/null:", id="null"),
    pytest.param([BYTES], "binary/plain:�\x00", id="bytes"),
    pytest.param([BROKEN_JSON], 'json/plain:{"command_id": ', id="broken JSON"),
    pytest.param([UNKNOWN_ENCODING], "morse:...---...", id="unknown encoding"),
    pytest.param([NO_ENCODING], ":bare", id="no encoding"),
    pytest.param(
        [BYTES, BROKEN_JSON],
        'json/plain:"2 arguments were sent; one JSON object is expected"',
        id="two odd ones",
    ),
]


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    async with skipping_server() as server:
        yield server.client


@pytest.fixture(params=[production_runner, strict_runner], ids=["production", "strict"], scope="module")
async def task_queue(client: Client, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    runner: Callable[[], WorkflowRunner] = request.param
    name = f"runner-{uuid.uuid4()}"
    # No cache: every task replays the workflow from its beginning, as after an eviction.
    async with Worker(
        client,
        task_queue=name,
        workflows=[KeepsWhatItHears],
        workflow_runner=runner(),
        max_cached_workflows=0,
        max_concurrent_workflow_task_polls=1,
    ):
        yield name


async def started(
    client: Client, task_queue: str, arguments: Sequence[object]
) -> WorkflowHandle[Any, list[str]]:
    return await client.start_workflow(
        "KeepsWhatItHears",
        args=arguments,
        id=f"hears-{uuid.uuid4()}",
        task_queue=task_queue,
        result_type=list[str],
        task_timeout=timedelta(seconds=5),
    )


async def what_it_heard(handle: WorkflowHandle[Any, list[str]]) -> list[str]:
    await handle.signal("finish", {})
    return await handle.result()


@pytest.mark.parametrize(("arguments", "heard"), SENT)
async def test_a_start_reaches_the_workflow_as_one_argument(
    client: Client, task_queue: str, arguments: Sequence[object], heard: str
) -> None:
    handle = await started(client, task_queue, arguments)

    assert await what_it_heard(handle) == [f"start {heard}"]


@pytest.mark.parametrize(("arguments", "heard"), SENT)
async def test_a_signal_reaches_its_handler_as_one_argument(
    client: Client, task_queue: str, arguments: Sequence[object], heard: str
) -> None:
    handle = await started(client, task_queue, [{}])

    await handle.signal("note", args=arguments)

    assert await what_it_heard(handle) == ["start json/plain:{}", f"signal {heard}"]


@pytest.mark.parametrize(("arguments", "heard"), SENT)
async def test_an_update_reaches_its_handler_as_one_argument(
    client: Client, task_queue: str, arguments: Sequence[object], heard: str
) -> None:
    handle = await started(client, task_queue, [{}])

    answer = await handle.execute_update("note", args=arguments)

    assert answer == heard
    assert await what_it_heard(handle) == ["start json/plain:{}", f"update {heard}"]


async def test_opened_may_come_without_an_argument(client: Client, task_queue: str) -> None:
    handle = await started(client, task_queue, [{}])

    assert await handle.execute_update("opened") == "json/plain:{}"


async def test_opened_with_two_arguments_is_still_told_so(client: Client, task_queue: str) -> None:
    handle = await started(client, task_queue, [{}])

    answer = await handle.execute_update("opened", args=[1, 2])

    assert answer == 'json/plain:"2 arguments were sent; one JSON object is expected"'


async def test_an_unknown_signal_reaches_the_dynamic_handler_with_one_argument(
    client: Client, task_queue: str
) -> None:
    handle = await started(client, task_queue, [{}])

    await handle.signal("shout", args=[1, 2, 3])

    assert await what_it_heard(handle) == ["start json/plain:{}", "unknown shout 1"]


@pytest.mark.parametrize("runner", [production_runner(), strict_runner()], ids=["production", "strict"])
async def test_a_history_with_wrongly_sent_messages_replays(
    client: Client, task_queue: str, runner: WorkflowRunner
) -> None:
    handle = await started(client, task_queue, [])
    await handle.signal("note")
    await handle.execute_update("note", args=[1, 2])
    await what_it_heard(handle)
    history = await handle.fetch_history()

    replayer = Replayer(workflows=[KeepsWhatItHears], workflow_runner=runner)

    assert (await replayer.replay_workflow(history)).replay_failure is None


async def test_a_workflow_that_reads_the_clock_is_caught_by_the_strict_runner(client: Client) -> None:
    """The control: were it not, replaying under the strict runner would police nothing."""
    queue = f"runner-{uuid.uuid4()}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[ReadsTheClock],
        workflow_runner=strict_runner(),
        workflow_failure_exception_types=[RestrictedWorkflowAccessError],
    ):
        with pytest.raises(WorkflowFailureError) as failure:
            await client.execute_workflow("ReadsTheClock", id=queue, task_queue=queue)

    assert "datetime.datetime.now" in str(failure.value.cause)


def test_an_activation_that_is_in_order_is_handed_on_untouched() -> None:
    activation = WorkflowActivation()
    activation.jobs.add().signal_workflow.input.append(Payload(data=b"x"))
    activation.jobs.add().fire_timer.seq = 1

    assert with_one_argument_each(activation, frozenset()) is activation


def test_rewriting_leaves_the_activation_of_the_worker_alone() -> None:
    activation = WorkflowActivation()
    activation.jobs.add().do_update.name = "note"

    rewritten = with_one_argument_each(activation, frozenset({"note"}))

    assert len(activation.jobs[0].do_update.input) == 0
    assert rewritten.jobs[0].do_update.input[0].data == b"{}"
