"""Opens a care request, acknowledges it and delivers a fix, with a Temporal SDK and nothing of ours.

    python care.py REQUEST_ID LICENCE_ID SELLER_ID [OPENED_AT]

The SDKs of other languages have the same calls under nearly the same names. OPENED_AT is an instant with its
offset from UTC, by default now. Exit code 1: a rule said no. TEMPORAL_ADDRESS says where the server is.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError


async def main(request_id: str, licence_id: str, seller_id: str, opened_at: str) -> int:
    """Lead the request through its first hour, and return the exit code."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    try:
        await first_hour(client, request_id, licence_id, seller_id, opened_at)
    except WorkflowUpdateFailedError as refused:
        if not isinstance(refused.cause, ApplicationError):
            raise
        print(f"{refused.cause.type}: {refused.cause.message}", file=sys.stderr)
        return 1
    except WorkflowAlreadyStartedError:
        print("closed already: the query `status` tells how", file=sys.stderr)
        return 1
    except RPCError as failed:
        print(failed.message, file=sys.stderr)
        return 3
    finally:
        await asyncio.sleep(0.05)  # the SDK's own threads are let go before Python ends
    return 0


async def first_hour(
    client: Client, request_id: str, licence_id: str, seller_id: str, opened_at: str
) -> None:
    """Open, acknowledge, fix, and look."""
    # Start it unless it runs, and hear both deadlines: one round trip.
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        "CareRequest",
        {"request_id": request_id, "licence_id": licence_id, "opened_at": opened_at},
        id=f"care-request-{request_id}",
        task_queue="business-care",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    )
    opened = await client.execute_update_with_start_workflow("opened", start_workflow_operation=start)
    print(f"acknowledge before {opened['acknowledge_by']}, resolve before {opened['resolve_by']}")

    # Command ids are made of what is done, so that running this again changes nothing.
    by = {"role": "agent", "id": "A1", "seller_id": seller_id}
    request = client.get_workflow_handle(f"care-request-{request_id}")
    acknowledgement = {"command_id": f"acknowledge-{request_id}", "by": by, "message": "We are on it"}
    answer = await request.execute_update("acknowledge", acknowledgement)
    print(f"acknowledgement {answer['acknowledgement']}")

    await request.signal("fix", {"command_id": f"fix-{request_id}", "by": by, "reference": "v2.4.1"})
    print(f"now {(await request.query('status'))['state']}")


request_id, licence_id, seller_id, *instant = sys.argv[1:]
opened_at = instant[0] if instant else datetime.now(UTC).isoformat()
sys.exit(asyncio.run(main(request_id, licence_id, seller_id, opened_at)))
