"""One request in a play: its own clock, moved from stop to stop, and at rest before anything else happens."""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from business_care.errors import StepFailed
from business_care.request import CareRequestOpening
from business_care.state import AcknowledgementStatus
from business_care.views import CareStateName, RequestView
from console.simulation_world import SimulatedWorld
from gateway.failures import NoAnswer
from workflows.names import care_request_id

PATIENCE = timedelta(seconds=60)
"""Real time in which a request comes to rest, and in which it is moved to its next stop."""

LONG_WAY = timedelta(minutes=10)
"""Real time for a way with hundreds of stops that need not be looked at (the kill switch, R44)."""

LOOK_AGAIN_SECONDS = 0.005
SNAPPED_WITHIN = timedelta(seconds=30)

EARLY_FOR_ORDER = timedelta(seconds=20)
"""How long before its instant a command arrives where a wake-up lies at the same instant: people act first.

Less than the tolerance for the clocks of senders (R12): the act may say that it occurs at its instant.
"""

EARLY_FOR_BACKDATED = timedelta(milliseconds=500)
"""How long before its instant a backdated command arrives: a clock that has gone on for some milliseconds
would make an act of exactly 24 hours ago (R12) older than that."""


class NotAtRest(StepFailed):
    """A request does not come to rest: something goes on and on, or nothing works for it."""


