"""The demo: lives that end as they must, seen in the web interface, and an orderly end."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from console.demo_lives import PRODUCT_STORIES, STORIES
from console.demo_stage import Stage

ROOT = Path(__file__).parents[2]
ADDRESS = r"((http://\S+)/namespaces/(\S+)/workflows/(\S+)/(\S+)/history)"


def demo(*words: str) -> subprocess.Popen[str]:
    """The demo, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "starter", "demo", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_in_a_hurry_it_ends_by_itself_and_every_life_as_it_must() -> None:
    with demo("--ci", "--no-ui") as showing:
        out, err = showing.communicate(timeout=90)

    assert (showing.returncode, err) == (0, "")
    for request_id, story in STORIES.items():
        assert re.search(rf"{request_id} +closed: {story.ends.replace('_', ' ')}", out)
    for product_id in PRODUCT_STORIES:
        assert re.search(rf"{product_id} +ended: (reactivated|retired)", out)


async def test_the_web_interface_stays_up_and_shows_each_run_at_its_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage = Stage(with_ui=True, stays=True, seconds_a_line=0)
    stop = asyncio.Event()
    playing = asyncio.create_task(stage.play(stop))
    await asyncio.wait_for(stage.over.wait(), timeout=90)

    addresses = re.findall(ADDRESS, capsys.readouterr().out)
    pages = [await asyncio.to_thread(read, page) for page, *_ in addresses]
    runs = [
        await asyncio.to_thread(
            read, f"{ui}/api/v1/namespaces/{name}/workflows/{workflow}?execution.runId={run}"
        )
        for _, ui, name, workflow, run in addresses
    ]
    stop.set()

    assert await playing == []
    assert len(addresses) == len(STORIES) + len(PRODUCT_STORIES)
    assert all("<html" in page.lower() for page in pages)
    assert all('"WORKFLOW_EXECUTION_STATUS_COMPLETED"' in run for run in runs)


def test_an_interruption_while_it_plays_ends_it_without_a_trace() -> None:
    with demo() as showing:
        assert showing.stdout is not None
        port = 0
        for line in showing.stdout:
            if "web interface" in line:
                port = int(line.rstrip().rpartition(":")[2])
            if "opened" in line:
                break
        showing.send_signal(signal.SIGINT)
        _, err = showing.communicate(timeout=90)

    assert (showing.returncode, err) == (130, "")
    assert nobody_listens(port)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with demo("--ci", "--port", str(port)) as showing:
            _, err = showing.communicate(timeout=90)

    assert showing.returncode == 3
    assert err == f"port {port} is taken; stop what listens there, or choose another port\n"


def test_a_port_without_a_web_interface_is_wrong_usage() -> None:
    with demo("--no-ui", "--port", "8233") as showing:
        _, err = showing.communicate(timeout=90)

    assert (showing.returncode, err) == (2, "--port: it goes with the web interface, and not with --no-ui\n")


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
        return str(answer.read().decode())


def nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
