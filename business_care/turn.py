"""One turn of a request: collects what changes while a command or a deadline is carried out, then lets it
go as one step."""

from datetime import datetime
from typing import TypeVar

from business_care.commands import ClockName, Command
from business_care.events import Event
from business_care.notices import Notice, NoticeKind
from business_care.people import OPERATOR, Actor, Recipient, Role
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


class Turn:
    """A request while it moves from one state to the next, at one instant, by one actor or by itself."""

    def __init__(self, state: CareState, now: datetime, command: Command | None = None) -> None:
        self.state = state
        self.now = now
        self.command = command
        self._seq = state.seq
        self._events: list[Event] = []
        self._notices: list[Notice] = []
        self._plans: list[PlanRecord] = []
        self._reopenings: list[ClosureCut] = []

    @property
    def by(self) -> Actor | None:
        """Who acts, or None when a deadline acts."""
        return self.command.by if self.command else None

    @property
    def occurred(self) -> datetime:
        """When the act took place; what happens by itself takes place now (R12)."""
        return self.command.occurred(self.now) if self.command else self.now

    def step(self) -> Step:
        """All that changed, as one value."""
        if self._seq != self.state.seq:
            self.state = self.state.model_copy(update={"seq": self._seq})
        return Step(
            state=self.state,
            events=tuple(self._events),
            notices=tuple(self._notices),
            plans=tuple(self._plans),
            reopenings=tuple(self._reopenings),
        )

    def note(self, name: str, rule: str, **detail: object) -> None:
        """Add an event to the journal."""
        self._seq += 1
        self._events.append(
            Event(
                seq=self._seq,
                at=self.now,
                name=name,
                rule=rule,
                by=self.by,
                command_id=self.command.command_id if self.command else None,
                occurred_at=self.occurred if self.command else None,
                detail=_as_texts(detail),
            )
        )

    def tell_seller(self, kind: NoticeKind, **data: object) -> None:
        """Tell the seller, once the records have said who that is."""
        if self.state.facts is not None:
            self._tell(kind, Recipient(role=Role.SELLER, id=self.state.facts.seller_id), data)

    def tell_customer(self, kind: NoticeKind, **data: object) -> None:
        """Tell the customer, once the records have said who that is."""
        if self.state.facts is not None:
            self._tell(kind, Recipient(role=Role.CUSTOMER, id=self.state.facts.customer_id), data)

    def tell_operator(self, kind: NoticeKind, **data: object) -> None:
        """Tell the marketplace's operator."""
        self._tell(kind, Recipient(role=Role.OPERATOR, id=OPERATOR), data)

    def _tell(self, kind: NoticeKind, to: Recipient, data: dict[str, object]) -> None:
        key = f"{self._seq}-{len(self._notices)}-{kind}"
        self._notices.append(Notice(key=key, kind=kind, to=to, at=self.now, data=_as_texts(data)))

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


def _as_texts(data: dict[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in data.items() if value is not None}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
