"""The embedded servers: real, ours alone, and gone when we are."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError
from temporalio.worker import Worker

from adapters.embedded_server import FastForwardStuck, dev_server, skipping_server
from adapters.temporal_program import ServerNotStarted, find_temporal_program, free_port
from tests.adapters.small_workflows import Sleeps, WaitsForAnAnswer, WakesAt, never_answers

ROOT = Path(__file__).parents[2]


async def test_the_development_server_keeps_closed_workflows_for_90_days() -> None:
    async with dev_server() as server:
        namespace = await server.client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )

    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=90)


async def test_search_attributes_are_registered_under_their_kinds() -> None:
    keys: list[SearchAttributeKey[Any]] = [
        SearchAttributeKey.for_keyword("CareState"),
        SearchAttributeKey.for_datetime("CareDueAt"),
        SearchAttributeKey.for_bool("CareBreached"),
        SearchAttributeKey.for_keyword_list("CareProducts"),
    ]

    async with dev_server(keys) as server:
        known = await server.client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace="default")
        )

    kinds = {key.name: int(key.indexed_value_type) for key in keys}
    assert {name: int(kind) for name, kind in known.custom_attributes.items()} == kinds


async def test_workflows_outlive_a_restart_of_the_development_server(tmp_path: Path) -> None:
    database = tmp_path / "new folder" / "temporal.db"
    async with dev_server(database=database) as server:
        await server.client.start_workflow("Sleeps", 1, id="still-there", task_queue="nobody")

    async with dev_server(database=database) as server:
        found = await server.client.get_workflow_handle("still-there").describe()

    assert found.id == "still-there"


async def test_what_the_server_has_acknowledged_survives_when_it_is_killed(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    async with dev_server(database=database) as server:
        for number in range(20):
            await server.client.start_workflow("Sleeps", 1, id=f"begun-{number}", task_queue="nobody")
        await server.kill()

    async with dev_server(database=database) as server:
        found = [
            (await server.client.get_workflow_handle(f"begun-{number}").describe()).id for number in range(20)
        ]

    assert found == [f"begun-{number}" for number in range(20)]


async def test_the_server_writes_through_a_log_that_it_flushes_at_each_commit(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"

    async with dev_server(database=database):
        began_with = database.read_bytes()[:20]
        commands = [words.split(b"\0") for words in running_commands() if str(database).encode() in words]

    # Bytes 18 and 19 of the file tell of the log. When it is flushed is a matter of each connection, which
    # the file does not tell: what can be seen from outside is what the program was started with.
    assert began_with[18:20] == b"\x02\x02"
    assert commands
    pragmas = {b"synchronous=2", b"journal_mode=wal", b"busy_timeout=10000"}
    assert all(pragmas <= set(words) for words in commands)


async def test_the_web_interface_runs_only_where_it_is_asked_for() -> None:
    async with dev_server(ui_port=0) as server:
        assert server.ui_url is not None
        with urllib.request.urlopen(server.ui_url, timeout=10) as page:  # noqa: ASYNC210, S310
            assert page.status == 200

    async with dev_server() as server:
        assert server.ui_url is None


async def test_the_http_api_answers_where_it_was_asked_for() -> None:
    async with dev_server(http_port=0) as server:
        assert server.http_url is not None
        with urllib.request.urlopen(f"{server.http_url}/api/v1/namespaces", timeout=10) as page:  # noqa: ASYNC210, S310
            assert page.status == 200

    async with dev_server() as server:
        assert server.http_url is None


@pytest.mark.parametrize("asked_for", ["port", "http_port"])
async def test_the_server_listens_on_the_loopback_interface_only(asked_for: str) -> None:
    port = free_port()
    chosen: dict[str, Any] = {asked_for: port}

    async with dev_server(**chosen):
        listening = subprocess.run(  # noqa: ASYNC221
            ["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=False
        ).stdout

    entries = [line.split() for line in listening.splitlines() if ":" in line]
    addresses = {words[1] for words in entries if words[1].endswith(f":{port:04X}") and words[3] == "0A"}
    assert addresses == {f"0100007F:{port:04X}"}


async def test_a_payload_of_more_than_512_kilobytes_is_refused_at_the_door() -> None:
    async with dev_server() as server:
        with pytest.raises(RPCError, match=r"(?i)blob data size exceeds limit|size exceeds"):
            await server.client.start_workflow("Sleeps", "x" * 600_000, id="too-large", task_queue="nobody")


async def test_a_port_that_is_taken_is_an_error_that_names_the_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(ServerNotStarted, match=r"port \d+ is taken"):
            async with dev_server(port=taken.getsockname()[1]):
                pytest.fail("started on a port that was taken")


async def test_a_server_that_does_not_come_up_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    not_a_database = tmp_path / "notes.txt"
    not_a_database.write_text("these are notes, and no database" * 100)

    with pytest.raises(ServerNotStarted, match=r"ended at once: .*file is not a database"):
        async with dev_server(database=not_a_database):
            pytest.fail("started on a file that is no database")


def test_a_program_that_is_not_there_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(
        ServerNotStarted, match=r"BUSINESS_CARE_TEMPORAL_CLI names .*/nothing, which is not a file"
    ):
        find_temporal_program(tmp_path / "nothing")


async def test_each_workflow_is_moved_through_time_by_itself() -> None:
    async with (
        skipping_server() as server,
        Worker(server.client, task_queue="skipping", workflows=[Sleeps]),
    ):
        moved = await server.client.start_workflow("Sleeps", 30, id="moved", task_queue="skipping")
        left_alone = await server.client.start_workflow("Sleeps", 30, id="left", task_queue="skipping")

        there = await server.fast_forward(moved, timedelta(days=10, hours=1))
        moved_by = await server.now(moved) - datetime.now(UTC)
        left_by = await server.now(left_alone) - datetime.now(UTC)

    assert there is True
    assert timedelta(days=10) < moved_by < timedelta(days=11)
    assert abs(left_by) < timedelta(minutes=1)


async def test_a_clock_stops_where_it_was_told_though_a_timer_is_due_at_that_very_instant() -> None:
    async with (
        skipping_server() as server,
        Worker(server.client, task_queue="skipping", workflows=[WakesAt]),
    ):

        async def stops(number: int) -> list[timedelta]:
            days = [datetime(2031, 3, 3, tzinfo=UTC) + timedelta(days=day) for day in range(21)]
            handle = await server.client.start_workflow(
                "WakesAt", days, id=f"wakes-{number}", task_queue="skipping"
            )
            late = []
            for number_woken, day in enumerate(days[:-1]):
                while await handle.query("woken") < number_woken:  # noqa: ASYNC110 -- nothing else tells us
                    await asyncio.sleep(0.001)
                await server.fast_forward(handle, day - await server.now(handle))
                late.append(await server.now(handle) - day)
            return late

        late = [each for stopped in await asyncio.gather(*map(stops, range(10))) for each in stopped]

    assert len(late) == 200
    assert timedelta(0) <= min(late)
    assert max(late) < timedelta(minutes=1)


async def test_skipping_does_not_stop_at_the_two_hundredth_skip() -> None:
    async with (
        skipping_server() as server,
        Worker(server.client, task_queue="skipping", workflows=[Sleeps]),
    ):
        handle = await server.client.start_workflow("Sleeps", 300, id="long", task_queue="skipping")

        there = await server.fast_forward(handle, timedelta(days=250))
        moved_by = await server.now(handle) - datetime.now(UTC)

    # The server's own limit is 200, after which it stops without a word.
    assert there is True
    assert timedelta(days=249) < moved_by < timedelta(days=251)


async def test_a_workflow_that_ends_on_the_way_says_so() -> None:
    async with (
        skipping_server() as server,
        Worker(server.client, task_queue="skipping", workflows=[Sleeps]),
    ):
        handle = await server.client.start_workflow("Sleeps", 2, id="short", task_queue="skipping")

        there = await server.fast_forward(handle, timedelta(days=10))

    assert there is False


async def test_time_that_cannot_be_skipped_is_an_error_that_says_what_to_look_for() -> None:
    async with (
        skipping_server() as server,
        Worker(
            server.client,
            task_queue="skipping",
            workflows=[WaitsForAnAnswer],
            activities=[never_answers],
        ),
    ):
        handle = await server.client.start_workflow("WaitsForAnAnswer", id="waits", task_queue="skipping")

        with pytest.raises(FastForwardStuck, match=r"waits did not reach 1 day.*an activity that runs"):
            await server.fast_forward(handle, timedelta(days=1), within=timedelta(seconds=2))
        await handle.terminate()


PARENT = """
import asyncio
from adapters.embedded_server import dev_server

async def main():
    async with dev_server() as server:
        print(server.target, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "kill"])
def test_no_server_is_left_behind_when_its_parent_is_killed(end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        host, port = parent.stdout.readline().strip().split(":")
        assert answers(host, int(port))

        os.kill(parent.pid, end)

    assert eventually_silent(host, int(port))


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def eventually_silent(host: str, port: int) -> bool:
    give_up_at = time.monotonic() + 20
    while time.monotonic() < give_up_at:
        if not answers(host, port):
            return True
        time.sleep(0.1)
    return False


def running_commands() -> list[bytes]:
    """The command lines of all processes, words parted by zeros."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            lines.append((process / "cmdline").read_bytes())
    return lines
