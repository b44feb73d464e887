"""A workflow in a play: its own clock, moved from stop to stop, and at rest before anything else happens."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from temporalio.client import WorkflowHandle

from business_care.applied import AcceptedAnswer
from business_care.errors import RuleViolation, StepFailed
from business_care.events import Event, Rejection
from console.simulation_glance import Retry, glance
from console.simulation_world import SimulatedWorld
from gateway.failures import NoAnswer
from gateway.raw_command import RawCommand

PATIENCE = timedelta(seconds=60)
"""Real time in which a workflow comes to rest, and in which it is moved to its next stop."""

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
    """A workflow does not come to rest: something goes on and on, or nothing works for it."""


class WakingView(Protocol):
    """What a workflow says of itself, as far as its clock is concerned."""

    @property
    def next_wake_at(self) -> datetime | None:
        """When it does something by itself next."""
        ...

    @property
    def next_due_at(self) -> datetime | None:
        """The next instant that was told to people: it stands as it was told."""
        ...


class JournalShown(Protocol):
    """The journal of a workflow, as far as a play reads it."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened."""
        ...

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """The last messages that were refused."""
        ...

    @property
    def rejections_dropped(self) -> dict[str, int]:
        """How many more there were."""
        ...


View = TypeVar("View", bound=WakingView)


class InTime(Generic[View]):
    """A workflow of the play. Its clock stands still for us between stops, and runs on by milliseconds.

    Subclasses say which workflow it is, how it is asked, and what it is asked.
    """

    def __init__(self, world: SimulatedWorld, subject: str, seller_id: str) -> None:
        self.world = world
        self.subject = subject
        """The id of the request or product."""
        self.seller_id = seller_id
        """By whose local time it is shown, and whose payments may be stopped."""
        self.begun = False
        self.over = False
        self.view: View | None = None
        """How it stood when it last came to rest."""
        self._retry: Retry | None = None
        self._ways: list[tuple[datetime, datetime]] = []
        """Where the clock was set to, and which instant of the play that is."""
        self._stops: dict[datetime, datetime] = {}
        """Wake-ups that lie some milliseconds late, as what they follow did, with what they stand for."""
        self._seen = 0
        """How many of its events were told as news."""

    @property
    def is_open(self) -> bool:
        """Whether it has begun and may still do something."""
        return self.begun and not self.over

    @property
    def workflow_id(self) -> str:
        """Where it runs."""
        raise NotImplementedError

    async def ask(self, command: RawCommand) -> AcceptedAnswer:
        """Send a command and wait for its answer. Raises `RuleViolation`."""
        raise NotImplementedError

    async def tell(self, command: RawCommand) -> AcceptedAnswer | None:
        """Send a command as a signal; an answer comes once it has ended only. Raises `RuleViolation`."""
        raise NotImplementedError

    async def journal(self) -> JournalShown:
        """Everything that happened, as it tells itself or as the records have it."""
        raise NotImplementedError

    async def recorded_events(self) -> Sequence[Event]:
        """Everything that happened, as the records have it; nothing at all before they know of it."""
        raise NotImplementedError

    async def _look(self) -> View:
        """How it stands, told by itself. Raises `NoAnswer`."""
        raise NotImplementedError

    async def _look_back(self) -> View:
        """How it stood when it ended."""
        raise NotImplementedError

    def _is_beginning(self, view: View) -> bool:
        """Whether it has yet to find out what it is about."""
        raise NotImplementedError

    def _wakes(self, view: View, *, payments_stopped: bool) -> list[datetime | None]:  # noqa: ARG002
        """When it does something by itself, retries apart; some wait for payments to run again."""
        return [view.next_wake_at]

    def _clock_goes_first(self, instant: datetime) -> bool:  # noqa: ARG002 -- few have such an instant
        """Whether what happens by itself at the instant comes before people who act at it."""
        return False

    def next_stop(self, *, payments_stopped: bool) -> datetime | None:
        """When it does something by itself next.

        While payments are stopped its looks at the kill switch lead to nothing, and are passed over.
        """
        wake = self._next_wake(payments_stopped=payments_stopped)
        return None if wake is None else self._stops.get(wake, wake)

    async def begin_at(self, instant: datetime) -> None:
        """Let a run that was started take its first step."""
        self.begun, self.over, self.view = True, False, None
        self._retry, self._stops = None, {}
        await self.go_to(instant)

    async def go_to(self, instant: datetime) -> None:
        """Move its clock to the instant, or a few milliseconds beyond, and let it do all that is due."""
        due = [wake for wake, stop in self._stops.items() if stop <= instant]
        await self._move(max([instant, *due]), known_as=instant)
        await self.come_to_rest()

    async def await_visitor(self, instant: datetime, *, backdated: bool = False) -> None:
        """Move its clock to where a command of that instant arrives.

        People act before what happens by itself at the same instant, but for deadlines that have passed for
        whoever acts at their very instant.
        """
        if not self.is_open:
            return
        wake = self._next_wake(payments_stopped=False)
        if self._clock_goes_first(instant):
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
                f"{self.workflow_id} does not come to rest at {self.world.clock.instant.isoformat()}; "
                "look at its run, or for a machine that has too much to do"
            ) from None

    async def news(self) -> Sequence[Event]:
        """What its journal has grown by since it was last asked."""
        new = [event for event in await self.recorded_events() if event.seq > self._seen]
        if new:
            self._seen = new[-1].seq
        return new

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
        return self.world.server.client.get_workflow_handle(self.workflow_id)

    def _next_wake(self, *, payments_stopped: bool) -> datetime | None:
        if not self.is_open or self.view is None:
            return None
        wakes = self._wakes(self.view, payments_stopped=payments_stopped)
        wakes.append(self._retry.at if self._retry else None)
        return min((wake for wake in wakes if wake is not None), default=None)

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
        if not self.is_open:
            return True
        before = await glance(self.world.server, self._handle)
        if before.is_over:
            self.over, self._retry = True, None
            self.view = await self._look_back()
            return True
        if before.is_busy:
            return False
        try:
            view = await self._look()
        except (NoAnswer, RuleViolation):
            # It has not taken its first step yet, or it ended while it was asked: the records, which answer
            # then, keep nothing of what was refused.
            return False
        if await glance(self.world.server, self._handle) != before:
            return False  # it went on while it was asked
        self.view, self._retry = view, before.retry
        now = await self.world.server.now(self._handle)
        if self._is_beginning(view) or (view.next_wake_at is not None and view.next_wake_at <= now):
            return False
        self._name_stops()
        return True

    def _name_stops(self) -> None:
        """A wake-up that is counted from now, such as a retry, stands for a round time after this stop.

        Otherwise the order of what happens in several workflows would hang on milliseconds.
        """
        wake = self._next_wake(payments_stopped=False)
        was_told = self.view is not None and wake == self.view.next_due_at
        if wake is None or not wake.microsecond or was_told or not self._ways:
            self._stops = {}
        elif wake not in self._stops:
            started, stop = self._ways[-1]
            if self._retry is not None and wake == self._retry.at:
                after = timedelta(seconds=round(self._retry.interval.total_seconds()))
            else:
                after = timedelta(minutes=round((wake - started) / timedelta(minutes=1)))
            self._stops = {wake: stop + after}
