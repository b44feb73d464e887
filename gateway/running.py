"""Which workflows still run, as their server knows it."""

from collections.abc import Iterable

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from gateway.failures import ServerNotReached
from workflows.names import TASK_QUEUE

RUNNING_HERE = f"ExecutionStatus = 'Running' AND TaskQueue = '{TASK_QUEUE}'"
"""A search for everything of ours that runs."""


async def count_running(client: Client, workflow_ids: Iterable[str]) -> int:
    """How many of these workflows run at this moment. Raises `ServerNotReached`."""
    running = 0
    for workflow_id in workflow_ids:
        try:
            description = await client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise ServerNotReached(
                    f"the Temporal server does not tell what runs ({error.status.name.lower()})"
                ) from error
        else:
            running += description.status is WorkflowExecutionStatus.RUNNING
    return running
