"""Writing the records."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.ports import CareRecords
from business_care.values import Identifier, Instant, Value
from business_care.views import StepRecord


class LicenceAct(Value):
    """Something done to a licence at an instant of the request's life."""

    licence_id: Identifier
    at: Instant


@dataclass(frozen=True)
class RecordSteps:
    """The steps that need the records."""

    records: CareRecords

    @activity.defn
    async def store(self, step: StepRecord) -> None:
        """Keep one step of the request: view, events, notices, commands, plans (R63)."""
        with translated():
            await self.records.store(step)

    @activity.defn
    async def end_care(self, act: LicenceAct) -> None:
        """End the care of a refunded licence (R43)."""
        with translated():
            await self.records.end_care(act.licence_id, act.at)

    @activity.defn
    async def cancel_renewal(self, act: LicenceAct) -> None:
        """Cancel the renewal of a refunded licence (R43)."""
        with translated():
            await self.records.cancel_renewal(act.licence_id, act.at)
