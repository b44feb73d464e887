"""Logs: events as dotted facts with ids and codes, for a person or as JSON, never in the worker's way."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from structlog.typing import Processor
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from adapters.log_lines import line_formatter, own_processors
from adapters.log_writer import LineWriter
from adapters.settings import LogFormat
from business_care.errors import StepFailed

CORE_LOGGER: Final = "temporalio.core"


class MetricsNotServed(StepFailed):
    """The address for metrics is taken, or none of this machine's."""


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for events such as `notice.delivered`, with ids and codes as their values."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def logging_to(
    log_format: LogFormat = LogFormat.CONSOLE, *, file: Path | None = None, level: str = "info"
) -> Iterator[LineWriter]:
    """All that this process logs goes one way, until the block ends and the last lines are written.

    Raises `OSError` when the file can't be opened.
    """
    writer = LineWriter(file)
    writer.setFormatter(
        line_formatter(_renderer(log_format, to_terminal=file is None and sys.stderr.isatty()))
    )
    writer.addFilter(_is_no_librarys_detail)
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.handlers[:] = [writer]
    root.setLevel(level.upper())
    structlog.configure(
        processors=own_processors(),
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.captureWarnings(capture=True)
    # The ids are values of their own here; in the message they would stand a second time.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    try:
        yield writer
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], level_before = before
        root.setLevel(level_before)
        structlog.reset_defaults()
        writer.close()


def forwarding_runtime(metrics_address: str | None = None) -> Runtime:
    """A runtime whose core logs through `logging_to`; by itself it writes to the standard output, waiting.

    Its free texts are not taken over: they may hold the words of a failure (R62). With an address, such as
    `127.0.0.1:9465`, it answers Prometheus there at `/metrics`. Raises `MetricsNotServed` where it can't.
    """
    forwarding = LogForwardingConfig(
        logging.getLogger(CORE_LOGGER),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,
    )
    quiet = TelemetryFilter(core_level="WARN", other_level="ERROR")
    metrics = None
    if metrics_address is not None:
        metrics = PrometheusConfig(
            metrics_address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
    try:
        return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(quiet, forwarding), metrics=metrics))
    except (RuntimeError, ValueError) as error:
        if metrics_address is None:
            raise
        raise MetricsNotServed(f"metrics can't be served at {metrics_address}: {error}") from error


def silent_runtime() -> Runtime:
    """A runtime that logs nothing, for commands whose output is read by a program."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


def _is_no_librarys_detail(record: logging.LogRecord) -> bool:
    """Libraries tell at `debug` whatever they handle, a driver for instance the rows it writes (R62)."""
    return record.levelno >= logging.INFO or isinstance(record.msg, dict)  # a dict: an event of our own


def _renderer(log_format: LogFormat, *, to_terminal: bool) -> Processor:
    if log_format is LogFormat.JSON:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=to_terminal, timestamp_key="at", exception_formatter=structlog.dev.plain_traceback
    )
