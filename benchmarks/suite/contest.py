"""The ground on which ours and the yardsticks run: one server, a worker process for each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from benchmarks.open_requests import Requests
from benchmarks.worker_process import worker_process
from workflows.names import SEARCH_ATTRIBUTES


@dataclass(frozen=True)
class Contest:
    """Everything that takes part."""

    client: Client
    """Of requests: it writes payloads as our own programs do."""
    plain: Client
    """Of yardsticks, as the SDK makes it."""
    requests: Requests
    records: Records
    server: int
    our_worker: int
    other_worker: int
    """Ids of the server's process group, and of both workers' processes."""


@asynccontextmanager
async def contest(licences: int) -> AsyncIterator[Contest]:
    """A server whose database is a file, both workers, and records with so many licences."""
    with TemporaryDirectory(prefix="business-care-bench-") as name:
        folder, other = Path(name) / "ours", Path(name) / "other"
        folder.mkdir()
        other.mkdir()
        url = f"sqlite:///{folder / 'records.db'}"
        await Requests.prepared(url, licences)
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=Path(name) / "temporal.db") as server,
            worker_process(folder, server.target, url) as ours,
            worker_process(other, server.target, url, program=("benchmarks.suite.yardsticks",)) as yardsticks,
            Records.open(url) as records,
        ):
            plain = await Client.connect(server.target)
            yield Contest(
                server.client,
                plain,
                Requests(records),
                records,
                server.process_group,
                ours.pid,
                yardsticks.pid,
            )
