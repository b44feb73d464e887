"""Reading and writing the records."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.errors import RecordMissing
from business_care.ports import CareRecords
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.values import Identifier, Instant, Value
from business_care.views import RequestView, StepRecord


class Found(Value):
    """What the records know about a request that begins: its earlier end, or the facts of its licence."""

    finished: RequestView | None = None
    facts: LicenceFacts | None = None

    @property
    def licence_is_unknown(self) -> bool:
        """Whether the records know neither (R15)."""
        return self.finished is None and self.facts is None


class LicenceAct(Value):
    """Something done to a licence at an instant of the request's life."""

    licence_id: Identifier
    at: Instant


@dataclass(frozen=True)
class RecordSteps:
    """The steps that need the records."""

    records: CareRecords

    @activity.defn
    async def look_up(self, opening: CareRequestOpening) -> Found:
        """How the request ended, if it did (fact of R63); else the facts that judge it (R15, R31)."""
        with translated():
            finished = await self.records.finished(opening.request_id)
            if finished is not None:
                return Found(finished=finished)
            try:
                return Found(facts=await self.records.licence_facts(opening))
            except RecordMissing:
                return Found()

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
