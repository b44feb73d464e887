"""What could lose money or promises is refused at the start, in one line, as an operator sees it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest

from adapters.embedded_server import DevServer, dev_server
from adapters.records.migrations.run import upgrade
from tests.adapters.conftest import administer, named
from tests.adapters.postgres_server import PostgresUnavailable, running_postgres
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 90


@dataclass(frozen=True)
class Ended:
    """How a worker ended: by itself, or asked to once it had begun to work."""

    code: int
    err: str
    log: str

    @property
    def worked(self) -> bool:
        return "worker.started" in self.log


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[DevServer]:
    async with dev_server(SEARCH_ATTRIBUTES) as running:
        yield running


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[str]:
    try:
        with running_postgres("autovacuum=off") as url:
            yield url
    except PostgresUnavailable as reason:
        pytest.skip(f"no PostgreSQL here: {reason}")


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    await upgrade(url)
    return url


@asynccontextmanager
async def keeping(server: DevServer, days: int) -> AsyncIterator[None]:
    """A namespace that keeps closed requests for so many days meanwhile."""
    await _keep(server, days)
    yield
    await _keep(server, 90)


async def _keep(server: DevServer, days: int) -> None:
    kept = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=days * 86_400))
    await server.client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace="default", config=kept)
    )


async def started(folder: Path, server: DevServer, url: str) -> Ended:
    """What comes of `python -m worker`; one that works is stopped at once."""
    log = folder / "worker.log"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker"),
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": server.target,
            "BUSINESS_CARE_DATABASE_URL": url,
            "BUSINESS_CARE_LOG_FILE": str(log),
            "BUSINESS_CARE_OUTBOX_DIR": str(folder / "outbox"),
        },
        stderr=asyncio.subprocess.PIPE,
    )
    ended = asyncio.create_task(process.communicate())
    async with asyncio.timeout(SECONDS_TO_START):
        while not ended.done() and not has_begun(log):  # noqa: ASYNC110 - another process begins
            await asyncio.sleep(0.05)
        if not ended.done():
            process.terminate()
        _, err = await ended
    assert process.returncode is not None
    return Ended(process.returncode, err.decode(), log.read_text())


def has_begun(log: Path) -> bool:
    return log.exists() and "worker.started" in log.read_text()


async def test_a_namespace_that_forgets_after_a_day_is_refused(
    server: DevServer, sqlite_url: str, tmp_path: Path
) -> None:
    async with keeping(server, 1):
        ended = await started(tmp_path, server, sqlite_url)

    assert (ended.code, ended.worked) == (1, False)
    assert ended.err == (
        "not safe to start: retention: the namespace default keeps closed requests for 1 days; with less "
        "than 30 the server forgets what a dispute is about, and would start a closed request again: "
        "`temporal operator namespace update --namespace default --retention 90d`\n"
    )


async def test_one_that_forgets_after_45_days_is_a_warning(
    server: DevServer, sqlite_url: str, tmp_path: Path
) -> None:
    async with keeping(server, 45):
        ended = await started(tmp_path, server, sqlite_url)

    assert (ended.code, ended.worked) == (0, True)
    assert ended.err == (
        "warning: retention: the namespace default keeps closed requests for 45 days; 90 are recommended: "
        "`temporal operator namespace update --namespace default --retention 90d`\n"
    )
    assert "start.warning" in ended.log
    assert "check=retention" in ended.log


async def test_one_that_keeps_them_for_90_days_is_in_order(
    server: DevServer, sqlite_url: str, tmp_path: Path
) -> None:
    ended = await started(tmp_path, server, sqlite_url)

    assert (ended.code, ended.worked, ended.err) == (0, True, "")
    assert "start.warning" not in ended.log


async def test_postgresql_that_acknowledges_before_it_has_written_is_refused(
    server: DevServer, durable_postgres: str, tmp_path: Path
) -> None:
    await administer(durable_postgres, "CREATE DATABASE hasty")
    await upgrade(named(durable_postgres, "hasty"))
    await administer(durable_postgres, "ALTER DATABASE hasty SET synchronous_commit = off")

    refused = await started(tmp_path, server, named(durable_postgres, "hasty"))
    await administer(durable_postgres, "ALTER DATABASE hasty RESET synchronous_commit")
    mended = await started(tmp_path, server, named(durable_postgres, "hasty"))

    assert (refused.code, refused.worked) == (1, False)
    assert refused.err.startswith(
        "not safe to start: durability: PostgreSQL, synchronous_commit off; an acknowledged payment would be "
        "forgotten when the machine fails, and could be made again: "
    )
    assert refused.err.count("\n") == 1
    assert "ALTER DATABASE ... RESET synchronous_commit" in refused.err
    assert (mended.code, mended.worked, mended.err) == (0, True, "")


async def test_everything_that_is_unsafe_is_told_at_once(
    server: DevServer, durable_postgres: str, tmp_path: Path
) -> None:
    await administer(durable_postgres, "CREATE DATABASE worse")
    await upgrade(named(durable_postgres, "worse"))
    await administer(durable_postgres, "ALTER DATABASE worse SET synchronous_commit = off")

    async with keeping(server, 29):
        ended = await started(tmp_path, server, named(durable_postgres, "worse"))

    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "retention: the namespace default keeps closed requests for 29 days" in ended.err
    assert " | durability: PostgreSQL, synchronous_commit off" in ended.err
