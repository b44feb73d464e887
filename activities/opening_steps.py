"""What a request needs to begin: how the records know it, and both of its deadlines (R1, R15)."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.calendar import CalendarRefused
from business_care.errors import RecordMissing, StepFailed
from business_care.kept_plans import KeptPlan
from business_care.opening import facts_found
from business_care.planning import OpeningPlans, opening_plans
from business_care.ports import CareRecords, DeadlinePlanner
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.state import opened_state
from business_care.values import Value
from business_care.views import RequestView


class OpeningDeadlines(Value):
    """Both deadlines of a request, as its history keeps them."""

    acknowledgement: KeptPlan
    resolution: KeptPlan


class Found(Value):
    """What the records know about a request that begins: its earlier end, or the facts of its licence."""

    finished: RequestView | None = None
    facts: LicenceFacts | None = None
    deadlines: OpeningDeadlines | None = None
    """With the facts, where they give a right to any and the calendar is in order; else they are counted
    apart."""

    @property
    def licence_is_unknown(self) -> bool:
        """Whether the records know neither (R15)."""
        return self.finished is None and self.facts is None


@dataclass(frozen=True)
class OpeningSteps:
    """The steps that need the records and a calendar of business days."""

    records: CareRecords
    planner: DeadlinePlanner

    @activity.defn
    async def look_up(self, opening: CareRequestOpening) -> Found:
        """How the request ended, if it did (fact of R63); else the facts that judge it (R15, R31)."""
        with translated():
            finished = await self.records.finished(opening.request_id)
            if finished is not None:
                return Found(finished=finished)
            try:
                facts = await self.records.licence_facts(opening)
            except RecordMissing:
                return Found()
            return Found(facts=facts, deadlines=self._at_once(opening, facts))

    @activity.defn
    async def plan_opening(self, wanted: OpeningPlans) -> OpeningDeadlines:
        """Both deadlines; closures are left out of the first one only (R6)."""
        with translated():
            return self._counted(wanted)

    def _at_once(self, opening: CareRequestOpening, facts: LicenceFacts) -> OpeningDeadlines | None:
        state = facts_found(opened_state(opening), facts, opening.opened_at).state
        if state.is_closed:
            return None
        try:
            return self._counted(opening_plans(state))
        except (CalendarRefused, StepFailed):
            return None

    def _counted(self, wanted: OpeningPlans) -> OpeningDeadlines:
        return OpeningDeadlines(
            acknowledgement=self.planner.plan(
                wanted.opened_at,
                wanted.acknowledge_business_days,
                wanted.place,
                wanted.profile,
                wanted.closures,
            ),
            resolution=self.planner.plan(
                wanted.opened_at,
                wanted.resolve_business_days,
                wanted.place,
                wanted.profile,
                remind_before=wanted.reminders_business_days,
            ),
        )
