"""`calendars diff|apply`: open requests whose deadlines would be others under today's calendars."""

from typing import TYPE_CHECKING, Annotated

import typer

from business_care.people import Actor
from console import given
from console.answers import instant_shown, print_json
from console.ending import ExitCode, complain, perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.recounting import OtherDeadline

app = typer.Typer(help="Calendars that have changed since deadlines were told.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[
    Actor | None,
    typer.Option(
        parser=given.actor, metavar=given.ACTOR_FORM, help="Who decides; operator:console if left out."
    ),
]


@app.command(epilog="Example: business-care calendars diff")
def diff(as_json: AsJson = False) -> None:
    """Show the deadlines that would be others today, and why. Nothing is moved. Needs no Temporal server."""
    found = perform("counting open deadlines again", _other_deadlines)
    if as_json:
        print_json(found)
    else:
        _print(found)


@app.command(epilog="Example: business-care calendars apply R1 R2 --reason 'new holiday' --by operator:O1")
def apply(
    request_ids: Annotated[
        list[str] | None,
        typer.Argument(parser=given.identifier, metavar="REQUEST_ID...", help="Whose deadlines are moved."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those of every request that `diff` shows.")] = False,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, for the parties.", show_default=False)
    ] = "",
    by: By = None,
) -> None:
    """Move deadlines to what they would be today, each by the operator's command `correct_deadline` (R8)."""
    if bool(request_ids) == every:
        raise typer.BadParameter("name the requests, or say --all")
    if not reason.strip():
        raise typer.BadParameter("--reason is missing: the parties are told why a deadline moves")
    wanted = None if every else frozenset(request_ids or ())
    told, missed = perform("moving deadlines", lambda: _apply(wanted, reason, by or given.AT_THE_CONSOLE))
    for line in told:
        typer.echo(line)
    complain(*missed)
    if missed:
        raise typer.Exit(ExitCode.REFUSED)


async def _other_deadlines() -> "Sequence[OtherDeadline]":
    from adapters.public_holidays import PublicHolidays
    from console.composition import opened_records, settings
    from gateway.recounting import Recounting

    async with opened_records() as records:
        planner = PublicHolidays(settings().extra_days)
        return await Recounting(records.directory, planner).other_deadlines()


async def _apply(wanted: frozenset[str] | None, reason: str, by: Actor) -> "tuple[list[str], list[str]]":
    from uuid import uuid4

    from business_care.commands import CorrectDeadline
    from business_care.errors import RuleViolation, StepFailed
    from console.composition import opened_gateway

    told: list[str] = []
    missed: list[str] = []
    found = await _other_deadlines()
    async with opened_gateway() as gateway:
        for other in found:
            if wanted is not None and other.request_id not in wanted:
                continue
            if other.today is None:
                missed.append(f"{other.request_id}: {other.refused}")
                continue
            command = CorrectDeadline(
                command_id=str(uuid4()), by=by, clock=other.clock, due=other.today, reason=reason
            )
            try:
                await gateway.send(other.request_id, command)
            except (RuleViolation, StepFailed) as failure:
                missed.append(f"{other.request_id}: {failure}")
            else:
                told.append(f"{other.request_id}: {other.clock} {_moved(other)}")
    strangers = sorted((wanted or frozenset()) - {other.request_id for other in found})
    missed += [f"{request_id}: no deadline of it would be another one today" for request_id in strangers]
    return told, missed


def _print(found: "Sequence[OtherDeadline]") -> None:
    for other in found:
        whose = f"{other.request_id} of seller {other.seller_id}"
        if other.today is None:
            typer.echo(f"{whose}: {other.clock} can't be counted today: {other.refused}")
            continue
        typer.echo(f"{whose}: {other.clock} {_moved(other)}")
        for day in other.days:
            name = f" ({day.name})" if day.name else ""
            typer.echo(f"    {day.date}{name}: was {day.was}, is {day.is_now}")
    if not found:
        typer.echo("no open deadline would be another one today")


def _moved(other: "OtherDeadline") -> str:
    return f"from {instant_shown(other.told)} to {instant_shown(other.today)}"
