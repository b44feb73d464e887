"""One turn of a request: collects what changes while a command or a deadline is carried out, then lets it
go as one step."""

from datetime import datetime
from typing import TypeVar

from business_care.commands import ClockName, Command
from business_care.events import Event
from business_care.minutes import Minutes
from business_care.notices import Notice, NoticeKind
from business_care.people import THE_OPERATOR, Recipient, Role
from business_care.refund import Refund
from business_care.state import (
    Acknowledgement,
    CareState,
    OperatorTask,
    Resolution,
    TaskKind,
)
from business_care.values import Value
from business_care.views import ClosureCut, PlanRecord

Region = TypeVar("Region", bound=Value)


class Step(Value):
    """What one turn came to: the next state, and what the records must keep of it."""

    state: CareState
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    plans: tuple[PlanRecord, ...] = ()
    reopenings: tuple[ClosureCut, ...] = ()


class Turn(Minutes):
    """A request while it moves from one state to the next, at one instant, by one actor or by itself."""

    def __init__(self, state: CareState, now: datetime, command: Command | None = None) -> None:
        super().__init__(state.seq, now, command)
        self.state = state
        self._plans: list[PlanRecord] = []
        self._reopenings: list[ClosureCut] = []

    def step(self) -> Step:
        """All that changed, as one value."""
        if self.seq != self.state.seq:
            self.state = self.state.model_copy(update={"seq": self.seq})
        return Step(
            state=self.state,
            events=tuple(self.events),
            notices=tuple(self.notices),
            plans=tuple(self._plans),
            reopenings=tuple(self._reopenings),
        )

    def tell_seller(self, notice: NoticeKind, /, **data: object) -> None:
        """Tell the seller, once the records have said who that is."""
        if self.state.facts is not None:
            self.tell(notice, Recipient(role=Role.SELLER, id=self.state.facts.seller_id), **data)

    def tell_customer(self, notice: NoticeKind, /, **data: object) -> None:
        """Tell the customer, once the records have said who that is."""
        if self.state.facts is not None:
            self.tell(notice, Recipient(role=Role.CUSTOMER, id=self.state.facts.customer_id), **data)

    def tell_operator(self, notice: NoticeKind, /, **data: object) -> None:
        """Tell the marketplace's operator."""
        self.tell(notice, THE_OPERATOR, **data)

    def keep_plan(self, record: PlanRecord) -> None:
        """Keep a deadline as it is told to the parties (R8)."""
        self._plans.append(record)

    def reopen(self, cut: ClosureCut) -> None:
        """Cut a closure short for later requests too (R7)."""
        self._reopenings.append(cut)

    def acknowledgement(self, **changes: object) -> Acknowledgement:
        """Change the first region."""
        return self._region("acknowledgement", self.state.acknowledgement, changes)

    def resolution(self, **changes: object) -> Resolution:
        """Change the second region."""
        return self._region("resolution", self.state.resolution, changes)

    def refund(self, **changes: object) -> Refund:
        """Change the third region."""
        return self._region("refund", self.state.refund, changes)

    def _region(self, name: str, region: Region, changes: dict[str, object]) -> Region:
        changed = region.model_copy(update=changes)
        self.state = self.state.model_copy(update={name: changed})
        return changed

    def begin_task(self, kind: TaskKind) -> None:
        """Something waits for the operator from now on (R28)."""
        task = OperatorTask(kind=kind, since=self.now, counted_from=self.now)
        self._tasks(*(other for other in self.state.tasks if other.kind is not kind), task)

    def end_tasks(self, *kinds: TaskKind) -> None:
        """What waited for the operator is done."""
        self._tasks(*(task for task in self.state.tasks if task.kind not in kinds))

    def _tasks(self, *tasks: OperatorTask) -> None:
        self.state = self.state.model_copy(update={"tasks": tasks})

    def due(self, clock: ClockName) -> datetime | None:
        """The deadline of a clock that is in force, None before it is planned."""
        deadline = self.state.deadline(clock)
        return deadline.due if deadline else None
