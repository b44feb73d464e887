"""Prints answers: one JSON document for programs, a few lines for people."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import typer
from pydantic import BaseModel

from console.harmless import harmless_json

if TYPE_CHECKING:
    from business_care.views import CommandAnswer, OpenedAnswer


def print_json(answer: BaseModel | Sequence[BaseModel]) -> None:
    """Print a value, or a list of values, as one JSON document."""
    if isinstance(answer, BaseModel):
        document: object = answer.model_dump(mode="json")
    else:
        document = [value.model_dump(mode="json") for value in answer]
    typer.echo(harmless_json(json.dumps(document, indent=2, ensure_ascii=False)))


def instant_shown(at: datetime | None, timezone: str | None = None) -> str:
    """An instant for people, in UTC or in the time zone of the seller's calendar."""
    if at is None:
        return "-"
    if timezone is None:
        return at.strftime("%a %Y-%m-%d %H:%M UTC")
    from adapters.time_zones import zone_named

    return at.astimezone(zone_named(timezone)).strftime("%a %Y-%m-%d %H:%M %Z")


def print_opened(answer: "OpenedAnswer") -> None:
    """Tell a person what became of opening a request."""
    if answer.outcome is not None:
        typer.echo(f"{answer.request_id} is closed: {answer.outcome}")
        return
    typer.echo(f"{answer.request_id} is open ({answer.state})")
    typer.echo(f"acknowledge before  {instant_shown(answer.acknowledge_by)}")
    typer.echo(f"resolve before      {instant_shown(answer.resolve_by)}")


def print_command_answer(request_id: str, answer: "CommandAnswer") -> None:
    """Tell a person what became of a command."""
    again = " (it was applied before; nothing changed)" if answer.duplicate else ""
    standing = f"closed: {answer.outcome}" if answer.outcome is not None else answer.state
    typer.echo(f"{answer.command} accepted{again}; {request_id} is {standing}")
    typer.echo(f"command id          {answer.command_id}")
    if answer.outcome is None:
        due = instant_shown(answer.acknowledge_by)
        typer.echo(f"acknowledgement     {answer.acknowledgement}, due {due}")
        typer.echo(f"resolve before      {instant_shown(answer.resolve_by)}")
    if answer.refund is not None:
        typer.echo(f"refund              {answer.refund}")
