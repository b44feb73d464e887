"""`business-care dev`: everything in one terminal, kept across restarts, and never twice on the same data."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client

from adapters.encryption.converter import DATA_CONVERTER
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.temporal_program import free_port
from business_care.commands import Acknowledge
from business_care.people import Actor, Role
from business_care.request import CareRequestOpening
from business_care.views import CareStateName
from console.scenario_file import read_seed
from gateway.client import CareGateway

ROOT = Path(__file__).parents[2]
AGENT = Actor(role=Role.AGENT, id="A1", seller_id="S1")


@dataclass
class Terminal:
    """A folder in which `dev` is typed."""

    folder: Path
    port: int
    ui_port: int
    http_port: int | None = None

    def dev(self) -> subprocess.Popen[str]:
        words = ["dev", "--port", str(self.port), "--ui-port", str(self.ui_port)]
        words += ["--http-port", str(self.http_port)] if self.http_port else []
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "starter", *words],
            cwd=self.folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def running(self, ended_by: signal.Signals) -> Iterator[str]:
        """`dev` from its welcome until the signal, after which it ends in order."""
        with self.dev() as process:
            assert process.stdout is not None
            welcome = ""
            for line in process.stdout:
                welcome += line
                if line.startswith("Ctrl-C ends it"):
                    break
            try:
                yield welcome
            finally:
                process.send_signal(ended_by)
                out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        assert out.endswith("Stopped. The data stay where they are; start it again to go on.\n")

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[CareGateway]:
        client = await Client.connect(f"127.0.0.1:{self.port}", data_converter=DATA_CONVERTER)
        async with Records.open(f"sqlite:///{self.folder / '.data' / 'business-care.db'}") as records:
            await load(records.database, read_seed(ROOT / "examples" / "records.yaml").records)
            yield CareGateway(
                client,
                records.directory,
                records.commands,
                records.closures,
                records.switches,
                records.deactivations,
                records.recoveries,
            )


async def test_requests_go_on_when_it_is_started_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, free_port(), free_port())
    opening = CareRequestOpening(request_id="R1", licence_id="L1", opened_at=datetime.now(UTC))

    with terminal.running(signal.SIGTERM) as welcome:
        async with terminal.gateway() as gateway:
            await gateway.open_request(opening)
            told = await asyncio.to_thread(delivered, tmp_path, 1)
    with terminal.running(signal.SIGINT):
        async with terminal.gateway() as gateway:
            answer = await gateway.send("R1", Acknowledge(command_id="a", by=AGENT, message="We are on it"))

    assert f"127.0.0.1:{terminal.port}, namespace default" in welcome
    assert f"http://127.0.0.1:{terminal.ui_port}" in welcome
    assert told == ["request_opened"]
    assert answer.state is CareStateName.IN_PROGRESS


def test_the_http_api_answers_where_it_was_told_to(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, free_port(), free_port(), free_port())
    address = f"http://127.0.0.1:{terminal.http_port}"

    with (
        terminal.running(signal.SIGTERM) as welcome,
        urllib.request.urlopen(f"{address}/api/v1/namespaces/default", timeout=10) as answer,  # noqa: S310
    ):
        namespace = json.load(answer)["namespaceInfo"]["name"]

    assert f"HTTP API           {address}\n" in welcome
    assert namespace == "default"


def test_a_second_one_on_the_same_data_is_refused(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, free_port(), free_port())

    with terminal.running(signal.SIGTERM), terminal.dev() as second:
        _, err = second.communicate(timeout=90)

    assert second.returncode == 3
    assert err.startswith("another `business-care dev` works on .data/temporal.db (process ")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = Terminal(tmp_path / "one", free_port(), free_port())

    with first.running(signal.SIGTERM):
        with Terminal(tmp_path / "two", first.port, free_port()).dev() as same_port:
            _, about_port = same_port.communicate(timeout=90)
        with Terminal(tmp_path / "two", free_port(), first.ui_port).dev() as same_ui:
            _, about_ui = same_ui.communicate(timeout=90)

    assert (same_port.returncode, same_ui.returncode) == (3, 3)
    assert about_port.startswith(f"port {first.port} is taken;")
    assert about_ui.startswith(f"port {first.ui_port} is taken;")


def delivered(folder: Path, count: int) -> list[str]:
    """The kinds of the first notices that were delivered, once there are so many."""
    query = "SELECT kind FROM notices WHERE delivered_at IS NOT NULL ORDER BY id"
    kinds: list[str] = []
    while len(kinds) < count:
        with sqlite3.connect(folder / ".data" / "business-care.db") as connection:
            kinds = [row[0] for row in connection.execute(query)]
        connection.close()
    return kinds
