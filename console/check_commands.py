"""`check` and `schedules`: whether anything was forgotten, now and every day."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.answers import instant_shown, print_json
from console.ending import ExitCode, perform

if TYPE_CHECKING:
    from business_care.comparison import Comparison, DifferenceKind

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def check(as_json: AsJson = False) -> None:
    """Compare what is open in the records with what runs. Exit code 1 if anything differs."""
    found = perform("comparing the records with what runs", _compare)
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found.differences_in_all:
        raise typer.Exit(ExitCode.REFUSED)


def schedules() -> None:
    """See to it that the Temporal server starts the check and the digest every morning."""

    async def keep() -> str:
        from business_care.calendar import MARKETPLACE_PLACE
        from console.composition import opened_client
        from gateway import schedules

        client = await opened_client()
        await schedules.keep_schedules(client, MARKETPLACE_PLACE.timezone)
        return (await schedules.schedules(client)).detail

    typer.echo(perform("setting the schedules", keep))


async def _compare() -> "Comparison":
    from console.composition import opened_client, opened_records
    from gateway.client import now
    from gateway.comparing import Comparer

    async with opened_records() as records:
        comparer = Comparer(await opened_client(), records.runs, records.recoveries)
        return await comparer.compare(now())


def _print(found: "Comparison") -> None:
    typer.echo(
        f"{instant_shown(found.at)}: {found.open_in_records} open in the records, {found.running} running"
    )
    for one in found.differences:
        typer.echo(f"{one.kind:<12}  {one.workflow_id}  {_advice(one.kind)}")
    untold = found.differences_in_all - len(found.differences)
    if untold:
        typer.echo(f"and {untold} more")
    if not found.differences_in_all:
        typer.echo("everything that is open runs")


def _advice(kind: "DifferenceKind") -> str:
    from business_care.comparison import DifferenceKind

    return {
        DifferenceKind.NOT_RUNNING: "open in the records, and nothing runs: look how its last run ended",
        DifferenceKind.NOT_OPEN: "runs, and the records do not know it as open: look at its journal",
        DifferenceKind.BROKEN: "its code fails again and again: look at its last failed task",
        DifferenceKind.LATE: "its deadline passed more than a day ago: look whether a worker is there",
    }[kind]
