"""Gives a workflow its commands, each as a signal and as an update of the same name (R61)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import FailureError

from business_care.applied import AcceptedAnswer
from business_care.commands import Command
from business_care.errors import StepFailed
from business_care.values import Value
from workflows.desk import Desk
from workflows.payloads import refusal, unknown_message

Result = TypeVar("Result")


class TakesMessages:
    """A workflow that nothing a sender does can stop: every message is judged, or kept as refused (R61)."""

    def desk(self) -> Desk[Any, Any, Any]:
        """Where its commands arrive."""
        raise NotImplementedError

    @workflow.signal(dynamic=True)
    async def unknown_signal(self, name: str, messages: Sequence[RawValue]) -> None:
        """A signal of an unknown name is kept in the journal, and nothing else happens (R61)."""
        raw = messages[0] if messages else None
        self.desk().reject(name, unknown_message(name, self.message_names()), raw)

    @workflow.update(dynamic=True)
    async def unknown_update(self, name: str, messages: Sequence[RawValue]) -> None:
        """Never reached: the validator refuses every update of an unknown name."""

    @unknown_update.validator
    def _refuse_unknown_update(
        self,
        name: str,
        messages: Sequence[RawValue],  # noqa: ARG002 -- the SDK demands the handler's own parameters
    ) -> None:
        raise refusal(unknown_message(name, self.message_names()))

    @classmethod
    def message_names(cls) -> tuple[str, ...]:
        """The commands that it understands."""
        raise NotImplementedError

    async def endure(self, living: asyncio.Task[Result]) -> Result:
        """Await what the workflow does, whatever is sent meanwhile.

        It ends as the rules say: a bare cancellation is refused, and kept in the journal. A failed step
        would end the run, and the duty with it; a failed task heals with the next deploy.
        """
        while True:
            try:
                return await asyncio.shield(living)
            except asyncio.CancelledError:
                if living.done():
                    raise
                self.desk().reject("cancel", unknown_message("cancel", self.message_names()), raw=None)
            except FailureError as failure:
                raise StepFailed("a step failed where none may fail") from failure


Taker = TypeVar("Taker", bound=TakesMessages)


def takes_commands(commands: Sequence[type[Command]]) -> Callable[[type[Taker]], type[Taker]]:
    """Add a signal handler and an update handler with its validator for each command."""

    def add(cls: type[Taker]) -> type[Taker]:
        for command in commands:
            setattr(cls, f"signal_{command.NAME}", _signal(cls, command))
            setattr(cls, f"update_{command.NAME}", _update(cls, command))
        return cls

    return add


def _signal(cls: type[Taker], command: type[Command]) -> object:
    # The SDK takes an annotated `self` for an argument of the message.
    async def take(self, message: RawValue) -> None:  # type: ignore[no-untyped-def]
        await self.desk().take(command, message)

    _name_as_method(take, cls, f"signal_{command.NAME}")
    return workflow.signal(name=command.NAME, description=_described(command))(take)


def _update(cls: type[Taker], command: type[Command]) -> object:
    # The SDK takes an annotated `self` for an argument of the message.
    async def answer(self, message: RawValue) -> AcceptedAnswer:  # type: ignore[no-untyped-def]
        answered: AcceptedAnswer = await self.desk().answer(command, message)
        return answered

    def check(self, message: RawValue) -> None:  # type: ignore[no-untyped-def]
        self.desk().check(command, message)

    _name_as_method(answer, cls, f"update_{command.NAME}")
    update = workflow.update(name=command.NAME, description=_described(command))(answer)
    update.validator(check)
    return update


def _name_as_method(function: Callable[..., object], cls: type, name: str) -> None:
    function.__name__ = name
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    function.__module__ = cls.__module__


def answering(meaning: str, answer: type[Value]) -> str:
    """What the Temporal UI shows beside a query or a question: meaning, and the fields of its answer."""
    return f"{meaning} Takes nothing. Answers with: {', '.join(answer.model_fields)}."


def _described(command: type[Command]) -> str:
    """What the Temporal UI shows beside the name: meaning, senders, fields of the one JSON object."""
    meaning = (command.__doc__ or "").strip()
    senders = ", ".join(sorted(command.ROLES))
    own = [name for name in command.model_fields if name not in Command.model_fields]
    fields = ", ".join(["command_id", "by {role, id, seller_id}", "occurred_at (optional)", *own])
    return f"{meaning} By: {senders}. One JSON object: {fields}."
