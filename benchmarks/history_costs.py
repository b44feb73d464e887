"""What a history costs: events, bytes, workflow tasks, and actions as Temporal Cloud bills them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

_ONE_ACTION_EACH = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
)


@dataclass(frozen=True)
class HistoryCosts:
    """What one life has cost, in all its runs."""

    events: int
    history_bytes: int
    workflow_tasks: int
    billable_actions: int


def costs_of(runs: Sequence[Sequence[HistoryEvent]]) -> HistoryCosts:
    """The costs of the runs of one life."""
    return HistoryCosts(
        events=sum(len(run) for run in runs),
        history_bytes=sum(event.ByteSize() for run in runs for event in run),
        workflow_tasks=sum(
            event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for run in runs for event in run
        ),
        billable_actions=sum(billable_actions(run) for run in runs),
    )


def billable_actions(history: Sequence[HistoryEvent]) -> int:
    """As Temporal Cloud counts; local activities are one action for each task that ran any."""
    count = Counter(event.event_type for event in history)
    with_local_ones = {
        event.marker_recorded_event_attributes.workflow_task_completed_event_id
        for event in history
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    }
    return sum(count[kind] for kind in _ONE_ACTION_EACH) + len(with_local_ones)
