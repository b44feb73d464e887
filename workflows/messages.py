"""Gives a workflow every command of the contract, as a signal and as an update of the same name (R61)."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RawValue

from business_care.commands import ALL_COMMANDS, Command
from business_care.views import CommandAnswer


class TakesCommands(Protocol):
    """What a workflow does with a raw command, whichever way it came."""

    def check_command(self, command: type[Command], raw: RawValue) -> None:
        """Refuse an update before it is accepted."""
        ...

    async def answer_command(self, command: type[Command], raw: RawValue) -> CommandAnswer:
        """Carry an update out and answer it."""
        ...

    async def take_command(self, command: type[Command], raw: RawValue) -> None:
        """Carry a signal out, or keep its refusal in the journal."""
        ...


Taker = TypeVar("Taker", bound=TakesCommands)


def takes_every_command(cls: type[Taker]) -> type[Taker]:
    """Add a signal handler and an update handler with its validator for each command."""
    for command in ALL_COMMANDS:
        setattr(cls, f"signal_{command.NAME}", _signal(cls, command))
        setattr(cls, f"update_{command.NAME}", _update(cls, command))
    return cls


def _signal(cls: type[Taker], command: type[Command]) -> object:
    # The SDK takes an annotated `self` for an argument of the message.
    async def take(self, message: RawValue) -> None:  # type: ignore[no-untyped-def]
        await self.take_command(command, message)

    _name_as_method(take, cls, f"signal_{command.NAME}")
    return workflow.signal(name=command.NAME, description=_described(command))(take)


def _update(cls: type[Taker], command: type[Command]) -> object:
    # The SDK takes an annotated `self` for an argument of the message.
    async def answer(self, message: RawValue) -> CommandAnswer:  # type: ignore[no-untyped-def]
        answered: CommandAnswer = await self.answer_command(command, message)
        return answered

    def check(self, message: RawValue) -> None:  # type: ignore[no-untyped-def]
        self.check_command(command, message)

    _name_as_method(answer, cls, f"update_{command.NAME}")
    update = workflow.update(name=command.NAME, description=_described(command))(answer)
    update.validator(check)
    return update


def _name_as_method(function: Callable[..., object], cls: type, name: str) -> None:
    function.__name__ = name
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    function.__module__ = cls.__module__


def _described(command: type[Command]) -> str:
    """What the Temporal UI shows beside the name: meaning, senders, fields of the one JSON object."""
    meaning = (command.__doc__ or "").strip()
    senders = ", ".join(sorted(command.ROLES))
    own = [name for name in command.model_fields if name not in Command.model_fields]
    fields = ", ".join(["command_id", "by {role, id, seller_id}", "occurred_at (optional)", *own])
    return f"{meaning} By: {senders}. One JSON object: {fields}."