@dataclass
class LifeInTime:
    """A request of the play. Its clock stands still for us between stops, and runs on by milliseconds."""

    world: SimulatedWorld
    opening: CareRequestOpening
    begun: bool = False
    over: bool = False
    view: RequestView | None = None
    """The request as it stood when it last came to rest."""
    _retry: "Retry | None" = None
    _ways: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Where the clock was set to, and which instant of the play that is."""
    _stops: dict[datetime, datetime] = field(default_factory=dict)
    """Wake-ups that lie some milliseconds late, as what they follow did, and the instants they stand for."""

    @property
    def request_id(self) -> str:
        """The id of the request."""
        return self.opening.request_id

    @property
    def is_open(self) -> bool:
        """Whether it has begun and may still do something."""
        return self.begun and not self.over

    def next_stop(self, *, payments_stopped: bool) -> datetime | None:
        """When it does something by itself next.

        While payments are stopped its looks at the kill switch lead to nothing, and are passed over: only
        what the operator is reminded of stays.
        """
        wake = self._next_wake(payments_stopped=payments_stopped)
        return None if wake is None else self._stops.get(wake, wake)

    async def schedule(self, now: datetime) -> None:
        """Start it so that its first step is taken when it opens; `now` is the real time."""
        await self.world.gateway.open_later(self.opening, self.opening.opened_at - now)

    async def begin(self) -> None:
        """Let it open."""
        self.begun = True
        await self.go_to(self.opening.opened_at)

    async def go_to(self, instant: datetime) -> None:
        """Move its clock to the instant, or a few milliseconds beyond, and let it do all that is due."""
        due = [wake for wake, stop in self._stops.items() if stop <= instant]
        await self._move(max([instant, *due]), known_as=instant)
        await self.come_to_rest()

    async def await_visitor(self, instant: datetime, *, backdated: bool = False) -> None:
        """Move its clock to where a command of that instant arrives.

        People act before what happens by itself at the same instant; except at the first deadline, which
        has passed for whoever acts at its very instant (R2).
        """
        wake = self._next_wake(payments_stopped=False)
        if self._acknowledgement_is_due(instant):
            await self.go_to(instant)
        elif wake is not None and instant <= wake < instant + EARLY_FOR_ORDER:
            await self._move(instant - EARLY_FOR_ORDER, known_as=instant)
        else:
            early = EARLY_FOR_BACKDATED if backdated else timedelta(0)
            await self._move(instant - early, known_as=instant)

    async def come_to_rest(self) -> None:
        """Wait until nothing runs and nothing is due. Raises `NotAtRest`."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                while not await self._is_at_rest():  # noqa: ASYNC110 -- the server tells nobody by itself
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except TimeoutError:
            raise NotAtRest(
                f"request {self.request_id} does not come to rest at {self.world.clock.instant.isoformat()}; "
                "look at its run, or for a machine that has too much to do"
            ) from None

    def shown(self, instant: datetime) -> datetime:
        """The stop at which something happened, which is when it happened: the rest is our own slowness."""
        passed = bisect_right(self._ways, instant, key=lambda way: way[0])
        if passed:
            stop = self._ways[passed - 1][1]
            if abs(stop - instant) <= SNAPPED_WITHIN:
                return stop
        return instant.replace(microsecond=0)

    @property
    def _handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.server.client.get_workflow_handle(care_request_id(self.request_id))

    def _next_wake(self, *, payments_stopped: bool) -> datetime | None:
        if not self.is_open or self.view is None:
            return None
        retry_at = self._retry.at if self._retry else None
        wakes = [self.view.next_wake_at, retry_at]
        if payments_stopped and self.view.state is CareStateName.REFUND_DUE:
            wakes = [retry_at, *(task.next_reminder_at for task in self.view.waits_for_operator)]
        return min((wake for wake in wakes if wake is not None), default=None)

    def _acknowledgement_is_due(self, instant: datetime) -> bool:
        view = self.view
        if view is None or view.acknowledgement.status is not AcknowledgementStatus.PENDING:
            return False
        return view.acknowledgement.due == instant

    async def _move(self, target: datetime, *, known_as: datetime) -> None:
        if self.over:
            return
        now = await self.world.server.now(self._handle)
        if now < target:
            within = LONG_WAY if self._passes_looks(target) else PATIENCE
            await self.world.server.fast_forward(self._handle, target - now, within)
        if not self._ways or self._ways[-1][1] != known_as:
            self._ways.append((max(now, target), known_as))

    def _passes_looks(self, target: datetime) -> bool:
        return (
            self.view is not None and self.view.next_wake_at is not None and self.view.next_wake_at < target
        )

    async def _is_at_rest(self) -> bool:
        before = await self._glance()
        if before.is_over:
            self.over, self._retry = True, None
            self.view = await self.world.gateway.status(self.request_id, as_recorded=True)
            return True
        if before.is_busy:
            return False
        try:
            view = await self.world.gateway.status(self.request_id)
        except NoAnswer:
            return False  # it has not taken its first step yet
        if await self._glance() != before:
            return False  # it went on while it was asked
        self.view, self._retry = view, before.retry
        now = await self.world.server.now(self._handle)
        if view.state is CareStateName.OPENING or (
            view.next_wake_at is not None and view.next_wake_at <= now
        ):
            return False
        self._name_stops()
        return True

    def _name_stops(self) -> None:
        """A wake-up that is counted from now, such as a retry, stands for a round time after this stop.

        Otherwise the order of what happens in several requests would hang on milliseconds.
        """
        wake = self._next_wake(payments_stopped=False)
        if wake is None or not wake.microsecond or not self._ways:
            self._stops = {}
        elif wake not in self._stops:
            started, stop = self._ways[-1]
            if self._retry is not None and wake == self._retry.at:
                after = timedelta(seconds=round(self._retry.interval.total_seconds()))
            else:
                after = timedelta(minutes=round((wake - started) / timedelta(minutes=1)))
            self._stops = {wake: stop + after}

    async def _glance(self) -> "Glance":
        description = await self._handle.describe()
        raw = description.raw_description
        now = await self.world.server.now(self._handle)
        retries = [_retry(pending) for pending in raw.pending_activities]
        return Glance(
            is_over=description.status is not WorkflowExecutionStatus.RUNNING,
            is_busy=raw.HasField("pending_workflow_task")
            or any(retry is None or retry.at <= now for retry in retries),
            events=description.history_length,
            retry=min((it for it in retries if it is not None), key=lambda it: it.at, default=None),
        )


@dataclass(frozen=True)
class Glance:
    """What the server says of a run; two equal ones have had nothing between them."""

    is_over: bool
    is_busy: bool
    events: int
    retry: "Retry | None"


@dataclass(frozen=True)
class Retry:
    """A step that failed, and when it is tried again: so long after it was tried."""

    at: datetime
    interval: timedelta


def _retry(pending: PendingActivityInfo) -> Retry | None:
    """The next try of a step; None while it is being tried."""
    if pending.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED or pending.attempt <= 1:
        return None
    return Retry(_instant(pending.next_attempt_schedule_time), pending.current_retry_interval.ToTimedelta())


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime().replace(tzinfo=UTC)
