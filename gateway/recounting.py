"""Which open requests would get another deadline under today's calendars; nothing moves by itself (R8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from business_care.calendar import CalendarProfile, CalendarRefused
from business_care.commands import ClockName
from business_care.counting_plan import DayKind, DeadlinePlan
from business_care.listing import RequestFilter
from business_care.ports import DeadlinePlanner, RequestDirectory
from business_care.state import MAY_STILL_BE_MISSED, AcknowledgementStatus
from business_care.values import Identifier, Instant, Value
from business_care.views import DeadlineView, RequestView

EVERY_REQUEST = RequestFilter(open_only=True, limit=1_000_000)

_COUNTS = frozenset({DayKind.COUNTED})


class ChangedDay(Value):
    """A local day that counts under one of the two calendars and not under the other."""

    date: date
    was: DayKind
    is_now: DayKind
    name: str | None = None
    """The public holiday or the closure, where one of them has a name."""


class OtherDeadline(Value):
    """A deadline that was told to the parties, and what it would be if it were told today."""

    request_id: Identifier
    seller_id: Identifier | None
    clock: ClockName
    told: Instant
    today: Instant | None = None
    """Null where it can't be counted again: today's calendars refuse it, or the seller has moved."""
    refused: str | None = None
    days: tuple[ChangedDay, ...] = ()


@dataclass(frozen=True)
class Recounting:
    """Counts the deadlines of open requests again, with a planner of today."""

    directory: RequestDirectory
    planner: DeadlinePlanner

    async def other_deadlines(self) -> Sequence[OtherDeadline]:
        """Every deadline that is still to be kept, was not moved by hand, and would be another one today."""
        found: list[OtherDeadline] = []
        for view in await self.directory.list_requests(EVERY_REQUEST):
            for clock, told in await self._binding(view):
                again = await self._again(view, clock, told.plan)
                if again is not None:
                    found.append(again)
        return found

    async def _binding(self, view: RequestView) -> Sequence[tuple[ClockName, DeadlineView]]:
        if view.refund is not None:
            return ()
        deadlines = await self.directory.deadlines(view.request_id)
        if deadlines is None:
            return ()
        wanted: list[tuple[ClockName, DeadlineView | None]] = []
        if view.acknowledgement.status is AcknowledgementStatus.PENDING:
            wanted.append((ClockName.ACKNOWLEDGEMENT, deadlines.acknowledgement))
        if view.resolution.phase in MAY_STILL_BE_MISSED:
            wanted.append((ClockName.RESOLUTION, deadlines.resolution))
        return [(clock, told) for clock, told in wanted if told is not None and told.due == told.plan.due]

    async def _again(self, view: RequestView, clock: ClockName, told: DeadlinePlan) -> OtherDeadline | None:
        opening = await self.directory.opening(view.request_id)
        if opening is None:
            return None
        facts = await self.directory.facts(opening)
        closures = facts.closures if clock is ClockName.ACKNOWLEDGEMENT else ()
        other = OtherDeadline(
            request_id=view.request_id, seller_id=view.seller_id, clock=clock, told=told.due
        )
        # The policy froze into the request; the records have today's.
        profile = told.versions.profile or CalendarProfile.WORKING_DAYS
        if facts.place.timezone != told.timezone:
            moved = f"the seller's calendar is that of {facts.place.timezone} by now"
            return other.model_copy(update={"refused": moved})
        try:
            today = self.planner.plan(told.opened_at, told.business_days, facts.place, profile, closures)
        except CalendarRefused as refused:
            return other.model_copy(update={"refused": str(refused)})
        if today.due == told.due:
            return None
        return other.model_copy(update={"today": today.due, "days": tuple(_changed(told, today))})


def _changed(told: DeadlinePlan, today: DeadlinePlan) -> Iterator[ChangedDay]:
    """The days that both counts look at, and judge otherwise."""
    before = {day.date: day for day in told.days}
    for now in today.days:
        was = before.get(now.date)
        if was is not None and (was.kind in _COUNTS) != (now.kind in _COUNTS):
            yield ChangedDay(date=now.date, was=was.kind, is_now=now.kind, name=now.name or was.name)
