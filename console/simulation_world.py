"""Where a scenario is played: a server with skipped time, fresh records, a worker, simulated partners."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.runtime import Runtime

from adapters.embedded_server import SkippingServer, skipping_server
from adapters.logs import logging_to, silent_runtime
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.seed import load
from console.assembly import SIMULATED, care_worker, parties
from console.scenario import Scenario
from gateway.client import CareGateway
from gateway.products import ProductGateway
from workflows.names import SEARCH_ATTRIBUTES


@dataclass
class PlayClock:
    """Where the play stands: what callers of the gateway take for now."""

    instant: datetime

    def now(self) -> datetime:
        """The instant of the play."""
        return self.instant


@dataclass(frozen=True)
class SimulatedWorld:
    """Everything that a play needs. Notices stay in the outbox of the records: nobody is written to."""

    server: SkippingServer
    records: Records
    gateway: CareGateway
    products: ProductGateway
    clock: PlayClock


@dataclass(frozen=True)
class Surroundings:
    """What the server of a play is started with; by itself it is in memory and shows nothing."""

    program: Path | None = None
    database: Path | None = None
    port: int | None = None
    ui_port: int | None = None


@asynccontextmanager
async def simulated_world(
    scenario: Scenario, folder: Path, surroundings: Surroundings | None = None
) -> AsyncIterator[SimulatedWorld]:
    """A world with the scenario's records, its files and logs in `folder`. Raises `ServerNotStarted`."""
    around = surroundings or Surroundings()
    url = f"sqlite:///{folder / 'records.db'}"
    # The core of the SDK writes to the standard output, which belongs to the result.
    Runtime.set_default(silent_runtime(), error_if_already_set=False)
    with logging_to(file=folder / "worker.log", level="error"):
        await upgrade(url)
        async with (
            Records.open(url) as records,
            skipping_server(
                SEARCH_ATTRIBUTES,
                program=around.program,
                database=around.database,
                port=around.port,
                ui_port=around.ui_port,
                log_file=folder / "temporal.log",
            ) as server,
        ):
            await load(records.database, scenario.records, policy=scenario.policy)
            clock = PlayClock(datetime.now(UTC))
            gateway = CareGateway(
                server.client,
                records.directory,
                records.commands,
                records.closures,
                records.switches,
                records.deactivations,
                records.recoveries,
                clock=clock.now,
            )
            products = ProductGateway(server.client, records.deactivations, records.commands, clock=clock.now)
            async with care_worker(server.client, parties(records, SIMULATED)):
                yield SimulatedWorld(server, records, gateway, products, clock)
