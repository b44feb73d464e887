"""`business-care demo`: requests and products through thirty business days, while a person watches."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from business_care.errors import StepFailed
from console.ending import ExitCode, WrongUsage, complain, end_with

if TYPE_CHECKING:
    from console.demo_stage import Stage


def demo(
    *,
    ci: Annotated[bool, typer.Option("--ci", help="As fast as it goes, and end by itself.")] = False,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Without the Temporal web interface.")] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Of the web interface; 8233, or any free one.")
    ] = None,
) -> None:
    """Play eight requests and two products through thirty business days, in skipped time, on real workflows.

    An embedded Temporal server shows them in its web interface until Ctrl-C. Nothing is kept.
    """
    if no_ui and port is not None:
        end_with(WrongUsage("--port: it goes with the web interface, and not with --no-ui"))
    from console.demo_stage import SECONDS_A_LINE, Stage

    stage = Stage(not no_ui, not ci, port, 0 if ci else SECONDS_A_LINE)
    try:
        surprises = asyncio.run(_watched(stage))
    except (WrongUsage, StepFailed) as error:
        end_with(error)
    for surprise in surprises:
        complain(*surprise.split("\n"))
    if surprises:
        raise typer.Exit(ExitCode.FAILED)


async def _watched(stage: "Stage") -> list[str]:
    """Play until it ends, or until the person has seen enough."""
    from console.serving import stop_on_signals

    stop = stop_on_signals()
    playing = asyncio.create_task(stage.play(stop))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([playing, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not playing.done() and not stage.over.is_set():
        playing.cancel()
    try:
        return await playing
    except asyncio.CancelledError:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
