"""The exporter: figures of the records as Prometheus reads them, counted not too often."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from adapters.logs import MetricsNotServed, forwarding_runtime
from adapters.metrics.exporter import AddressTaken, Exporter, exporting
from adapters.metrics.families import families
from adapters.records.figures import Figures
from adapters.records.opened import Records
from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus
from business_care.views import AcknowledgementView, CareStateName, RefundView
from tests.adapters.care_world import OPENED_AT, a_step, a_view

LOOPBACK = "127.0.0.1"
NOW = OPENED_AT + timedelta(days=60)
MISSED = AcknowledgementView(status=AcknowledgementStatus.BREACHED)
REFUND = RefundView(status=RefundStatus.PENDING, due_at=OPENED_AT)
STUCK = a_view(
    "R1",
    acknowledgement=MISSED,
    state=CareStateName.REFUND_PENDING,
    refund=REFUND,
    next_due_at=OPENED_AT,
)


class Counting:
    """Counts the records, and how often it was asked to."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.times = 0

    async def __call__(self) -> Figures:
        self.times += 1
        return await self.records.figures.at(NOW)


async def answer_of(address: str, accept: str = "text/plain") -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession(headers={"Accept": accept}) as session,
        session.get(address) as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


def values_in(text: str) -> dict[tuple[str, ...], float]:
    metrics: list[Metric] = list(text_string_to_metric_families(text))
    return {(s.name, *s.labels.values()): s.value for metric in metrics for s in metric.samples}


@asynccontextmanager
async def answering(records: Records, fresh_for: float = 0) -> AsyncIterator[tuple[str, Counting]]:
    counting = Counting(records)
    async with exporting(Exporter(counting, fresh_for), LOOPBACK, 0) as address:
        yield address, counting


async def test_prometheus_reads_what_the_records_tell(records: Records) -> None:
    await records.care.store(a_step(STUCK))

    async with answering(records) as (address, _):
        status, _, text = await answer_of(address)

    values = values_in(text)
    assert status == 200
    assert values["business_care_requests_opened_total",] == 1
    assert values["business_care_requests_open", "refund_pending"] == 1
    assert values["business_care_acknowledgements", "breached"] == 1
    assert values["business_care_breaches", "acknowledgement"] == 1
    assert values["business_care_refunds", "pending"] == 1
    assert values["business_care_requests_overdue",] == 1
    due = OPENED_AT.timestamp()
    assert values["business_care_oldest_overdue_deadline_timestamp_seconds",] == due
    assert values["business_care_oldest_refund_due_timestamp_seconds", "pending"] == due


async def test_every_word_of_a_label_is_there_before_anything_happens(records: Records) -> None:
    async with answering(records) as (address, _):
        _, _, text = await answer_of(address)

    values = values_in(text)
    assert values["business_care_requests_closed_total", "refunded"] == 0
    assert values["business_care_refunds", "manual"] == 0
    assert values["business_care_time_to_acknowledge_seconds_bucket", "+Inf"] == 0
    assert not [name for name, *_ in values if "oldest" in name]


async def test_whoever_asks_for_the_newer_format_gets_it(records: Records) -> None:
    async with answering(records) as (address, _):
        _, kind, text = await answer_of(address, "application/openmetrics-text; version=1.0.0")

    assert kind.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


async def test_however_many_ask_the_records_are_counted_once_in_a_while(records: Records) -> None:
    async with answering(records, fresh_for=60) as (address, counting):
        answers = [(await answer_of(address))[0] for _ in range(3)]

    assert (answers, counting.times) == ([200, 200, 200], 1)


async def test_what_has_happened_since_is_seen_when_the_figures_are_no_longer_fresh(
    records: Records,
) -> None:
    async with answering(records) as (address, _):
        _, _, before = await answer_of(address)
        await records.care.store(a_step(STUCK))
        _, _, after = await answer_of(address)

    opened = ("business_care_requests_opened_total",)
    assert (values_in(before)[opened], values_in(after)[opened]) == (0, 1)


async def test_records_that_do_not_answer_are_no_figures(tmp_path: Path) -> None:
    async with Records.open(f"sqlite:///{tmp_path / 'empty.db'}") as without_tables:  # noqa: SIM117
        async with answering(without_tables) as (address, _):
            status, _, text = await answer_of(address)

    assert (status, text) == (503, "the records do not answer\n")


async def test_an_address_that_is_taken_is_named(records: Records) -> None:
    async with answering(records) as (address, counting):
        port = int(address.split(":")[2].removesuffix("/metrics"))

        with pytest.raises(AddressTaken, match=f"127.0.0.1:{port}"):
            async with exporting(Exporter(counting), LOOPBACK, port):
                pass


async def test_a_worker_whose_metrics_cannot_be_served_says_so(records: Records) -> None:
    async with answering(records) as (address, _):
        taken = address.removeprefix("http://").removesuffix("/metrics")

        with pytest.raises(MetricsNotServed, match=taken):
            forwarding_runtime(taken)


async def test_the_buckets_of_a_histogram_only_grow(records: Records) -> None:
    acted = AcknowledgementView(status=AcknowledgementStatus.MET, acted_at=OPENED_AT + timedelta(hours=3))
    await records.care.store(a_step(a_view("R1", acknowledgement=acted)))

    (histogram,) = [
        metric
        for metric in families(await records.figures.at(NOW))
        if metric.name == "business_care_time_to_acknowledge_seconds"
    ]

    counts = [sample.value for sample in histogram.samples if sample.name.endswith("_bucket")]
    assert counts == sorted(counts)
    assert counts[-1] == 1
