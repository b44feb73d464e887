"""Plays a scenario file in the test's own process."""

from datetime import UTC, datetime
from pathlib import Path

from console.scenario_file import read_scenario
from console.simulation_outcome import PlayOutcome
from console.simulation_play import Play
from console.simulation_report import outcome_of
from console.simulation_world import simulated_world

EXAMPLES = Path(__file__).parents[2] / "examples"


async def played(file: Path, folder: Path) -> PlayOutcome:
    """What a play of the file came to; its records and logs are in `folder`."""
    scenario = read_scenario(file, datetime.now(UTC))
    async with simulated_world(scenario, folder) as world:
        play = Play(world, scenario)
        happenings = [happening async for happening in play.happenings()]
        return await outcome_of(scenario, play, world.records, happenings)
