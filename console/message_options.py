"""Turns the fields of a message into the options of a command, and what was typed into the message."""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import typer
from pydantic import AwareDatetime

from business_care.commands import Command
from business_care.people import Actor
from console import given
from console.command_help import EXAMPLES, OPTIONS
from console.ending import complain, end_with

CommandT = TypeVar("CommandT", bound=Command)

_CITED_RULES = re.compile(r"\s*\((?:R\d+(?:, )?)+\)")
_CARRIED = tuple(Command.model_fields)


def app_of(
    name: str, command: type[Command], send: Callable[..., None], options: list[inspect.Parameter]
) -> typer.Typer:
    """The command of a message as an application of its own; `name` is how it was spelled.

    `options` stand in the signature of `send`, which is where Typer reads them from.
    """
    send.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    send.__annotations__ = {option.name: option.annotation for option in options}
    app = typer.Typer(rich_markup_mode="rich", add_completion=False)
    app.command(
        name,
        help=_CITED_RULES.sub("", inspect.getdoc(command) or "").replace("[", r"\["),
        epilog=f"Example: business-care {name} {EXAMPLES[command.NAME]}",
    )(send)
    return app


def subject(name: str, metavar: str, words: str) -> inspect.Parameter:
    """The one argument: which request or product is meant."""
    argument = typer.Argument(metavar=metavar, help=words, show_default=False)
    return _parameter(name, Annotated[str, argument], kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)


def switch(name: str, flag: str, words: str) -> inspect.Parameter:
    """An option that is given or not."""
    return _parameter(name, Annotated[bool, typer.Option(flag, help=words)], default=False)


def own_options(command: type[Command], *, besides: tuple[str, ...] = ()) -> list[inspect.Parameter]:
    """An option for each field that the message has of its own, `besides` those that are asked otherwise."""
    return [_option(command, name) for name in command.model_fields if name not in (*_CARRIED, *besides)]


def common_options(command: type[Command]) -> list[inspect.Parameter]:
    """Who acts, when and under which id, and how the answer comes: the same for every message."""
    senders = ", ".join(sorted(command.ROLES))
    by = typer.Option(
        "--by", parser=given.actor, metavar=given.ACTOR_FORM, help=f"Who acts: {senders}.", show_default=False
    )
    at = typer.Option(
        "--at", parser=given.instant, metavar=given.INSTANT_FORM, help="When it occurred; now if left out."
    )
    command_id = typer.Option(
        "--command-id", metavar="ID", help="Sent again under the same id, it is applied once."
    )
    return [
        _parameter("by", Annotated[Actor, by]),
        _parameter("occurred_at", Annotated[datetime | None, at], default=None),
        _parameter("command_id", Annotated[str | None, command_id], default=None),
        switch("signal", "--signal", "Hand it over without waiting for the answer."),
        switch("as_json", "--json", "Print the answer as JSON."),
    ]


def message_of(command: type[CommandT], said: Mapping[str, object], *, quietly: bool) -> CommandT:
    """The message that was typed; a person is told the id that it was given, so that it can be repeated."""
    from business_care.errors import RuleViolation
    from business_care.reading import read_message
    from gateway.client import new_command_id

    fields = {name: value for name, value in said.items() if value is not None and value != []}
    if "command_id" not in fields:
        fields["command_id"] = new_command_id()
        if not quietly:
            complain(f"command id {fields['command_id']} (to repeat it: --command-id)")
    try:
        return read_message(command, json.dumps(fields, default=_spelled).encode())
    except RuleViolation as violation:
        end_with(violation)


def _spelled(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Actor):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} is no field of a message")


def _option(command: type[Command], name: str) -> inspect.Parameter:
    """The option of one field; what a rule demands is optional here, so that the rule can say so itself."""
    field = command.model_fields[name]
    flag = f"--{name.replace('_', '-')}"
    words = OPTIONS[name]
    kind = _kind(field.annotation)
    required = field.is_required()
    if kind is bool:
        return switch(name, flag, words)
    if kind is tuple:
        return _parameter(name, Annotated[list[str] | None, typer.Option(flag, help=words)], default=None)
    if kind is datetime:
        option = typer.Option(flag, parser=given.instant, metavar=given.INSTANT_FORM, help=words)
    else:
        option = typer.Option(flag, help=words)
    option.show_default = field.default is not None and not required
    if required:
        return _parameter(name, Annotated[kind, option])
    return _parameter(name, Annotated[kind | None, option], default=field.default)


def _kind(annotation: Any) -> type:
    """The plain type of a field: `str | None` is a str, a tuple of texts is a tuple."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, UnionType):
        [kind] = [member for member in get_args(annotation) if member is not NoneType]
        return _kind(kind)
    plain: type = origin or annotation
    return datetime if plain is AwareDatetime else plain


def _parameter(
    name: str,
    annotation: Any,
    default: object = inspect.Parameter.empty,
    kind: Any = inspect.Parameter.KEYWORD_ONLY,
) -> inspect.Parameter:
    return inspect.Parameter(name, kind, annotation=annotation, default=default)
