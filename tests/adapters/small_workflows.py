"""Workflows that wait, hang or fail, for the tests of the servers and of the logs."""

import asyncio
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def never_answers() -> None:
    await asyncio.Event().wait()


@workflow.defn(name="Sleeps")
class Sleeps:
    @workflow.run
    async def run(self, times: int) -> str:
        for _ in range(times):
            await workflow.sleep(timedelta(days=1))
        return workflow.now().date().isoformat()


@workflow.defn(name="WaitsForAnAnswer")
class WaitsForAnAnswer:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(never_answers, start_to_close_timeout=timedelta(hours=1))


@workflow.defn(name="FailsItsTask")
class FailsItsTask:
    @workflow.run
    async def run(self, words: str) -> None:
        raise RuntimeError(words)
