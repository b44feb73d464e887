"""The figures of the service as Prometheus takes them: names, meanings and labels."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from adapters.records.figures import Figures, Histogram
from business_care.commands import ClockName
from business_care.refund import OPEN_REFUND, RefundStatus
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import CareStateName

PREFIX = "business_care_"


def families(figures: Figures) -> Iterator[Metric]:
    """Every metric. What can only grow is a counter; what may be judged anew, or taken back, is a gauge.

    A counter that shrinks passes for one that began again at zero, and its whole value for what came anew.
    Every word of a label is there from the beginning, so that its first increase is seen.
    """
    yield _counter("requests_opened", "Requests that were opened, not entitled ones too.", figures.opened)
    yield _gauges(
        "requests_open",
        "Requests under way.",
        "state",
        _each(CareStateName, figures.open_by_state, without=CareStateName.CLOSED),
    )
    yield _counters(
        "requests_closed", "Requests that have ended.", "outcome", _each(Outcome, figures.closed_by_outcome)
    )
    yield _gauges(
        "acknowledgements",
        "All requests, by how their first promise stands; breached: nobody has acted yet.",
        "status",
        _each(AcknowledgementStatus, figures.acknowledgements),
    )
    yield _gauges(
        "breaches", "Promises broken, as they are judged now.", "clock", _each(ClockName, figures.breaches)
    )
    yield _histogram(
        "time_to_acknowledge_seconds", "From the request to a person's act.", figures.to_acknowledge
    )
    yield _histogram(
        "time_to_resolve_seconds",
        "From the request to its end as resolved or settled, the customer's verification included.",
        figures.to_resolve,
    )
    yield _gauge(
        "requests_overdue",
        "Requests whose next deadline, with its grace, passed over a quarter of an hour ago.",
        figures.overdue,
    )
    yield _instants(
        "oldest_overdue_deadline_timestamp_seconds",
        "The earliest of these deadlines; absent where there is none.",
        {"": figures.oldest_deadline},
    )
    yield _gauges(
        "refunds", "Requests with a refund, by its status.", "status", _each(RefundStatus, figures.refunds)
    )
    yield _instants(
        "oldest_refund_due_timestamp_seconds",
        "Since when the oldest unsettled refund has been due; absent where there is none.",
        {status: figures.oldest_refund_due_at.get(status) for status in sorted(OPEN_REFUND)},
        "status",
    )
    yield _gauges(
        "paid_back_minor_units",
        "Prices paid back, less what came back to the provider.",
        "currency",
        figures.paid_back,
    )
    yield _gauge(
        "refund_recoveries_open",
        "Refunds that failed after their request had closed, and wait for the operator.",
        figures.recoveries_open,
    )
    yield _gauge(
        "payments_stopped",
        "Kill switches that are on: one for all, and one for each seller.",
        figures.payments_stopped,
    )
    yield _counter("notices_delivered", "Notices that were delivered.", figures.notices_delivered)
    yield _gauge(
        "notices_waiting",
        "Notices not delivered yet, those that failed included.",
        figures.notices_waiting,
    )
    yield _gauges(
        "notices_failed",
        "Notices that were tried and are not delivered, by the code of the last failure.",
        "code",
        figures.notices_failed,
    )
    yield _instants(
        "oldest_notice_timestamp_seconds",
        "Since when the oldest of the waiting notices waits; absent where there is none.",
        {"": figures.oldest_notice_waiting_since},
    )


def _each(
    words: type[CareStateName]
    | type[Outcome]
    | type[AcknowledgementStatus]
    | type[ClockName]
    | type[RefundStatus],
    counts: Mapping[str, int],
    without: str | None = None,
) -> dict[str, int]:
    return {word.value: counts.get(word, 0) for word in words if word != without}


def _counter(name: str, meaning: str, count: int) -> Metric:
    return CounterMetricFamily(PREFIX + name, meaning, value=count)


def _counters(name: str, meaning: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(PREFIX + name, meaning, labels=[label])
    for word, count in counts.items():
        family.add_metric([word], count)
    return family


def _gauge(name: str, meaning: str, number: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, meaning, value=number)


def _gauges(name: str, meaning: str, label: str, numbers: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, meaning, labels=[label])
    for word, number in numbers.items():
        family.add_metric([word], number)
    return family


def _instants(
    name: str, meaning: str, instants: Mapping[str, datetime | None], label: str | None = None
) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, meaning, labels=[] if label is None else [label])
    for word, instant in instants.items():
        if instant is not None:
            family.add_metric([] if label is None else [word], instant.timestamp())
    return family


def _histogram(name: str, meaning: str, durations: Histogram) -> Metric:
    bounds = [str(float(bound)) for bound in durations.bounds]
    buckets = [*zip(bounds, durations.counts, strict=True), ("+Inf", durations.count)]
    return HistogramMetricFamily(PREFIX + name, meaning, buckets=buckets, sum_value=durations.sum)
