"""One watched marketplace for all tests that only look at what it exports."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from temporalio.worker import Worker

from adapters.metrics.exporter import Exporter, exporting
from tests.adapters.small_workflows import FailsItsTask
from tests.observability.watched import Watched, eventually, text_at


@dataclass(frozen=True)
class Exported:
    """What both programs answer Prometheus after some lives, and the ids of these."""

    by_the_worker: str
    from_the_records: str
    request_ids: tuple[str, ...]


@pytest.fixture(scope="session")
async def exported(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exported]:
    """A request was resolved, a provider failed and then paid, a notice failed, a workflow is wedged."""
    async with Watched.begun(tmp_path_factory.mktemp("watched")) as watched:
        records = watched.market.records
        ids = (await watched.resolved(), await watched.refunded(pays=["error"]), await watched.given_up())
        async with Worker(watched.client, task_queue="wedged", workflows=[FailsItsTask]):
            wedged = await watched.client.start_workflow("FailsItsTask", "", id="wedged", task_queue="wedged")
            await eventually(watched.metrics_url, "temporal_workflow_task_execution_failed_total")
            await wedged.terminate()
        exporter = Exporter(lambda: records.figures.at(datetime.now(UTC)))
        async with exporting(exporter, "127.0.0.1", 0) as address:
            yield Exported(await text_at(watched.metrics_url), await text_at(address), ids)
