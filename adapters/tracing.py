"""Traces of what callers start, workflows do and steps take, sent by OTLP; loaded only where it is asked for.

They hold ids and names only (R62): what people wrote, and the words of failures, stay here.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.converter import CompositePayloadConverter, DefaultPayloadConverter
from temporalio.worker import WorkflowInboundInterceptor, WorkflowInterceptorClassInput

SERVICE: Final = "business-care"
EXPORT_TIMEOUT_SECONDS: Final = 5
"""How long a collector that does not answer is waited for; spans that it never gets are dropped."""

_ID: Final = re.compile(r"[!-~]{1,200}")
_STEP: Final = re.compile(r"[A-Za-z]+(:[A-Za-z_]\w{0,63})?", re.ASCII)
_FEW: Final = 8
_TRACE_CONTEXT: Final = TraceContextTextMapPropagator()
"""Without baggage: what callers hang on a trace for themselves is nothing that we hand on."""


@contextmanager
def tracing_to(endpoint: str) -> Iterator[TracingInterceptor]:
    """The interceptor of a client, and of its workers; what is under way is sent when the block ends."""
    # Told in a worker's log; to a command, whose answer is all that a person reads, it does not matter.
    logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_TIMEOUT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(WithoutWords(exporter)))
    try:
        yield CarefulInterceptor(provider.get_tracer(SERVICE))
    finally:
        provider.shutdown()


class CarefulInterceptor(TracingInterceptor):
    """Temporal's own, for senders of whom nothing is known: a header that can't be read is no header.

    It is read inside the workflow's task, where a failure would stop the workflow for good (R61).
    """

    def __init__(self, tracer: Any) -> None:
        super().__init__(tracer)
        self.payload_converter = TraceHeaders()
        self.text_map_propagator = _TRACE_CONTEXT

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 -- named so in the SDK
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(input)
        return _CarefulWorkflowInterceptor


class _CarefulWorkflowInterceptor(TracingWorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 -- named so in the SDK
        super().__init__(next)
        self.payload_converter = TraceHeaders()
        self.text_map_propagator = _TRACE_CONTEXT


class TraceHeaders(CompositePayloadConverter):
    """Reads a header into a few short texts, whatever it holds."""

    def __init__(self) -> None:
        super().__init__(*DefaultPayloadConverter().converters.values())

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The pairs of texts of each header; nothing of one that holds something else."""
        return [self._pairs(payload, type_hints) for payload in payloads]

    def _pairs(self, payload: Payload, type_hints: list[type] | None) -> dict[str, str]:
        try:
            (held,) = super().from_payloads([payload], type_hints)
        except Exception:  # noqa: BLE001 -- any sender can put anything there
            return {}
        if not isinstance(held, Mapping) or len(held) > _FEW:
            return {}
        return {name: text for name, text in held.items() if isinstance(text, str) and _is_short(text)}


def _is_short(text: str) -> bool:
    return len(text) <= 512 and text.isascii()  # noqa: PLR2004 -- the standard's own limit of a trace state


class WithoutWords(SpanExporter):
    """Hands spans on with names, ids and times; no failure's words, and no text where an id belongs (R62)."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand on what is left of the spans."""
        return self._inner.export([_without_words(span) for span in spans])

    def shutdown(self) -> None:
        """End the exporter behind."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Let the exporter behind send what it has."""
        return self._inner.force_flush(timeout_millis)


def _without_words(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        # An unknown message's name is whatever its sender wrote.
        name=span.name if _STEP.fullmatch(span.name) else f"{span.name.partition(':')[0]}:<other>",
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={
            name: value if not isinstance(value, str) or _ID.fullmatch(value) else _measured(value)
            for name, value in (span.attributes or {}).items()
        },
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _measured(text: str) -> str:
    return f"<text of {len(text)} characters>"
