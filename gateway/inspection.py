"""Looks at a Temporal server: whether it can carry requests, and whether anybody works on them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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
RETENTION_NEEDED = timedelta(days=30)
"""With less, the server's own tools find nothing of a dispute that is not even a month old, and its guard
against a second start of a closed request is gone as soon."""

ASKS_EVERY = timedelta(minutes=1)
CLOCKS_AGREE_WITHIN = timedelta(seconds=30)

OLDEST_SERVER = (1, 29)
"""Nothing was ever tried with an older one."""
TESTED_SERVER = (1, 32)
"""Every test runs on it. On 1.29, 1.30 and 1.31 those of the gateway did: requests that are opened with their
deadlines in one round trip, commands as updates and signals, lists, products."""


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
    """Everything that requests need of their server to go on; what they need to be safe, `retention` says."""
    return (
        await _server(client),
        await _search_attributes(client),
        *await _worker(client),
    )


async def _server(client: Client) -> Finding:
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    target = client.service_client.config.target_host
    verdict, advice = judge_version(info.server_version)
    return Finding(
        check="temporal",
        verdict=verdict,
        detail=f"{target}, namespace {client.namespace}, server {info.server_version}{advice}",
    )


def judge_version(version: str) -> tuple[Verdict, str]:
    """Whether requests can live on a server of this version, and what to do where that is not sure."""
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if numbers is None:
        return Verdict.WARNING, f"; this version can't be read, {_dotted(TESTED_SERVER)} is what was tested"
    found = (int(numbers[1]), int(numbers[2]))
    if found < OLDEST_SERVER:
        return Verdict.WRONG, (
            f"; nothing was tried with one older than {_dotted(OLDEST_SERVER)}: upgrade it to "
            f"{_dotted(TESTED_SERVER)}, one minor version at a time"
        )
    if found < TESTED_SERVER:
        return Verdict.WARNING, (
            f"; what callers do was tried with it, everything with {_dotted(TESTED_SERVER)} only: upgrade it"
        )
    return Verdict.OK, ""


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


async def retention(client: Client) -> Finding:
    """Whether the namespace keeps closed requests for long enough."""
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    kept = described.config.workflow_execution_retention_ttl.ToTimedelta()
    found = f"the namespace {client.namespace} keeps closed requests for {kept / timedelta(days=1):g} days"
    change = (
        f"`temporal operator namespace update --namespace {client.namespace} "
        f"--retention {RETENTION_WANTED.days}d`"
    )
    if kept < RETENTION_NEEDED:
        verdict = Verdict.WRONG
        advice = (
            f"; with less than {RETENTION_NEEDED.days} the server forgets what a dispute is about, and would "
            f"start a closed request again: {change}"
        )
    elif kept < RETENTION_WANTED:
        verdict, advice = Verdict.WARNING, f"; {RETENTION_WANTED.days} are recommended: {change}"
    else:
        verdict, advice = Verdict.OK, ""
    return Finding(check="retention", verdict=verdict, detail=f"{found}{advice}")


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


async def _worker(client: Client) -> tuple[Finding, ...]:
    polling = [
        await _pollers(client, kind)
        for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
    ]
    if not all(polling):
        nobody = f"nobody works on the task queue {TASK_QUEUE}; start one with `python -m worker`"
        return (Finding(check="worker", verdict=Verdict.WRONG, detail=nobody),)
    workers = max(len(seen) for seen in polling)
    return (
        Finding(check="worker", verdict=Verdict.OK, detail=f"{workers} on the task queue {TASK_QUEUE}"),
        judge_clock(datetime.now(UTC), max(at for seen in polling for at in seen)),
    )


def judge_clock(here: datetime, last_heard: datetime) -> Finding:
    """Whether this machine's clock and the server's agree, as far as the last sign of a worker tells.

    A worker asks for tasks at least once a minute; `last_heard` is the server's instant of that.
    """
    ahead = here - last_heard
    if -CLOCKS_AGREE_WITHIN <= ahead <= ASKS_EVERY + CLOCKS_AGREE_WITHIN:
        return Finding(check="clock", verdict=Verdict.OK, detail="agrees with the server's")
    seconds = abs(ahead.total_seconds())
    word = "ahead of" if ahead > timedelta() else "behind"
    return Finding(
        check="clock",
        verdict=Verdict.WARNING,
        detail=f"this machine's clock is up to {seconds:.0f} s {word} the server's: set one of them right, "
        "or look whether the workers still ask for tasks",
    )


async def _pollers(client: Client, kind: "TaskQueueType.ValueType") -> Sequence[datetime]:
    """When each worker asked for tasks last, by the server's clock."""
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=kind
        )
    )
    return [poller.last_access_time.ToDatetime(UTC) for poller in described.pollers]
