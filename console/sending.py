"""A console command for each message of a care request; its options are the fields of the message."""

from collections.abc import Callable, Mapping

import typer

from business_care.commands import Command
from console.answers import print_command_answer, print_json
from console.ending import perform
from console.message_options import app_of, common_options, message_of, own_options, subject


def request_app(name: str, command: type[Command]) -> typer.Typer:
    """The command of a message to a request, as it was spelled."""
    options = [
        subject("request_id", "REQUEST_ID", "Which request."),
        *own_options(command),
        *common_options(command),
    ]
    return app_of(name, command, _sender(command), options)


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
