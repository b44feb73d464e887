"""What the server says of a run: whether it goes on, and which of its steps is tried again when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from adapters.embedded_server import SkippingServer


@dataclass(frozen=True)
class Retry:
    """A step that failed, and when it is tried again: so long after it was tried."""

    at: datetime
    interval: timedelta


@dataclass(frozen=True)
class Glance:
    """A run at a moment; two equal ones have had nothing between them."""

    is_over: bool
    is_busy: bool
    events: int
    retry: Retry | None


async def glance(server: SkippingServer, handle: WorkflowHandle[Any, Any]) -> Glance:
    """The run as it is now."""
    description = await handle.describe()
    raw = description.raw_description
    now = await server.now(handle)
    retries = [_retry(pending) for pending in raw.pending_activities]
    return Glance(
        is_over=description.status is not WorkflowExecutionStatus.RUNNING,
        is_busy=raw.HasField("pending_workflow_task")
        or any(retry is None or retry.at <= now for retry in retries),
        events=description.history_length,
        retry=min((it for it in retries if it is not None), key=lambda it: it.at, default=None),
    )


def _retry(pending: PendingActivityInfo) -> Retry | None:
    """The next try of a step; None while it is being tried."""
    if pending.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED or pending.attempt <= 1:
        return None
    return Retry(_instant(pending.next_attempt_schedule_time), pending.current_retry_interval.ToTimedelta())


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime().replace(tzinfo=UTC)
