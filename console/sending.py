"""A console command for each message of a care request; its options are the fields of the message."""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import typer
from pydantic import AwareDatetime

from business_care.commands import ALL_COMMANDS, AgentCommand, Command, CustomerCommand, OperatorCommand
from business_care.people import Actor
from console import given
from console.answers import print_command_answer, print_json
from console.command_help import EXAMPLES, OPTIONS
from console.ending import complain, end_with, perform

_CITED_RULES = re.compile(r"\s*\((?:R\d+(?:, )?)+\)")
_CARRIED = tuple(Command.model_fields)
_RequestId = Annotated[str, typer.Argument(metavar="REQUEST_ID", help="Which request.", show_default=False)]


def add_commands(app: typer.Typer) -> None:
    """Add a command for every message: `offer-update`, and `offer_update` as the message is spelled."""
    for command in ALL_COMMANDS:
        name = command.NAME.replace("_", "-")
        _add(app, name, command, hidden=False)
        if name != command.NAME:
            _add(app, command.NAME, command, hidden=True)


def _add(app: typer.Typer, name: str, command: type[Command], *, hidden: bool) -> None:
    example = f"Example: business-care {name} {EXAMPLES[command.NAME]}"
    described = app.command(
        name, help=_meaning(command), epilog=example, rich_help_panel=_panel(command), hidden=hidden
    )
    described(_sender(command))


def _sender(command: type[Command]) -> Callable[..., None]:
    """The function behind a command; its signature is what Typer reads the options from."""

    def send(request_id: str, *, signal: bool, as_json: bool, **said: object) -> None:
        _send(command, request_id, said, as_signal=signal, as_json=as_json)

    parameters = [
        _parameter("request_id", _RequestId, inspect.Parameter.POSITIONAL_OR_KEYWORD),
        *(_option(command, name) for name in command.model_fields if name not in _CARRIED),
        *_common_options(command),
    ]
    send.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    send.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return send


def _send(
    command: type[Command],
    request_id: str,
    said: Mapping[str, object],
    *,
    as_signal: bool,
    as_json: bool,
) -> None:
    from business_care.errors import RuleViolation
    from business_care.reading import read_message
    from console.composition import opened_gateway
    from gateway.client import new_command_id

    fields = {name: value for name, value in said.items() if value is not None and value != []}
    if "command_id" not in fields:
        fields["command_id"] = new_command_id()
        if not as_json:
            complain(f"command id {fields['command_id']} (to repeat it: --command-id)")
    try:
        message = read_message(command, json.dumps(fields, default=_spelled).encode())
    except RuleViolation as violation:
        end_with(violation)

    async def send() -> None:
        async with opened_gateway() as gateway:
            if as_signal:
                answer = await gateway.send_as_signal(request_id, message)
            else:
                answer = await gateway.send(request_id, message)
        if as_json:
            print_json(answer or message)
        elif answer is not None:
            print_command_answer(request_id, answer)
        else:
            typer.echo(f"{command.NAME} handed over; what came of it: business-care journal {request_id}")

    perform(f"sending {command.NAME} to {request_id}", send)


def _spelled(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Actor):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} is no field of a message")


def _common_options(command: type[Command]) -> list[inspect.Parameter]:
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
    signal = typer.Option("--signal", help="Hand it over without waiting for the answer.")
    as_json = typer.Option("--json", help="Print the answer as JSON.")
    return [
        _parameter("by", Annotated[Actor, by]),
        _parameter("occurred_at", Annotated[datetime | None, at], default=None),
        _parameter("command_id", Annotated[str | None, command_id], default=None),
        _parameter("signal", Annotated[bool, signal], default=False),
        _parameter("as_json", Annotated[bool, as_json], default=False),
    ]


def _option(command: type[Command], name: str) -> inspect.Parameter:
    """The option of one field; what a rule demands is optional here, so that the rule can say so itself."""
    field = command.model_fields[name]
    flag = f"--{name.replace('_', '-')}"
    words = OPTIONS[name]
    kind = _kind(field.annotation)
    required = field.is_required()
    if kind is bool:
        return _parameter(name, Annotated[bool, typer.Option(flag, help=words)], default=False)
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
    kind: Any = inspect.Parameter.KEYWORD_ONLY,
    default: object = inspect.Parameter.empty,
) -> inspect.Parameter:
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


def _meaning(command: type[Command]) -> str:
    return _CITED_RULES.sub("", inspect.getdoc(command) or "").replace("[", r"\[")


def _panel(command: type[Command]) -> str:
    if issubclass(command, AgentCommand):
        return "What agents and sellers say"
    if issubclass(command, CustomerCommand):
        return "What customers say"
    if issubclass(command, OperatorCommand):
        return "What the operator says"
    return "What several or programs say"
