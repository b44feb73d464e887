"""Traces: a start, what the workflow does and its steps arrive at a collector, and nobody's words."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from adapters.settings import SettingsRefused
from adapters.traced import traced
from adapters.tracing import tracing_to
from adapters.wanted_extras import need_extra
from adapters.workflow_runners import production_runner
from console.assembly import WORKFLOWS
from tests.observability.collector import Collector
from tests.observability.watched import SUBJECT, WORDS, Watched
from tests.replay.test_replay import NAMES, recorded

SECRET = "Madame Curie was here"


@dataclass(frozen=True)
class Lived:
    """What the collector heard of some lives, and the histories of these."""

    collector: Collector
    resolved: str
    histories: tuple[Any, ...]


@pytest.fixture(scope="session")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    """A request that was resolved, one whose provider failed and then paid, one with strange messages."""
    async with Collector.listening() as collector:
        with ExitStack() as tracing:
            interceptor = tracing.enter_context(tracing_to(collector.address))
            async with Watched.begun(tmp_path_factory.mktemp("traced"), [interceptor]) as watched:
                resolved, refunded = await watched.resolved(), await watched.refunded(pays=["error"])
                strange = await with_strange_messages(watched)
                runs = [watched.market.run(request_id) for request_id in (resolved, refunded, strange)]
                histories = tuple([await run.fetch_history() for run in runs])
            # The last spans are sent now: in a thread, since the collector that answers is in this loop.
            await asyncio.to_thread(tracing.close)
        yield Lived(collector, resolved, histories)


async def with_strange_messages(watched: Watched) -> str:
    """A request that is sent headers which nobody can read, and a message whose name is a sentence."""
    _, request_id = await watched.opened()
    for header in STRANGE_HEADERS:
        stranger = await Client.connect(
            watched.market.server.target,
            interceptors=[Sending(header)],
            data_converter=pydantic_data_converter,
        )
        handle = stranger.get_workflow_handle(f"care-request-{request_id}")
        await handle.signal("acknowledge", {})
        await handle.signal(SECRET, {})
    assert (await watched.gateway.status(request_id)).seq > 0
    return request_id


def json_header(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=text.encode())


STRANGE_HEADERS = (
    json_header("not JSON"),
    json_header("[1, 2]"),
    json_header('{"traceparent": 7, "tracestate": {"a": 1}}'),
    json_header(f'{{"traceparent": "{SECRET}", "baggage": "who={SECRET}"}}'),
    json_header('{"traceparent": "00-' + "a" * 32 + "-" + "b" * 16 + '-01", "tracestate": "=,=,,=\\u0000"}'),
    Payload(metadata={"encoding": b"unheard/of"}, data=b"\x00"),
    Payload(),
)


class Sending(Interceptor):
    """Sends signals with a header of trace data that no tracing wrote."""

    def __init__(self, header: Payload) -> None:
        self.header = header

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 -- the SDK's name
        header = self.header

        class Strange(OutboundInterceptor):
            async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002 -- the SDK's name
                input.headers = {"_tracer-data": header}
                await super().signal_workflow(input)

        return Strange(next)


async def test_a_start_what_the_workflow_does_and_its_steps_are_one_trace(lived: Lived) -> None:
    starts = lived.collector.named("StartUpdateWithStartWorkflow:CareRequest")
    (start,) = [span for span in starts if is_of(span, lived.resolved)]
    trace = [span for span in lived.collector.spans if span.trace_id == start.trace_id]

    assert {
        "RunWorkflow:CareRequest",
        "HandleUpdate:opened",
        "RunActivity:look_up",
        "RunActivity:store",
    } <= {span.name for span in trace}


def is_of(span: Span, request_id: str) -> bool:
    ids = {attribute.value.string_value for attribute in span.attributes}
    return f"care-request-{request_id}" in ids


async def test_a_payment_that_failed_once_is_seen_as_two_attempts_of_which_one_failed(lived: Lived) -> None:
    attempts = lived.collector.named("RunActivity:pay_back")

    assert len(attempts) == 2


async def test_nothing_that_people_wrote_is_sent_to_the_collector(lived: Lived) -> None:
    wire = b"".join(lived.collector.bodies)

    assert b"care-request-" in wire
    assert [words for words in (SUBJECT, WORDS, SECRET) if words.encode() in wire] == []


async def test_no_words_of_a_failure_are_sent_to_the_collector(lived: Lived) -> None:
    assert [span.name for span in lived.collector.spans if span.events or span.status.message] == []


async def test_a_message_whose_name_is_a_sentence_is_seen_without_it(lived: Lived) -> None:
    assert lived.collector.named("HandleSignal:<other>")


async def test_headers_that_nobody_can_read_stop_no_request(lived: Lived) -> None:
    failed = [
        event
        for history in lived.histories
        for event in history.events
        if event.HasField("workflow_task_failed_event_attributes")
    ]

    assert failed == []


async def test_a_life_that_was_traced_goes_on_without_tracing(lived: Lived) -> None:
    replayer = Replayer(
        workflows=list(WORKFLOWS), workflow_runner=production_runner(), data_converter=pydantic_data_converter
    )

    for history in lived.histories:
        await replayer.replay_workflow(history)


@pytest.mark.parametrize("name", NAMES)
async def test_a_life_that_was_not_traced_goes_on_with_tracing(name: str) -> None:
    with tracing_to("http://127.0.0.1:9/v1/traces") as interceptor:
        replayer = Replayer(
            workflows=list(WORKFLOWS),
            workflow_runner=production_runner(),
            data_converter=pydantic_data_converter,
            interceptors=[interceptor],
        )

        await replayer.replay_workflow(recorded(name))


def test_without_an_endpoint_nothing_is_loaded_for_it() -> None:
    loaded = "[name in sys.modules for name in ('opentelemetry', 'prometheus_client')]"
    program = f"import sys, worker, starter; print(*{loaded})"

    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert told.stdout == "False False\n"


def test_without_an_endpoint_nothing_is_intercepted() -> None:
    with traced(None) as interceptors:
        assert interceptors == ()


def test_a_library_that_is_missing_is_named_with_what_installs_it() -> None:
    with pytest.raises(SettingsRefused, match=r"package nowhere\.to_be_found.*pip install '\.\[tracing\]'"):
        need_extra("tracing", "nowhere.to_be_found")
