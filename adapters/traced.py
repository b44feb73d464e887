"""Traces where the settings ask for them, and nothing loaded for them where they don't."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from temporalio.client import Interceptor

from adapters.wanted_extras import need_extra


@contextmanager
def traced(endpoint: str | None) -> Iterator[Sequence[Interceptor]]:
    """The interceptors of a client whose calls and workers are traced to that collector; none without one.

    Raises `SettingsRefused` when the libraries are not installed.
    """
    if endpoint is None:
        yield ()
        return
    need_extra("tracing", "opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
    from adapters.tracing import tracing_to  # noqa: PLC0415 -- an optional extra

    with tracing_to(endpoint) as interceptor:
        yield (interceptor,)
