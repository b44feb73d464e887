"""A workflow's journal, and the part of it that the records do not have yet."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import Field

from business_care.applied import MAX_APPLIED, Applied
from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.values import Value
from business_care.views import AppliedCommand

MAX_REJECTIONS = 200
MAX_EVENTS = 200
MAX_CARRIED_BYTES = 480 * 1024
"""A payload of more than 512 KB is refused by the server (`adapters/embedded_server.py` says why so few)."""


class HasMinutes(Protocol):
    """A step of the rules, as far as a journal looks at it."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened."""
        ...

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Who is told."""
        ...


StepT = TypeVar("StepT", bound=HasMinutes)
AppliedT = TypeVar("AppliedT", bound=Applied[Any])


class CarriedMinutes(Value):
    """What every journal hands on when its workflow continues as a new run."""

    events: tuple[Event, ...] = ()
    events_dropped: int = 0
    rejections: tuple[Rejection, ...] = ()
    rejections_dropped: dict[str, int] = Field(default_factory=dict)


def can_be_carried(start: Value) -> bool:
    """Whether a new run can be started with it; what is too large would stop its workflow for good."""
    return len(start.model_dump_json().encode()) <= MAX_CARRIED_BYTES


class CarriedJournal(CarriedMinutes):
    """What the journal of a request hands on: hashes and answers, no bodies."""

    applied: tuple[AppliedCommand, ...] = ()


@dataclass(frozen=True)
class News(Generic[StepT, AppliedT]):
    """All that the records do not have, and the mark up to which it goes."""

    steps: tuple[StepT, ...]
    applied: tuple[AppliedT, ...]
    rejections: tuple[Rejection, ...]
    rejections_dropped: dict[str, int]
    mark: int
    is_first: bool
    """Whether the records know nothing at all yet."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of all steps."""
        return tuple(event for step in self.steps for event in step.events)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices of all steps."""
        return tuple(notice for step in self.steps for notice in step.notices)


class Journal(Generic[StepT, AppliedT]):
    """Everything that happened, bounded: the last events, rejections and command ids, and counts of the
    rest."""

    def __init__(
        self, carried: CarriedMinutes | None = None, applied: Iterable[AppliedT] = (), *, known: bool = False
    ) -> None:
        earlier = carried or CarriedMinutes()
        self.events = deque(earlier.events)
        self.events_dropped = earlier.events_dropped
        self.rejections = deque(earlier.rejections)
        self.rejections_dropped = Counter(earlier.rejections_dropped)
        self.applied = {command.command_id: command for command in applied}
        self._new_steps: list[StepT] = []
        self._new_rejections: list[Rejection] = []
        self._new_applied: list[AppliedT] = []
        self._taken = self._added = 0
        self._is_known = known or carried is not None

    def add(self, step: StepT) -> None:
        """Keep what a turn came to."""
        self._added += 1
        self._new_steps.append(step)
        self.events.extend(step.events)
        while len(self.events) > MAX_EVENTS:
            self.events.popleft()
            self.events_dropped += 1

    def add_applied(self, command: AppliedT) -> None:
        """Keep an accepted command; its body goes to the records alone (R60)."""
        self._new_applied.append(command)
        self.remember_applied(command)

    def remember_applied(self, command: AppliedT) -> None:
        """Know a command that the records have already."""
        self.applied[command.command_id] = command.model_copy(update={"body": None})
        while len(self.applied) > MAX_APPLIED:
            self.applied.pop(next(iter(self.applied)))

    def reject(self, rejection: Rejection) -> None:
        """Keep a refused message: code, id and hash, never the body (R61)."""
        self._added += 1
        self._new_rejections.append(rejection)
        self.rejections.append(rejection)
        while len(self.rejections) > MAX_REJECTIONS:
            self.rejections_dropped[self.rejections.popleft().code] += 1

    @property
    def mark(self) -> int:
        """How much was added so far; `is_stored` tells when the records have it."""
        return self._added

    def is_stored(self, mark: int) -> bool:
        """Whether the records have all that had been added at that mark."""
        return self._taken >= mark

    @property
    def has_news(self) -> bool:
        """Whether there is something that the records do not have yet."""
        return bool(self._new_steps or self._new_rejections)

    def carried(self) -> CarriedMinutes:
        """What the next run takes over, besides the commands that were applied."""
        return CarriedMinutes(
            events=tuple(self.events),
            events_dropped=self.events_dropped,
            rejections=tuple(self.rejections),
            rejections_dropped=dict(self.rejections_dropped),
        )

    def take_news(self) -> News[StepT, AppliedT]:
        """All that the records do not have."""
        news = News(
            steps=tuple(self._new_steps),
            applied=tuple(self._new_applied),
            rejections=tuple(self._new_rejections[-MAX_REJECTIONS:]),
            rejections_dropped=dict(self.rejections_dropped),
            mark=self._added,
            is_first=not self._is_known,
        )
        self._new_steps, self._new_rejections, self._new_applied = [], [], []
        return news

    def stored(self, mark: int) -> None:
        """The records have all up to that mark, and so they have the beginning too."""
        self._taken = mark
        self._is_known = True
