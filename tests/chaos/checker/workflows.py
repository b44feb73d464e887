"""No workflow is stuck or fails, each request ran to one end, and no run is there that nobody asked for."""

from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.violation import Violation

COMPLETED = "WORKFLOW_EXECUTION_STATUS_COMPLETED"


def check(evidence: Evidence) -> Iterator[Violation]:
    """Everything about runs."""
    for history in evidence.histories:
        if history.failed_tasks:
            words = f"workflow tasks failed: {', '.join(history.failed_tasks)}"
            yield Violation("workflow", history.workflow_id, words)
        if history.status != COMPLETED:
            words = f"it stands at {history.status}, its last task {history.last_task}"
            yield Violation("workflow", history.workflow_id, words)
        elif history.last_task != "COMPLETED":
            yield Violation("workflow", history.workflow_id, f"its last task {history.last_task}")
    for workflow_id, runs in evidence.history_of.items():
        if len(runs) > 1:
            yield Violation("workflow", workflow_id, f"it has {len(runs)} runs")
        request_id = workflow_id.removeprefix("care-request-")
        if request_id != workflow_id and request_id not in evidence.requests:
            yield Violation("workflow", workflow_id, "nobody opened this request")
