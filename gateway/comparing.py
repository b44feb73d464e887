"""Compares what is open in the records with what runs on the Temporal server: the port `Comparing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from business_care.comparison import (
    Comparison,
    Difference,
    DifferenceKind,
    OpenInRecords,
    Running,
    suspicions,
)
from business_care.ports import OpenRuns
from business_care.recovery.ports import RecoveryDirectory
from gateway.failures import ServerNotReached, asking
from gateway.running import RUNNING_HERE
from workflows import names

PATIENCE = timedelta(minutes=5)
NEW_FOR = timedelta(minutes=10)
"""How long a run may be under way before the records have to know it."""

_RUNNING = (
    f"{RUNNING_HERE} AND WorkflowType IN "
    f"('{names.CARE_REQUEST}', '{names.PRODUCT_DEACTIVATION}', '{names.REFUND_RECOVERY}')"
)
_BROKEN = f"{_RUNNING} AND TemporalReportedProblems IS NOT NULL"


@dataclass(frozen=True)
class Comparer:
    """`Comparing` over one connection and the records."""

    client: Client
    open_runs: OpenRuns
    recoveries: RecoveryDirectory

    async def compare(self, at: datetime) -> Comparison:
        """Raises `NoAnswer`, `ServerNotReached`, `ServerRefused`, and what the records raise."""
        recorded = await self._recorded()
        running = await self._running()
        found = list(suspicions(recorded, running, at))
        now_recorded = await self._recorded() if found else recorded
        differences = [one for one in found if await self._still_holds(one, recorded, now_recorded, at)]
        return Comparison.of(at, len(recorded), len(running), differences)

    async def _recorded(self) -> Mapping[str, OpenInRecords]:
        recorded = {one.workflow_id: one for one in await self.open_runs.open_runs()}
        for view in await self.recoveries.all(open_only=True):
            workflow_id = names.refund_recovery_id(view.recovery_id)
            recorded[workflow_id] = OpenInRecords(workflow_id=workflow_id)
        return recorded

    async def _running(self) -> Mapping[str, Running]:
        async with asking("the server's list of runs", PATIENCE):
            broken = {run.id async for run in self.client.list_workflows(_BROKEN)}
            return {
                run.id: Running(workflow_id=run.id, is_broken=run.id in broken)
                async for run in self.client.list_workflows(_RUNNING)
            }

    async def _still_holds(
        self,
        suspicion: Difference,
        recorded: Mapping[str, OpenInRecords],
        now_recorded: Mapping[str, OpenInRecords],
        at: datetime,
    ) -> bool:
        workflow_id = suspicion.workflow_id
        match suspicion.kind:
            case DifferenceKind.NOT_RUNNING:
                return workflow_id in now_recorded and not await self._runs(workflow_id)
            case DifferenceKind.NOT_OPEN:
                return workflow_id not in now_recorded and await self._runs(workflow_id, at - NEW_FOR)
            case DifferenceKind.LATE:
                return now_recorded.get(workflow_id) == recorded[workflow_id]
            case DifferenceKind.BROKEN:
                return True

    async def _runs(self, workflow_id: str, since: datetime | None = None) -> bool:
        """Whether a run is under way; with `since`, one whose first task was due by then (it may have been
        put off)."""
        try:
            described = await self.client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise ServerNotReached(
                    f"the Temporal server does not tell what runs ({error.status.name.lower()})"
                ) from error
            return False
        begun = described.execution_time or described.start_time
        return described.status is WorkflowExecutionStatus.RUNNING and (since is None or begun <= since)
