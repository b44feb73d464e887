"""Parties that are out of order for a while: the real ones behind an outage that a test declares."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from business_care.calendar import CalendarProfile, Closure, Place
from business_care.counting import DeadlinePlan
from business_care.errors import TemporarilyUnavailable
from business_care.planning import PlannedReminders
from business_care.ports import CareRecords, DeadlinePlanner
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.views import RequestView, StepRecord


@dataclass
class Outages:
    """How many calls about something fail before its party is in order again."""

    _left: Counter[str] = field(default_factory=Counter)

    def begin(self, about: str, calls: int) -> None:
        self._left[about] = calls

    def end(self, about: str) -> None:
        self._left[about] = 0

    def meet(self, about: str) -> None:
        if self._left[about] > 0:
            self._left[about] -= 1
            raise TemporarilyUnavailable(f"out of order: {about}")


@dataclass(frozen=True)
class RecordsThatMayFail:
    """The records of a request, out of order while an outage about its id or its licence lasts."""

    inner: CareRecords
    outages: Outages

    async def licence_facts(self, opening: CareRequestOpening) -> LicenceFacts:
        return await self.inner.licence_facts(opening)

    async def finished(self, request_id: str) -> RequestView | None:
        self.outages.meet(f"look-up of {request_id}")
        return await self.inner.finished(request_id)

    async def store(self, step: StepRecord) -> None:
        self.outages.meet(f"store of {step.view.request_id}")
        await self.inner.store(step)

    async def end_care(self, licence_id: str, at: datetime) -> None:
        self.outages.meet(f"care of {licence_id}")
        await self.inner.end_care(licence_id, at)

    async def cancel_renewal(self, licence_id: str, at: datetime) -> None:
        self.outages.meet(f"renewal of {licence_id}")
        await self.inner.cancel_renewal(licence_id, at)


@dataclass(frozen=True)
class CalendarThatMayFail:
    """The calendars, out of order for the sellers of a country while an outage about it lasts."""

    inner: DeadlinePlanner
    outages: Outages

    def plan(
        self,
        opened_at: datetime,
        business_days: int,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure] = (),
        remind_before: Sequence[int] = (),
    ) -> DeadlinePlan:
        self.outages.meet(f"calendar of {place.country}")
        return self.inner.plan(opened_at, business_days, place, profile, closures, remind_before)

    def replan_after_reopening(
        self,
        plan: DeadlinePlan,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure],
        closure_id: str,
        notified_at: datetime,
    ) -> DeadlinePlan:
        self.outages.meet(f"calendar of {place.country}")
        return self.inner.replan_after_reopening(plan, place, profile, closures, closure_id, notified_at)

    def reminders(
        self, due: datetime, place: Place, profile: CalendarProfile, remind_before: Sequence[int]
    ) -> PlannedReminders:
        self.outages.meet(f"calendar of {place.country}")
        return self.inner.reminders(due, place, profile, remind_before)
