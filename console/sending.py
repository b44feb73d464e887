"""A console command for each message of a care request; its options are the fields of the message."""

from collections.abc import Callable, Mapping

import typer

from business_care.commands import ALL_COMMANDS, AgentCommand, Command, CustomerCommand, OperatorCommand
from console.answers import print_command_answer, print_json
from console.ending import perform
from console.message_options import add_command, common_options, message_of, own_options, subject


def add_commands(app: typer.Typer) -> None:
    """Add a command for every message of a request."""
    which = subject("request_id", "REQUEST_ID", "Which request.")
    for command in ALL_COMMANDS:
        options = [which, *own_options(command), *common_options(command)]
        add_command(app, command, _sender(command), options, _panel(command))


def _sender(command: type[Command]) -> Callable[..., None]:
    """The function behind a command."""

    def send(request_id: str, *, signal: bool, as_json: bool, **said: object) -> None:
        _send(command, request_id, said, as_signal=signal, as_json=as_json)

    return send


def _send(
    command: type[Command],
    request_id: str,
    said: Mapping[str, object],
    *,
    as_signal: bool,
    as_json: bool,
) -> None:
    from console.composition import opened_gateway

    message = message_of(command, said, quietly=as_json)

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


def _panel(command: type[Command]) -> str:
    if issubclass(command, AgentCommand):
        return "What agents and sellers say"
    if issubclass(command, CustomerCommand):
        return "What customers say"
    if issubclass(command, OperatorCommand):
        return "What the operator says"
    return "What several or programs say"
