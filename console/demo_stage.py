"""Where the demo is played: server, web interface, timeline, and what a person may look at."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from adapters.temporal_program import free_port, is_free
from console.composition import settings
from console.demo_lives import FILE, PRODUCT_STORIES, STORIES, surprises
from console.scenario import Scenario
from console.simulate import read
from console.simulation_play import Happening, Play
from console.simulation_progress import progress
from console.simulation_report import outcome_of
from console.simulation_view import TimelineView, results
from console.simulation_world import SimulatedWorld, Surroundings, simulated_world
from workflows.names import care_request_id, product_deactivation_id

USUAL_UI_PORT: Final = 8233
SECONDS_A_LINE: Final = 0.4


@dataclass
class Stage:
    """One showing of the demo; `stays` when the web interface is left up for a person to look around."""

    with_ui: bool
    stays: bool
    ui_port: int | None = None
    seconds_a_line: float = SECONDS_A_LINE
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when all has been played, and the person only looks around."""

    async def play(self, stop: asyncio.Event) -> list[str]:
        """Play all lives; then, where there is something to look at, stay until `stop` is set.

        Returns a sentence for each life that did not end as it must. Raises `ServerNotStarted`.
        """
        console = Console()
        scenario = read(FILE)
        console.rule(scenario.title or "", align="left")
        console.print(_stories())
        with (
            TemporaryDirectory(prefix="business-care-demo-") as folder,
            progress("starting a server …") as shown,
        ):
            around = Surroundings(settings().temporal_cli, Path(folder) / "temporal.db", ui_port=self._port())
            async with simulated_world(scenario, Path(folder), around) as world:
                shown.stop()
                wrong = await self._show(world, scenario, console)
                self.over.set()
                if self.stays and world.server.ui_url is not None:
                    console.print("Look around in the web interface; Ctrl-C ends the demo.", style="bold")
                    await stop.wait()
                return wrong

    async def _show(self, world: SimulatedWorld, scenario: Scenario, console: Console) -> list[str]:
        if world.server.ui_url is not None:
            console.print(f"Temporal's web interface: {world.server.ui_url}", soft_wrap=True)
        timeline = TimelineView(console, scenario)
        play = Play(world, scenario)
        happenings: list[Happening] = []
        async for happening in play.happenings():
            happenings.append(happening)
            timeline.draw(happening)
            await asyncio.sleep(self.seconds_a_line)
        outcome = await outcome_of(scenario, play, world.records, happenings)
        console.print(results(outcome))
        await _print_addresses(world, console)
        return surprises(outcome)

    def _port(self) -> int | None:
        if not self.with_ui:
            return None
        if self.ui_port is not None:
            return self.ui_port
        return USUAL_UI_PORT if is_free(USUAL_UI_PORT) else free_port()


def _stories() -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("request or product")
    table.add_column("its story")
    for request_id, story in STORIES.items():
        table.add_row(request_id, story.tells)
    for product_id, product_story in PRODUCT_STORIES.items():
        table.add_row(product_id, product_story.tells)
    return table


async def _print_addresses(world: SimulatedWorld, console: Console) -> None:
    """Where each run can be looked at, event by event."""
    if world.server.ui_url is None:
        return
    client = world.server.client
    workflows = {request_id: care_request_id(request_id) for request_id in STORIES}
    workflows |= {product_id: product_deactivation_id(product_id) for product_id in PRODUCT_STORIES}
    for subject, workflow_id in workflows.items():
        run = await client.get_workflow_handle(workflow_id).describe()
        address = (
            f"{world.server.ui_url}/namespaces/{client.namespace}/workflows/{run.id}/{run.run_id}/history"
        )
        console.print(f"{subject}  {address}", soft_wrap=True)
