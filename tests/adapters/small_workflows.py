"""Workflows that wait, hang, fail or cheat, for the tests of the servers, the runners and the logs."""

import asyncio
from datetime import UTC, datetime, timedelta

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


@workflow.defn(name="WakesAt")
class WakesAt:
    def __init__(self) -> None:
        self._woken = 0

    @workflow.run
    async def run(self, instants: list[datetime]) -> None:
        for instant in instants:
            await workflow.sleep(instant - workflow.now())
            self._woken += 1

    @workflow.query
    def woken(self) -> int:
        return self._woken


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


@workflow.defn(name="ReadsTheClock")
class ReadsTheClock:
    @workflow.run
    async def run(self) -> str:
        return datetime.now(UTC).isoformat()
