"""The record of a refund that failed after its request had closed (R42, R63)."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.recovery.ports import RecoveryRecords
from business_care.recovery.views import RecoveryRecord, StoredRecovery


@dataclass(frozen=True)
class RecoverySteps:
    """The steps that need the records of recoveries."""

    recoveries: RecoveryRecords

    @activity.defn
    async def find_recovery(self, recovery_id: str) -> StoredRecovery | None:
        """The recovery as the records have it."""
        with translated():
            return await self.recoveries.stored(recovery_id)

    @activity.defn
    async def store_recovery(self, record: RecoveryRecord) -> None:
        """Keep one step of the recovery: state, events, notices, commands (R63)."""
        with translated():
            await self.recoveries.store(record)
