"""A real Temporal server of our own: one for development, one whose workflows can be moved through time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import TimeSkippingConfig, WorkflowExecution
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    UpdateNamespaceRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper
from temporalio.testing import TimeSkippingConfig as SkippingAtStart

from adapters.embedded_process import LOOPBACK, NAMESPACE, running_server
from adapters.embedded_searches import drop_unused_indexes
from adapters.encryption.converter import DATA_CONVERTER
from adapters.temporal_program import ServerNotStarted, TemporalProgram, free_port, is_free
from business_care.errors import StepFailed

RETENTION: Final = timedelta(days=90)
"""How long closed workflows stay readable, and their ids guarded against a second start."""

DYNAMIC_CONFIG: Final = (
    "limit.blobSize.warn=65536",
    "limit.blobSize.error=524288",
    "history.maxInFlightUpdatePayloads=458752",
    "frontend.enableServerVersionCheck=false",  # an embedded server has nobody to report its version to
)
"""The largest single payload: a warning above 64 KB, refused above 512 KB (Temporal's own: 256 KB and 2 MB).

64 KB is the limit of a message, which the gateway and the workflow apply. It can't be the server's: that one
counts for results and inputs of steps too, a year-long plan explained day by day or a state carried on with
its journal, and a workflow whose own step is too large would fail its task again and again. 512 KB leaves
room for these and still keeps a careless sender from ending a run, by the size of its history, with a few
dozen signals.

Updates are not measured by that limit when they come in, but a refusal carries the refused update back to the
server and is: one of 512 KB could be neither taken nor refused, and stopped its workflow. So updates on their
way to one workflow may have 448 KB together, seven of the largest messages; the 64 KB beneath the other limit
are for what a refusal adds. More is turned away at the door (RESOURCE_EXHAUSTED), and may be sent again.
"""

ONE_SHARD_CONFIG: Final = ("history.transferProcessorMaxPollRPS=1000",)
"""What is to be handed to workers is looked for 20 times a second by default, for all workflows of a shard.

An embedded server has one shard: whoever started a workflow soon after another one waited for up to 50 ms.
"""

SKIPPING_CONFIG: Final = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    # Timers that time was skipped to would otherwise fire up to a second later: ten times slower skips.
    'history.timerProcessorMaxTimeShift="1ms"',
    # Their queue is read 20 times a second by default, which made a skip ten times slower too.
    "history.timerProcessorMaxPollRPS=1000",
)

MAX_SKIPS: Final = 1_000_000
"""Skips allowed to one workflow. The server's own limit (200) stops skipping without a word."""

LAST_STRETCH: Final = timedelta(seconds=67.3)
"""What is left of a way when the server is asked for one skip at a time: no timer is due where it begins.

A skip is counted from when the server takes it, some milliseconds after it was asked for, so that a timer
which is due at its end fires just before. If the workflow was done with that timer when the end had just gone
by, the server (1.32, `GateByFastForward`) skipped on to the next timer, days beyond. After one skip, when no
more are allowed, it stands.
"""

LOOK_AGAIN_SECONDS: Final = 0.005
"""Between looks at a workflow that stands after one skip: the server tells nobody."""

TIMERS_FIRE_SECONDS: Final = 0.05
"""Real time in which a timer fires that time was skipped to: the next skip passes over one that has not."""

SearchAttributes = Sequence[SearchAttributeKey[Any]]


class FastForwardStuck(StepFailed):
    """Time could not be skipped to the wished instant."""


@dataclass(frozen=True)
class DevServer:
    """A running development server. `ui_url` is the web interface, `http_url` the HTTP API, where one was
    asked for."""

    client: Client
    target: str
    _program: TemporalProgram
    ui_url: str | None = None
    http_url: str | None = None

    @property
    def process_group(self) -> int:
        """The id of the group of its processes: the server, and the guard that ends it with us."""
        return self._program.process.pid

    async def kill(self) -> None:
        """End it by `kill -9`: what it acknowledged is in its file, and everything else is lost."""
        await self._program.kill()


@dataclass(frozen=True)
class SkippingServer:
    """A running server whose workflows, started through `client`, can be moved through time one by one.

    Their clocks stand at the real time until `fast_forward` moves them. Time skipping is experimental in
    Temporal: this class is the only place that knows of it. `ui_url` is the web interface where one was asked
    for.
    """

    client: Client
    target: str
    _skipper: TimeSkipper
    ui_url: str | None = None

    async def fast_forward(
        self,
        handle: WorkflowHandle[Any, Any],
        duration: timedelta,
        within: timedelta = timedelta(seconds=30),
    ) -> bool:
        """Move the clock of one workflow by `duration`, and wait until it stands there.

        False if the workflow has ended, on the way or before. Raises `FastForwardStuck` when that takes
        longer than `within` of real time: skipping waits while an activity runs and while a child waits on
        its own timer.
        """
        target = await self.now(handle) + duration
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._go_to(handle, target)
        except RPCError as failure:
            if failure.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        except TimeoutError as error:
            raise FastForwardStuck(
                f"{handle.id} did not reach {duration} later within {within.total_seconds():g} s; "
                "look for an activity that runs or is retried, a child workflow on its own timer "
                "(move the child too), a workflow task that fails, or a worker that is not running"
            ) from error

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        """Where the clock of one workflow stands, in UTC."""
        return await self._skipper.get_current_time(handle)

    async def _go_to(self, handle: WorkflowHandle[Any, Any], target: datetime) -> bool:
        far = target - LAST_STRETCH - await self.now(handle)
        if far > timedelta(0) and not await self._skipper.fast_forward(handle, far):
            return False
        while (left := target - await self.now(handle)) > timedelta(0):
            if not await self._skip_once(handle, left):
                return False
            if await self.now(handle) < target:
                await asyncio.sleep(TIMERS_FIRE_SECONDS)
        return True

    async def _skip_once(self, handle: WorkflowHandle[Any, Any], duration: timedelta) -> bool:
        """Let time be skipped to the next timer, or by `duration`; False if the workflow has ended."""
        config = TimeSkippingConfig(enabled=True, max_session_skip_count=1)
        config.fast_forward_config.id = str(uuid4())
        config.fast_forward_config.duration.FromTimedelta(duration)
        await self.client.workflow_service.update_workflow_execution_options(
            UpdateWorkflowExecutionOptionsRequest(
                namespace=self.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.run_id or ""),
                workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=config),
                update_mask=FieldMask(paths=["time_skipping_config"]),
            ),
            retry=True,
        )
        while (description := await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            skipping = description.raw_description.workflow_extended_info.time_skipping_info
            if not skipping.effective_config.enabled:
                return True
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return False


@asynccontextmanager
async def dev_server(  # noqa: PLR0913 -- named arguments, each of which may be left out
    search_attributes: SearchAttributes = (),
    *,
    program: Path | None = None,
    database: Path | None = None,
    port: int | None = None,
    ui_port: int | None = None,
    http_port: int | None = None,
    log_file: Path | None = None,
    dynamic_config: Sequence[str] = (),
    data_converter: DataConverter = DATA_CONVERTER,
    codec_endpoint: str | None = None,
) -> AsyncIterator[DevServer]:
    """A server for development: loopback only, gone with us, its workflows in `database`, else in memory.

    The web interface runs only where `ui_port` is given (0: any free port), and asks `codec_endpoint` to
    unlock payloads; `http_port` says where the server's HTTP API answers (0 likewise), which else is a port
    that nobody is told; `dynamic_config` adds to the server's own. Closed workflows stay readable for 90
    days. Raises `ServerNotStarted`.
    """
    ui_port, http_port = _chosen(ui_port), _chosen(http_port)
    interface = [*_interface(ui_port, codec_endpoint), *_http_api(http_port)]
    arguments = [*interface, *_registered(search_attributes), *_kept_in(database)]
    configured = (*DYNAMIC_CONFIG, *ONE_SHARD_CONFIG, *dynamic_config)
    async with running_server(arguments, configured, program, port, log_file, data_converter) as running:
        await _keep_closed_workflows(running.client)
        await _keep_useful_indexes(running.client, database)
        yield DevServer(running.client, running.target, running.program, _url(ui_port), _url(http_port))


@asynccontextmanager
async def skipping_server(  # noqa: PLR0913 -- named arguments, each of which may be left out
    search_attributes: SearchAttributes = (),
    *,
    program: Path | None = None,
    database: Path | None = None,
    port: int | None = None,
    ui_port: int | None = None,
    log_file: Path | None = None,
    dynamic_config: Sequence[str] = (),
    data_converter: DataConverter = DATA_CONVERTER,
) -> AsyncIterator[SkippingServer]:
    """A server whose workflows can be moved through time; `dynamic_config` adds to the server's own.

    It keeps them in `database`, else in memory; the web interface runs only where `ui_port` is given (0: any
    free port). Closed workflows stay readable for 90 days. Raises `ServerNotStarted`.
    """
    ui_port = _chosen(ui_port)
    arguments = [*_interface(ui_port), *_registered(search_attributes), *_kept_in(database)]
    configured = (*DYNAMIC_CONFIG, *ONE_SHARD_CONFIG, *SKIPPING_CONFIG, *dynamic_config)
    async with running_server(arguments, configured, program, port, log_file, data_converter) as running:
        # enabled=False: a clock that runs ahead as soon as its workflow is idle races every message to it.
        config = SkippingAtStart(enabled=False, max_session_skip_count=MAX_SKIPS)
        skipper = TimeSkipper(running.client, config=config)
        await _keep_closed_workflows(running.client)
        await _keep_useful_indexes(running.client, database)
        yield SkippingServer(skipper.client, running.target, skipper, _url(ui_port))


def _chosen(port: int | None) -> int | None:
    return free_port() if port == 0 else port


def _interface(ui_port: int | None, codec_endpoint: str | None = None) -> list[str]:
    if ui_port is None:
        return ["--headless"]
    # Asked first: the server itself says so only after it has begun to run without its interface.
    _demand_free(ui_port)
    codec = [] if codec_endpoint is None else ["--ui-codec-endpoint", codec_endpoint]
    return ["--ui-port", str(ui_port), "--ui-disable-news-fetch", *codec]


def _http_api(http_port: int | None) -> list[str]:
    if http_port is None:
        return []
    _demand_free(http_port)
    return ["--http-port", str(http_port)]


def _demand_free(port: int) -> None:
    if not is_free(port):
        raise ServerNotStarted(f"port {port} is taken; stop what listens there, or choose another port")


def _url(port: int | None) -> str | None:
    return None if port is None else f"http://{LOOPBACK}:{port}"


def _kept_in(database: Path | None) -> list[str]:
    if database is None:
        return []
    database.parent.mkdir(parents=True, exist_ok=True)
    # synchronous=2 (FULL): what the server has acknowledged survives a loss of power. It waits for whoever
    # else writes to its file, which by itself it does not.
    pragmas = ("journal_mode=wal", "synchronous=2", "busy_timeout=10000")
    return ["--db-filename", str(database), *(word for one in pragmas for word in ("--sqlite-pragma", one))]


def _registered(search_attributes: SearchAttributes) -> list[str]:
    words: list[str] = []
    for key in search_attributes:
        kind = key.indexed_value_type.name.title().replace("_", "")
        words += ["--search-attribute", f"{key.name}={kind}"]
    return words


async def _keep_closed_workflows(client: Client) -> None:
    retention = Duration(seconds=int(RETENTION.total_seconds()))
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=NAMESPACE, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
        )
    )


async def _keep_useful_indexes(client: Client, database: Path | None) -> None:
    if database is None:
        return
    asked = DescribeNamespaceRequest(namespace=NAMESPACE)
    # Nothing depends on it: where the server does not tell just now, all stay until its next start.
    with contextlib.suppress(RPCError):
        namespace = await client.workflow_service.describe_namespace(asked)
        in_use = namespace.config.custom_search_attribute_aliases
        await asyncio.to_thread(drop_unused_indexes, database, in_use.keys())
