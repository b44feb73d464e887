"""What the server's own history of a request says of a race, read without any of the product's code."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

_DONE_AGAIN = "UNHANDLED_COMMAND"
"""Something new came while a run was about to end: the server's way to have its task done again."""


@dataclass(frozen=True)
class RaceHistory:
    """One request, from its start to its end."""

    outcome: str | None
    acknowledged: frozenset[str]
    """The ids of the commands whose updates succeeded."""
    payments_asked: int
    failed_tasks: Sequence[str]
    done_again: int
    """Tasks that were done again because something new had come."""

    @classmethod
    def of(cls, history: WorkflowHistory) -> "RaceHistory":
        """Read a whole history."""
        accepted = list(_accepted(history.events))
        succeeded = {
            told.meta.update_id
            for event in history.events
            if (told := event.workflow_execution_update_completed_event_attributes).outcome.HasField(
                "success"
            )
        }
        failures = [
            WorkflowTaskFailedCause.Name(event.workflow_task_failed_event_attributes.cause).removeprefix(
                "WORKFLOW_TASK_FAILED_CAUSE_"
            )
            for event in history.events
            if event.HasField("workflow_task_failed_event_attributes")
        ]
        return cls(
            outcome=_outcome(history.events[-1]),
            acknowledged=frozenset(command for update, command in accepted if update in succeeded),
            payments_asked=sum(_asks_to_pay(event) for event in history.events),
            failed_tasks=[cause for cause in failures if cause != _DONE_AGAIN],
            done_again=failures.count(_DONE_AGAIN),
        )


def rings_at(history: WorkflowHistory) -> datetime:
    """When the timer that was started last rings.

    It is counted from the end of the task that started it, and so rings later than the run meant, by as long
    as that task took.
    """
    started = [e for e in history.events if e.HasField("timer_started_event_attributes")][-1]
    timer = started.timer_started_event_attributes.start_to_fire_timeout
    return started.event_time.ToDatetime(UTC) + timer.ToTimedelta()


def _accepted(events: Sequence[HistoryEvent]) -> Iterator[tuple[str, str]]:
    """Each accepted update: its id, and that of its command."""
    for event in events:
        asked = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if asked.input.args.payloads:
            body: dict[str, Any] = json.loads(asked.input.args.payloads[0].data or b"{}")
            yield asked.meta.update_id, str(body.get("command_id"))


def _outcome(last: HistoryEvent) -> str | None:
    payloads = last.workflow_execution_completed_event_attributes.result.payloads
    return json.loads(payloads[0].data)["outcome"] if payloads else None


def _asks_to_pay(event: HistoryEvent) -> bool:
    return event.activity_task_scheduled_event_attributes.activity_type.name == "pay_back"
