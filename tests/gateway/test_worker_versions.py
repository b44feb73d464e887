"""Two builds of the worker side by side: requests move to the new one, or stay where they are pinned."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.embedded_server import DevServer, dev_server
from adapters.public_holidays import PublicHolidays
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.commands import Acknowledge
from business_care.people import Actor, Role
from business_care.request import CareRequestOpening
from console.assembly import WorkerSize, WorkerVersion, care_worker, parties
from gateway.client import CareGateway
from tests.adapters.care_world import a_file
from tests.gateway.marketplace import NOON, OPENED_AT, PROVIDERS
from workflows.names import SEARCH_ATTRIBUTES, care_request_id

DEPLOYMENT = "care"
TOOL = Path(sys.executable).parent / "temporal"
AGENT = Actor(role=Role.AGENT, id="A1", seller_id="S1")


class TwoBuilds:
    """A server, records, and workers of builds that come and go."""

    def __init__(self, server: DevServer, records: Records) -> None:
        self.server = server
        self.records = records

    @asynccontextmanager
    async def working(self, build: str) -> AsyncIterator[None]:
        size = WorkerSize(graceful_shutdown=timedelta(seconds=2), cached_workflows=0)
        of = parties(self.records, PROVIDERS)
        async with care_worker(self.server.client, of, size, WorkerVersion(DEPLOYMENT, build)):
            yield

    async def tool(self, *words: str) -> None:
        """Run Temporal's own tool, as docs/deploying.md says."""
        process = await asyncio.create_subprocess_exec(
            str(TOOL), *words, "--address", self.server.target, stdout=PIPE, stderr=PIPE
        )
        told, complaint = await process.communicate()
        assert process.returncode == 0, (told, complaint)

    async def make_current(self, build: str) -> None:
        """The server hears of a build when its worker asks for tasks first."""
        for _ in range(100):
            try:
                await self.tool(
                    "worker", "deployment", "set-current-version", "--deployment-name", DEPLOYMENT,
                    "--build-id", build, "--yes",
                )  # fmt: skip
            except AssertionError:
                await asyncio.sleep(0.1)
            else:
                return
        pytest.fail(f"the server never heard of build {build}")

    async def opened(self, request_id: str) -> None:
        opening = CareRequestOpening(
            request_id=request_id, licence_id="L1", opened_at=OPENED_AT, subject="Menu empty"
        )
        await self.gateway.open_request(opening)

    async def acknowledged(self, request_id: str) -> None:
        await self.gateway.send(request_id, Acknowledge(command_id="c1", by=AGENT, message="We are on it"))

    @property
    def gateway(self) -> CareGateway:
        return CareGateway(
            client=self.server.client,
            directory=self.records.directory,
            commands=self.records.commands,
            closures=self.records.closures,
            switches=self.records.switches,
            deactivations=self.records.deactivations,
            recoveries=self.records.recoveries,
            clock=lambda: NOON,
            planner=PublicHolidays(),
        )

    async def builds_of(self, request_id: str) -> list[str]:
        """Which build did each of the request's tasks, in order."""
        run = self.server.client.get_workflow_handle(care_request_id(request_id))
        return [
            event.workflow_task_completed_event_attributes.deployment_version.build_id
            async for event in run.fetch_history_events()
            if event.HasField("workflow_task_completed_event_attributes")
        ]


@pytest.fixture
async def builds(tmp_path: Path) -> AsyncIterator[TwoBuilds]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    await upgrade(url)
    async with Records.open(url) as records, dev_server(SEARCH_ATTRIBUTES) as server:
        await load(records.database, a_file())
        yield TwoBuilds(server, records)


async def test_a_request_moves_to_the_build_that_is_made_current(builds: TwoBuilds) -> None:
    async with builds.working("1.0"), builds.working("2.0"):
        await builds.make_current("1.0")
        await builds.opened("R1")

        await builds.make_current("2.0")
        await builds.acknowledged("R1")
        await builds.opened("R2")

        assert await builds.builds_of("R1") == ["1.0", "2.0"]
        assert await builds.builds_of("R2") == ["2.0"]


async def test_a_request_that_an_operator_pins_stays_with_the_build_that_began_it(builds: TwoBuilds) -> None:
    async with builds.working("1.0"), builds.working("2.0"):
        await builds.make_current("1.0")
        await builds.opened("R1")

        await builds.tool(
            "workflow", "update-options", "--workflow-id", care_request_id("R1"),
            "--versioning-override-behavior", "pinned",
            "--versioning-override-deployment-name", DEPLOYMENT, "--versioning-override-build-id", "1.0",
        )  # fmt: skip
        await builds.make_current("2.0")
        await builds.acknowledged("R1")

        assert set(await builds.builds_of("R1")) == {"1.0"}


async def test_a_worker_of_a_build_that_is_not_current_gets_no_new_request(builds: TwoBuilds) -> None:
    async with builds.working("1.0"), builds.working("2.0"):
        await builds.make_current("1.0")

        await builds.opened("R1")

        assert await builds.builds_of("R1") == ["1.0"]
