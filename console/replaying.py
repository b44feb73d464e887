"""`replay`: whether this version goes on with everything that runs, asked before it is deployed."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from console.answers import print_json
from console.ending import ExitCode, perform

if TYPE_CHECKING:
    from gateway.replay import Replays

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def replay(
    limit: Annotated[
        int, typer.Option(min=1, help="How many runs at most, those that began last first.")
    ] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Replay the open runs of the server with the code that is here. Exit code 1 if one can't go on."""
    found = perform("replaying open runs", lambda: _replay(limit))
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found.broken:
        raise typer.Exit(ExitCode.REFUSED)


async def _replay(limit: int) -> "Replays":
    from temporalio.worker import Replayer

    from adapters.encryption.converter import data_converter
    from adapters.workflow_runners import IN_PLACE, production_runner
    from console.assembly import WORKFLOWS
    from console.composition import opened_client, settings
    from gateway.replay import replay_open_runs

    replayer = Replayer(
        workflows=list(WORKFLOWS),
        workflow_runner=production_runner(),
        debug_mode=IN_PLACE,
        data_converter=data_converter(settings().keyring),
    )
    client = await opened_client()
    try:
        return await replay_open_runs(client, replayer, limit)
    finally:
        # The client library's threads may crash an interpreter that ends at once.
        await asyncio.sleep(0.05)


def _print(found: "Replays") -> None:
    for one in found.broken:
        typer.echo(f"{one.workflow_id}  {one.why}")
    typer.echo(f"{found.replayed} open runs replayed, {len(found.broken)} can't go on with this version")
    if not found.are_all:
        typer.echo("there are more, which began earlier: raise --limit")
