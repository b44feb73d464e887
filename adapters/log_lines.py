"""What a log line holds: an event as a dotted fact, ids and codes, and failures without their words (R62)."""

import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from business_care.errors import RuleViolation, StepFailed

_WORKFLOW_IDS: Final = ("workflow_id", "workflow_type", "run_id", "attempt", "task_queue", "namespace")
_ACTIVITY_IDS: Final = ("activity_id", "activity_type", *_WORKFLOW_IDS)
_CORE_IDS: Final = (*_ACTIVITY_IDS, "worker_task_queue", "history_length", "event_id")
_ID_OR_CODE: Final = re.compile(r"[!-~]{1,200}")
_FRAMES: Final = 12


def line_formatter(renderer: Processor) -> logging.Formatter:
    """One formatter for our own events and for those of the libraries."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _instant,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            *shared,
            _given_ids,
            _ids_of_temporal,
            _first_line_of_asyncio,
            _failure_without_words,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        keep_exc_info=False,  # the standard library would append the failure with its words
        keep_stack_info=False,
    )


def own_processors() -> list[Processor]:
    """What our own events pass through before they are handed to the standard library's logging."""
    return [
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _instant,
        _ids_and_codes_only,
        _failure_without_words,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]


def _instant(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    at = datetime.now(UTC) if record is None else datetime.fromtimestamp(record.created, UTC)
    event["at"] = at.isoformat(timespec="milliseconds")
    return event


def _ids_and_codes_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A text among our own values is a mistake at its origin; its length is all that is shown."""
    for name, value in event.items():
        if name == "exc_info" or value is None or isinstance(value, bool | int | float):
            continue
        shown = value.isoformat() if isinstance(value, datetime) else str(value)
        event[name] = shown if _ID_OR_CODE.fullmatch(shown) else f"<text of {len(shown)} characters>"
    return event


def _failure_without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Kinds and places of a failure and of its causes. Its words may repeat what people wrote (R62)."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        chain = list(_with_causes(error))
        event["failure"] = " < ".join(_described(one) for one in chain)
        event["where"] = _places(chain[-1].__traceback__)
    return event


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _described(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, RuleViolation):
        return f"{name}({error.code})"
    if isinstance(error, StepFailed):  # our own words, which repeat ids and numbers only
        return f"{name}({error})"
    kind = getattr(error, "type", None)  # an ApplicationError's code
    return f"{name}({kind})" if isinstance(kind, str) and _ID_OR_CODE.fullmatch(kind) else name


def _places(traceback: TracebackType | None) -> list[str]:
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(traceback)
    ]
    return frames[-_FRAMES:]


def _given_ids(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """What code without structlog says beside its event: `log.info("refund.paid", extra={"ids": {...}})`."""
    given = getattr(event.get("_record"), "ids", None)
    if isinstance(given, dict):
        event.update(_ids_and_codes_only(logger, method, dict(given)))
    return event


def _ids_of_temporal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Temporal's loggers hang what they know on the record; of the core's fields only ids are taken."""
    record: logging.LogRecord | None = event.get("_record")
    if record is None:
        return event
    fields = getattr(getattr(record, "temporal_log", None), "fields", None)
    known = (
        (getattr(record, "temporal_workflow", None), _WORKFLOW_IDS),
        (getattr(record, "temporal_activity", None), _ACTIVITY_IDS),
        (fields, _CORE_IDS),
    )
    for values, names in known:
        if isinstance(values, dict):
            event.update({name: values[name] for name in names if values.get(name) not in (None, "")})
    return event


def _first_line_of_asyncio(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """asyncio's further lines show a task with its exception, words included."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and record.name.startswith("asyncio"):
        event["event"] = str(event["event"]).partition("\n")[0]
    return event
