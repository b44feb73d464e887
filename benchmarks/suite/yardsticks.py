"""Workflows that do nothing, to hold against ours: what a life costs that is only Temporal's own.

`python -m benchmarks.suite.yardsticks` is their worker, at the server in TEMPORAL_ADDRESS.
"""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from adapters.workflow_runners import IN_PLACE

QUEUE = "yardsticks"

STATE = SearchAttributeKey.for_keyword("CareState")
A_MONTH = timedelta(days=30)


@activity.defn
async def step(given: str) -> str:
    """Nothing, whatever is given."""
    return given


async def _stepped() -> None:
    await workflow.execute_local_activity(step, "", start_to_close_timeout=timedelta(seconds=2))


@workflow.defn
class Bare:
    """The least that waits for anything: one timer, one signal, no activity."""

    def __init__(self) -> None:
        self._is_over = False

    @workflow.run
    async def run(self) -> None:
        """Wait for the signal."""
        await workflow.wait_condition(lambda: self._is_over, timeout=A_MONTH)

    @workflow.signal
    def close(self) -> None:
        """End it."""
        self._is_over = True


@workflow.defn
class AtOnce:
    """Over as soon as it has begun."""

    @workflow.run
    async def run(self) -> str:
        """Return at once."""
        return "done"


@workflow.defn
class Answering:
    """Answers updates, and does nothing else."""

    @workflow.run
    async def run(self) -> None:
        """Wait for ever."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def ask(self, given: str) -> str:
        """What was given."""
        return given


@workflow.defn
class Skeleton:
    """The events of a happy life, one for one, with empty steps: opened, acknowledged, fixed, confirmed."""

    def __init__(self) -> None:
        self._is_open = self._is_over = False
        self._clocks: dict[str, asyncio.Task[None]] = {}

    @workflow.run
    async def run(self) -> str:
        """Look up and count, start both clocks, store; then wait until all is over."""
        await _stepped()
        self._start("acknowledgement", "resolution")
        await _stepped()
        self._is_open = True
        await workflow.wait_condition(lambda: self._is_over and workflow.all_handlers_finished())
        return "done"

    @workflow.update
    async def opened(self) -> str:
        """As soon as both clocks run."""
        await workflow.wait_condition(lambda: self._is_open)
        return "opened"

    @workflow.update
    async def acknowledge(self, given: str) -> str:
        """Stop one clock, show, store."""
        self._stop("acknowledgement")
        workflow.upsert_search_attributes([STATE.value_set("acknowledged")])
        await _stepped()
        return given

    @workflow.update
    async def fix(self, given: str) -> str:
        """Stop the other clock, count anew, show, store."""
        self._stop("resolution")
        await _stepped()
        self._start("confirmation")
        workflow.upsert_search_attributes([STATE.value_set("fixed")])
        await _stepped()
        return given

    @workflow.update
    async def confirm_fix(self, given: str) -> str:
        """Stop the last clock, show, store."""
        self._stop("confirmation")
        workflow.upsert_search_attributes([STATE.value_set("closed")])
        await _stepped()
        self._is_over = True
        return given

    def _start(self, *names: str) -> None:
        for name in names:
            self._clocks[name] = asyncio.create_task(workflow.sleep(A_MONTH))

    def _stop(self, name: str) -> None:
        self._clocks.pop(name).cancel()


def _runner() -> SandboxedWorkflowRunner:
    # As the SDK runs workflows if it is told nothing else. This module is passed through, which its manual
    # advises: each instance would import it again.
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("benchmarks")
    )


async def main(address: str, told: Path) -> None:
    """Work until killed; `told` says when it has begun."""
    client = await Client.connect(address)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare, AtOnce, Answering, Skeleton],
        activities=[step],
        workflow_runner=_runner(),
        debug_mode=IN_PLACE,
        max_concurrent_workflow_tasks=12,
        max_cached_workflows=500,
    ):
        told.write_text("worker.started", encoding="utf-8")  # noqa: ASYNC240 -- once, before anything is measured
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(os.environ["TEMPORAL_ADDRESS"], Path(os.environ["BUSINESS_CARE_LOG_FILE"])))
