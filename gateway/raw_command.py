"""A command on its way to a workflow: what is sent, and what the log keeps of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from pydantic import TypeAdapter, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from business_care.applied import AcceptedAnswer
from business_care.commands import COMMANDS, Command
from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from business_care.deactivation.views import DeactivationAnswer
from business_care.errors import ErrorCode, RuleViolation
from business_care.listing import MAX_LOGGED_CHARACTERS, CommandLogEntry
from business_care.people import Actor
from business_care.reading import MAX_MESSAGE_BYTES, read_message
from business_care.recovery.views import RecoveryAnswer
from business_care.values import Identifier
from business_care.views import CommandAnswer

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)

ALL_MESSAGES: dict[str, type[Command]] = COMMANDS | DEACTIVATION_COMMANDS
"""Every command by its name, of requests and of deactivations: none has two meanings."""


@dataclass(frozen=True)
class Subject:
    """What a command is about: a request, a product that is switched off, or a recovery."""

    request_id: str | None = None
    product_id: str | None = None
    recovery_id: str | None = None

    def __str__(self) -> str:
        if self.request_id is not None:
            return f"request {self.request_id}"
        if self.recovery_id is not None:
            return f"recovery {self.recovery_id}"
        return f"the deactivation of product {self.product_id}"


@dataclass(frozen=True)
class RawCommand:
    """A command as its sender wrote it: the message's name, and what should be one JSON object.

    It is sent as it is, for the workflow to judge. Raises `invalid_message` for a name that no command has.
    """

    name: str
    body: bytes

    def __post_init__(self) -> None:
        """Refuse unknown names."""
        if self.name not in ALL_MESSAGES:
            raise RuleViolation(
                ErrorCode.INVALID_MESSAGE, f"there is no such command; allowed are {', '.join(ALL_MESSAGES)}"
            )

    @classmethod
    def of(cls, command: Command) -> Self:
        """A readable command, written as JSON. What was not given is not sent (R60)."""
        return cls(command.NAME, command.model_dump_json(exclude_none=True).encode())

    @property
    def payload(self) -> RawValue:
        """The one argument of the message."""
        return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=self.body))

    def demand_size(self) -> None:
        """Raise `invalid_message` for a body of more than 64 KB, before it is sent anywhere."""
        if len(self.body) > MAX_MESSAGE_BYTES:
            raise RuleViolation(
                ErrorCode.INVALID_MESSAGE,
                f"the message has {len(self.body)} bytes; at most {MAX_MESSAGE_BYTES} are allowed",
            )

    def read(self) -> Command:
        """The command. Raises `invalid_message`."""
        return self._read

    @cached_property
    def _read(self) -> Command:
        # Whoever sends it reads it, and so does whoever keeps it.
        return read_message(ALL_MESSAGES[self.name], self.body)


@dataclass(frozen=True)
class Verdict:
    """What came of a command: an answer, or why there is none; neither for a signal that was handed over."""

    answer: AcceptedAnswer | None = None
    error_code: str | None = None
    error_message: str | None = None


def log_entry(subject: Subject, command: RawCommand, at: datetime, verdict: Verdict) -> CommandLogEntry:
    """What the log keeps; of an unreadable command as much as can be made out (R61)."""
    command_id, by = _sender(command)
    return CommandLogEntry(
        request_id=subject.request_id,
        product_id=subject.product_id,
        recovery_id=subject.recovery_id,
        command=command.name,
        command_id=command_id,
        by=by,
        at=at,
        body=_as_text(command.body),
        answer=_logged(verdict.answer),
        error_code=verdict.error_code,
        error_message=verdict.error_message,
    )


def _logged(answer: AcceptedAnswer | None) -> CommandAnswer | DeactivationAnswer | RecoveryAnswer | None:
    return answer if isinstance(answer, CommandAnswer | DeactivationAnswer | RecoveryAnswer) else None


def _as_text(body: bytes) -> str:
    return body[:MAX_LOGGED_CHARACTERS].decode("utf-8", errors="replace").replace("\x00", "\ufffd")


def _sender(command: RawCommand) -> tuple[str | None, Actor | None]:
    try:
        read = command.read()
    except RuleViolation:
        return _made_out(command.body)
    return read.command_id, read.by


def _made_out(body: bytes) -> tuple[str | None, Actor | None]:
    try:
        fields = json.loads(body[: MAX_MESSAGE_BYTES + 1])
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(fields, dict):
        return None, None
    command_id, by = None, None
    try:
        command_id = _IDENTIFIER.validate_python(fields.get("command_id"), strict=True)
        by = Actor.model_validate_json(json.dumps(fields.get("by")))
    except ValidationError:
        pass
    return command_id, by
