"""The health check of a worker, as a container runs it: the script of the image beside a real worker."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.alive_file import AliveFileRefused, told_alive
from adapters.embedded_server import dev_server
from tests.empty_records import empty_records
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "deploy" / "is-alive.sh"
SECONDS_TO_START = 90

needs_gnu_find = pytest.mark.skipif(
    shutil.which("find") is None or sys.platform == "darwin",
    reason="the check is for the image, whose find knows -newermt with seconds",
)


@asynccontextmanager
async def worker_process(folder: Path, target: str) -> AsyncIterator[asyncio.subprocess.Process]:
    url = await empty_records(folder / "records.db")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker"),
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": target,
            "BUSINESS_CARE_DATABASE_URL": url,
            "BUSINESS_CARE_LOG_FILE": str(folder / "worker.log"),
            "BUSINESS_CARE_ALIVE_FILE": str(folder / "run" / "alive"),
        },
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def check(folder: Path, seconds: int = 20) -> bool:
    """What the health check says."""
    process = await asyncio.create_subprocess_exec(
        *("sh", str(CHECK), str(seconds)),
        env={**os.environ, "BUSINESS_CARE_ALIVE_FILE": str(folder / "run" / "alive")},
    )
    return await process.wait() == 0


async def until(folder: Path, *, alive: bool, seconds: int = 20) -> None:
    async with asyncio.timeout(SECONDS_TO_START):
        while await check(folder, seconds) is not alive:  # noqa: ASYNC110 - another process changes
            await asyncio.sleep(0.2)


@needs_gnu_find
async def test_a_worker_is_alive_from_its_start_to_its_end_and_not_while_it_hangs(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    async with dev_server(SEARCH_ATTRIBUTES) as server, worker_process(tmp_path, server.target) as worker:
        await until(tmp_path, alive=True)
        worker.send_signal(signal.SIGSTOP)
        await until(tmp_path, alive=False, seconds=7)
        worker.send_signal(signal.SIGCONT)
        await until(tmp_path, alive=True, seconds=7)
        worker.terminate()
        await worker.wait()
        alive_at_the_end = await check(tmp_path)

    assert worker.returncode == 0
    assert not alive_at_the_end


@needs_gnu_find
async def test_a_worker_that_can_reach_no_server_is_not_alive(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "alive").touch()

    async with worker_process(tmp_path, "127.0.0.1:1") as worker:
        await worker.wait()
        alive = await check(tmp_path)

    assert worker.returncode == 1
    assert not alive


@needs_gnu_find
@pytest.mark.parametrize("age", [pytest.param(19, id="in time"), pytest.param(21, id="too late")])
async def test_twenty_seconds_without_a_sign_of_life_are_too_many(age: int, tmp_path: Path) -> None:
    file = tmp_path / "run" / "alive"
    file.parent.mkdir()
    file.touch()
    then = file.stat().st_mtime - age + 0.5

    os.utime(file, (then, then))

    assert await check(tmp_path) is (age < 20)


async def test_a_worker_that_has_stopped_working_gives_no_sign(tmp_path: Path) -> None:
    file, looked = tmp_path / "alive", asyncio.Event()

    def works() -> bool:
        looked.set()
        return False

    async with told_alive(file, works, every=timedelta(milliseconds=1)):
        os.utime(file, (0, 0))
        await looked.wait()
        await asyncio.sleep(0.01)
        touched = file.stat().st_mtime

    assert touched == 0


async def test_a_file_that_cant_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "no-folder").touch()

    with pytest.raises(AliveFileRefused, match="BUSINESS_CARE_ALIVE_FILE"):
        async with told_alive(tmp_path / "no-folder" / "alive", lambda: True):
            pass
