"""`business-care simulate`: plays a scenario on the real workflows, in skipped time."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from business_care.errors import StepFailed
from console.ending import WrongUsage, end_with
from console.harmless import harmless_json

if TYPE_CHECKING:
    from console.scenario import Scenario
    from console.simulation_outcome import PlayOutcome
    from console.simulation_view import TimelineView


def simulate(
    file: Annotated[Path, typer.Argument(help="The scenario, a YAML file; examples/ holds some.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play a life: real workflows, real records, an embedded server whose time is skipped.

    Exit code 0 when it was played, whatever was accepted in it; 2 when the file is wrong.
    """
    try:
        asyncio.run(_show(read(file), as_json=as_json))
    except (WrongUsage, StepFailed) as error:
        end_with(error)


def read(file: Path) -> "Scenario":
    """The scenario of a file. Raises `WrongUsage` with a line for each fault."""
    from datetime import UTC, datetime

    from console.scenario_file import read_scenario
    from console.scenario_yaml import ScenarioRefused

    try:
        return read_scenario(file, datetime.now(UTC))
    except ScenarioRefused as refused:
        raise WrongUsage(str(refused)) from None


async def _show(scenario: "Scenario", *, as_json: bool) -> None:
    from rich.console import Console

    from console.simulation_view import TimelineView, results

    console = Console(quiet=as_json)
    console.rule(scenario.title or "Scenario", align="left")
    outcome = await _play(scenario, TimelineView(console, scenario))
    console.print(results(outcome))
    if as_json:
        sys.stdout.write(harmless_json(outcome.model_dump_json(indent=2)) + "\n")


async def _play(scenario: "Scenario", view: "TimelineView") -> "PlayOutcome":
    from tempfile import TemporaryDirectory

    from console.composition import settings
    from console.simulation_play import Play
    from console.simulation_progress import progress
    from console.simulation_report import outcome_of
    from console.simulation_world import Surroundings, simulated_world

    around = Surroundings(program=settings().temporal_cli)
    with TemporaryDirectory(prefix="business-care-") as folder, progress("starting a server …") as shown:
        async with simulated_world(scenario, Path(folder), around) as world:
            play = Play(world, scenario)
            happenings = []
            async for happening in play.happenings():
                happenings.append(happening)
                shown.tell(f"{happening.at:%d %b %Y} {happening.subject} {happening.event}")
                if view.draw(happening):
                    shown.stop()
            return await outcome_of(scenario, play, world.records, happenings)
