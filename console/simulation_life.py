"""One request in a play."""

from collections.abc import Sequence
from datetime import datetime

from business_care.errors import RuleViolation
from business_care.events import Event
from business_care.request import CareRequestOpening
from business_care.state import AcknowledgementStatus
from business_care.views import CareStateName, CommandAnswer, JournalView, RequestView
from console.simulation_clock import InTime
from console.simulation_world import SimulatedWorld
from gateway.raw_command import RawCommand
from workflows.names import care_request_id


class LifeInTime(InTime[RequestView]):
    """A request of the play."""

    def __init__(self, world: SimulatedWorld, opening: CareRequestOpening, seller_id: str) -> None:
        super().__init__(world, opening.request_id, seller_id)
        self.opening = opening

    @property
    def request_id(self) -> str:
        """The id of the request."""
        return self.opening.request_id

    @property
    def workflow_id(self) -> str:
        """Where it runs."""
        return care_request_id(self.request_id)

    async def schedule(self, now: datetime) -> None:
        """Start it so that its first step is taken when it opens; `now` is the real time."""
        await self.world.gateway.open_later(self.opening, self.opening.opened_at - now)

    async def begin(self) -> None:
        """Let it open."""
        await self.begin_at(self.opening.opened_at)

    async def ask(self, command: RawCommand) -> CommandAnswer:
        """Send a command and wait for its answer. Raises `RuleViolation`."""
        return await self.world.gateway.send(self.request_id, command)

    async def tell(self, command: RawCommand) -> CommandAnswer | None:
        """Send a command as a signal; an answer comes from the records only. Raises `RuleViolation`."""
        return await self.world.gateway.send_as_signal(self.request_id, command)

    async def journal(self) -> JournalView:
        """Everything that happened."""
        return await self.world.gateway.journal(self.request_id)

    async def recorded_events(self) -> Sequence[Event]:
        """Everything that happened, as the records have it."""
        try:
            journal = await self.world.gateway.journal(self.request_id, as_recorded=True)
        except RuleViolation:
            return ()  # nothing has been stored of it yet
        return journal.events

    async def _look(self) -> RequestView:
        return await self.world.gateway.status(self.request_id)

    async def _look_back(self) -> RequestView:
        return await self.world.gateway.status(self.request_id, as_recorded=True)

    def _is_beginning(self, view: RequestView) -> bool:
        return view.state is CareStateName.OPENING

    def _wakes(self, view: RequestView, *, payments_stopped: bool) -> list[datetime | None]:
        """While payments are stopped its looks at them lead to nothing; what the operator is told stays."""
        if payments_stopped and view.state is CareStateName.REFUND_DUE:
            return [task.next_reminder_at for task in view.waits_for_operator]
        return [view.next_wake_at]

    def _clock_goes_first(self, instant: datetime) -> bool:
        """The first deadline has passed for whoever acts at its very instant (R2)."""
        view = self.view
        if view is None or view.acknowledgement.status is not AcknowledgementStatus.PENDING:
            return False
        return view.acknowledgement.due == instant
