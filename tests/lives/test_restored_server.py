"""The server's database comes back from a backup that is older than the records (docs/production.md)."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from benchmarks.open_requests import OPERATOR, Opened, Requests
from benchmarks.worker_process import worker_process
from business_care.commands import OrderRefund
from business_care.comparison import DifferenceKind
from business_care.request import CareRequestOpening
from business_care.state import Outcome
from business_care.views import RequestView
from gateway.comparing import Comparer
from gateway.failures import NotRunning
from workflows.names import SEARCH_ATTRIBUTES


class Installation:
    """A server with its database in a file, a worker, and records that are never restored."""

    def __init__(self, folder: Path, records: Records) -> None:
        self._folder = folder
        self._file = folder / "temporal.db"
        self._backup = folder / "backup.db"
        self.records = records
        self.requests = Requests(records)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Client]:
        url = f"sqlite:///{self._folder / 'records.db'}"
        async with (
            dev_server(SEARCH_ATTRIBUTES, database=self._file) as server,
            worker_process(self._folder, server.target, url),
        ):
            yield server.client

    def back_up(self) -> None:
        """As an operator would, while everything runs."""
        with closing(sqlite3.connect(self._file)) as source, closing(sqlite3.connect(self._backup)) as kept:
            source.backup(kept)

    def restore(self) -> None:
        for old in self._folder.glob("temporal.db*"):
            old.unlink()
        self._backup.rename(self._file)


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    await Requests.prepared(url, 2)
    async with Records.open(url) as records:
        yield Installation(tmp_path, records)


def is_refunded(view: RequestView) -> bool:
    return view.outcome is Outcome.REFUNDED


async def test_what_was_paid_after_the_backup_is_not_paid_again_when_it_falls_due_again(
    installation: Installation,
) -> None:
    requests = installation.requests
    async with installation.running() as client:
        opened = await requests.open(client)
        installation.back_up()
        await requests.order_refund(client, opened)
        await requests.recorded(opened.request_id, is_refunded)
    installation.restore()

    async with installation.running() as client:
        await requests.order_refund(client, opened)
        await client.get_workflow_handle(f"care-request-{opened.request_id}").result()

    view = await installation.records.directory.view(opened.request_id)
    assert view is not None
    assert view.outcome is Outcome.REFUNDED
    assert await requests.refunds_of(opened) == 1


async def test_a_request_that_was_opened_after_the_backup_goes_on_when_it_is_opened_again(
    installation: Installation,
) -> None:
    requests = installation.requests
    async with installation.running() as client:
        installation.back_up()
        opened = await requests.open(client)
    before = await installation.records.directory.view(opened.request_id)
    installation.restore()

    async with installation.running() as client:
        with pytest.raises(NotRunning, match="open it again to go on"):
            await requests.send(client, opened, order("early"))
        await open_again(installation, client, opened)
        await requests.send(client, opened, order("late"))
        await requests.recorded(opened.request_id, is_refunded)

    assert before is not None
    after = await installation.records.directory.view(opened.request_id)
    assert after is not None
    assert after.opened_at == before.opened_at
    assert after.resolution.due == before.resolution.due
    assert await requests.refunds_of(opened) == 1


async def test_what_differs_after_a_restore_is_told(installation: Installation) -> None:
    requests, records = installation.requests, installation.records
    async with installation.running() as client:
        closed_since = await requests.open(client)
        installation.back_up()
        await requests.order_refund(client, closed_since)
        await requests.recorded(closed_since.request_id, is_refunded)
        opened_since = await requests.open(client)
    installation.restore()
    a_while_later = datetime.now(UTC) + timedelta(minutes=15)  # a run that has just begun is not suspected

    async with installation.running() as client:
        told = await Comparer(client, records.runs, records.recoveries).compare(a_while_later)

    assert {(one.kind, one.workflow_id) for one in told.differences} == {
        (DifferenceKind.NOT_OPEN, f"care-request-{closed_since.request_id}"),
        (DifferenceKind.NOT_RUNNING, f"care-request-{opened_since.request_id}"),
    }


def order(command_id: str) -> OrderRefund:
    return OrderRefund(command_id=command_id, by=OPERATOR, reason="the product was taken off")


async def open_again(installation: Installation, client: Client, opened: Opened) -> None:
    """With the instant that the records know, so that the deadlines stay what they were."""
    view = await installation.records.directory.view(opened.request_id)
    assert view is not None
    await installation.requests._gateway(client).open_request(
        CareRequestOpening(
            request_id=opened.request_id, licence_id=opened.licence_id, opened_at=view.opened_at
        )
    )
