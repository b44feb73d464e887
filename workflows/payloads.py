"""Raw payloads of messages: taken as they come and judged here, so that no sender can stop a workflow
(R61)."""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from business_care.errors import ErrorCode, RuleViolation, StepFailed
from business_care.events import Rejection

_JSON_ENCODINGS = frozenset({b"json/plain", b"json/protobuf"})
LOCKED = b"binary/encrypted"
"""How a payload arrives that this worker's keys could not unlock."""
MISCOUNTED = "arguments"
"""Where the worker's runner says how many arguments stood in place of the one that it hands on."""
_COUNT = re.compile(rb"[0-9]{1,9}")
_PLAIN_NAME = re.compile(r"[A-Za-z_]{1,40}")


class KeyMissing(StepFailed):
    """What this worker must know is locked with a key that it does not have.

    Raised out of workflow code it fails the task, which is tried again until a worker with the key takes it;
    the request itself goes on as if nothing had happened.
    """


def demand_unlocked(raw: RawValue, what: str) -> None:
    """Raise `KeyMissing` for a locked payload that has been accepted, or must be."""
    if raw.payload.metadata.get("encoding") == LOCKED:
        raise KeyMissing(f"{what} is locked with an encryption key that is not here")


def as_first_seen(raw: RawValue, number: int) -> RawValue:
    """The payload of the run's n-th signal as the worker saw it that took the signal first.

    Whether a worker can unlock it depends on the worker, and a replay must not come to another end. So a
    locked signal leaves a mark in the history, and is unreadable for good. Without the mark it was read once:
    then only a worker that has the key may go on. Raises `KeyMissing`.
    """
    mark = f"unreadable-signal-{number}"
    if raw.payload.metadata.get("encoding") == LOCKED:
        if not workflow.patched(mark):
            demand_unlocked(raw, f"signal {number}")
        return raw
    if workflow.unsafe.is_replaying() and workflow.patched(mark):
        return RawValue(Payload(metadata={"encoding": LOCKED}))
    return raw


def json_of(raw: RawValue) -> bytes:
    """The JSON text of a payload; nothing at all counts as `null`.

    Raises:
        RuleViolation: `invalid_message` for bytes and other encodings, and for what stands in for none or
        several arguments.
    """
    encoding = raw.payload.metadata.get("encoding", b"")
    miscounted = _COUNT.fullmatch(raw.payload.metadata.get(MISCOUNTED, b""))
    if miscounted is not None:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            f"{miscounted.group().decode()} arguments were sent; one JSON object is expected",
        )
    if encoding == b"binary/null":
        return b"null"
    if encoding not in _JSON_ENCODINGS:
        raise RuleViolation(ErrorCode.INVALID_MESSAGE, "the payload is not JSON; one JSON object is expected")
    return raw.payload.data


def unless_empty(raw: RawValue) -> RuleViolation | None:
    """The violation of a message that should carry nothing and carries something."""
    try:
        carries = json_of(raw).strip()
    except RuleViolation as violation:
        return violation
    if carries in (b"null", b"{}"):
        return None
    return RuleViolation(
        ErrorCode.INVALID_MESSAGE, "this message carries nothing; an empty object is allowed"
    )


def refusal(violation: RuleViolation) -> ApplicationError:
    """A broken rule as the answer to an update: its code is the type, its sentence the message."""
    return ApplicationError(
        violation.message,
        type=violation.code,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def unknown_message(name: str, known: Iterable[str]) -> RuleViolation:
    """A message of a name that the workflow does not understand."""
    return RuleViolation(
        ErrorCode.INVALID_MESSAGE, f"{_shown(name)} is no message; allowed: {', '.join(known)}"
    )


def rejection(
    name: str, violation: RuleViolation, at: datetime, raw: RawValue | None, command_id: str | None
) -> Rejection:
    """A refused message as the journal keeps it: the hash of its body, never the body (R61)."""
    body = raw.payload.data if raw is not None else b""
    return Rejection(
        at=at,
        message=_shown(name),
        code=violation.code,
        command_id=command_id,
        sha256=sha256(body).hexdigest(),
    )


def _shown(name: str) -> str:
    # A name is typed by the sender and may hold anything: only plain words are repeated (R62).
    return name if _PLAIN_NAME.fullmatch(name) else "a message of another name"
