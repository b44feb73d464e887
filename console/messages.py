"""The command of any message, by the word that was typed: `offer-update`, or `offer_update` as it is sent."""

import typer

from business_care.commands import COMMANDS
from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from console.deactivation_commands import product_app
from console.sending import request_app


def message_app(name: str) -> typer.Typer:
    """The command that sends the message. Raises `KeyError` where there is none of that name."""
    spelled = name.replace("-", "_")
    if spelled in COMMANDS:
        return request_app(name, COMMANDS[spelled])
    return product_app(name, DEACTIVATION_COMMANDS[spelled])
