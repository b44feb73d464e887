"""Looks at a Temporal server: whether it can carry requests, and whether anybody works on them."""

from datetime import timedelta
from enum import StrEnum

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from business_care.values import Value
from workflows.names import SEARCH_ATTRIBUTES, TASK_QUEUE

RETENTION_WANTED = timedelta(days=90)
"""How long closed requests should stay in the namespace; the records keep them without end."""


class Verdict(StrEnum):
    """What a finding means."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(Value):
    """One thing that was looked at; `detail` says what was found, and what to do where that is not well."""

    check: str
    verdict: Verdict
    detail: str


async def inspect(client: Client) -> tuple[Finding, ...]:
    """Everything that requests need of their server."""
    return (
        await _server(client),
        await _retention(client),
        await _search_attributes(client),
        await _worker(client),
    )


async def _server(client: Client) -> Finding:
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    target = client.service_client.config.target_host
    return Finding(
        check="temporal",
        verdict=Verdict.OK,
        detail=f"{target}, namespace {client.namespace}, server {info.server_version}",
    )


async def _retention(client: Client) -> Finding:
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    kept = described.config.workflow_execution_retention_ttl.ToTimedelta()
    enough = kept >= RETENTION_WANTED
    advice = "" if enough else f"; {RETENTION_WANTED.days} days are recommended"
    return Finding(
        check="retention",
        verdict=Verdict.OK if enough else Verdict.WARNING,
        detail=f"closed requests stay for {kept / timedelta(days=1):g} days{advice}",
    )


async def _search_attributes(client: Client) -> Finding:
    try:
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        return Finding(
            check="search_attributes",
            verdict=Verdict.WARNING,
            detail=f"the server does not tell ({error.status.name.lower()})",
        )
    known = {name: IndexedValueType.Name(kind) for name, kind in listed.custom_attributes.items()}
    wrong = [
        f"{key.name} ({kind})"
        for key in SEARCH_ATTRIBUTES
        if known.get(key.name) != f"INDEXED_VALUE_TYPE_{(kind := key.indexed_value_type.name)}"
    ]
    if wrong:
        return Finding(
            check="search_attributes",
            verdict=Verdict.WRONG,
            detail=f"missing: {', '.join(wrong)}; register them with "
            "`temporal operator search-attribute create`",
        )
    return Finding(
        check="search_attributes", verdict=Verdict.OK, detail=f"all {len(SEARCH_ATTRIBUTES)} are registered"
    )


async def _worker(client: Client) -> Finding:
    polling = [
        await _pollers(client, kind)
        for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
    ]
    if not all(polling):
        return Finding(
            check="worker",
            verdict=Verdict.WRONG,
            detail=f"nobody works on the task queue {TASK_QUEUE}; start one with `python -m worker`",
        )
    return Finding(
        check="worker", verdict=Verdict.OK, detail=f"{max(polling)} on the task queue {TASK_QUEUE}"
    )


async def _pollers(client: Client, kind: "TaskQueueType.ValueType") -> int:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=kind
        )
    )
    return len(described.pollers)
