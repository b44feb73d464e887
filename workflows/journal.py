"""The workflow's journal, and the part of it that the records do not have yet."""

from collections import Counter, deque
from collections.abc import Iterable

from pydantic import Field

from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.request import CareRequestOpening
from business_care.turn import Step
from business_care.values import Value
from business_care.views import (
    AppliedCommand,
    ClosureCut,
    JournalView,
    PlanRecord,
    RequestView,
    StepRecord,
)

MAX_REJECTIONS = 200
MAX_EVENTS = 200
MAX_APPLIED = 250
"""A journal full of the longest ids still fits into the start of the next run; the records keep all."""


class CarriedJournal(Value):
    """What a journal hands on when the workflow continues as a new run; hashes and answers, no bodies."""

    events: tuple[Event, ...] = ()
    events_dropped: int = 0
    rejections: tuple[Rejection, ...] = ()
    rejections_dropped: dict[str, int] = Field(default_factory=dict)
    applied: tuple[AppliedCommand, ...] = ()


class Journal:
    """Everything that happened, bounded: the last events, rejections and command ids, and counts of the
    rest."""

    def __init__(self, carried: CarriedJournal | None = None) -> None:
        earlier = carried or CarriedJournal()
        self._events = deque(earlier.events)
        self._events_dropped = earlier.events_dropped
        self._rejections = deque(earlier.rejections)
        self._rejections_dropped = Counter(earlier.rejections_dropped)
        self.applied = {command.command_id: command for command in earlier.applied}
        self._new_steps: list[Step] = []
        self._new_rejections: list[Rejection] = []
        self._new_applied: list[AppliedCommand] = []
        self._taken = self._added = 0
        self._is_known = carried is not None

    def add(self, step: Step) -> None:
        """Keep what a turn came to."""
        self._added += 1
        self._new_steps.append(step)
        self._events.extend(step.events)
        while len(self._events) > MAX_EVENTS:
            self._events.popleft()
            self._events_dropped += 1

    def add_applied(self, command: AppliedCommand) -> None:
        """Keep an accepted command; its body goes to the records alone (R60)."""
        self._new_applied.append(command)
        self.applied[command.command_id] = command.model_copy(update={"body": None})
        while len(self.applied) > MAX_APPLIED:
            self.applied.pop(next(iter(self.applied)))

    def reject(self, rejection: Rejection) -> None:
        """Keep a refused message: code, id and hash, never the body (R61)."""
        self._added += 1
        self._new_rejections.append(rejection)
        self._rejections.append(rejection)
        while len(self._rejections) > MAX_REJECTIONS:
            self._rejections_dropped[self._rejections.popleft().code] += 1

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

    def news(
        self, workflow_id: str, run_id: str, view: RequestView, opening: CareRequestOpening
    ) -> tuple[StepRecord, int]:
        """All that the records do not have, as one step, and the mark up to which it goes."""
        step = StepRecord(
            workflow_id=workflow_id,
            run_id=run_id,
            view=view,
            events=_joined(step.events for step in self._new_steps),
            notices=_notices(self._new_steps),
            applied=tuple(self._new_applied),
            rejections=tuple(self._new_rejections[-MAX_REJECTIONS:]),
            rejections_dropped=dict(self._rejections_dropped),
            plans=_plans(self._new_steps),
            reopenings=_reopenings(self._new_steps),
            opening=None if self._is_known else opening,
        )
        self._new_steps, self._new_rejections, self._new_applied = [], [], []
        return step, self._added

    def stored(self, mark: int) -> None:
        """The records have all up to that mark, and so they have the opening too."""
        self._taken = mark
        self._is_known = True

    def view(self, request_id: str) -> JournalView:
        """The journal as others see it."""
        return JournalView(
            request_id=request_id,
            events=tuple(self._events),
            rejections=tuple(self._rejections),
            events_dropped=self._events_dropped,
            rejections_dropped=dict(self._rejections_dropped),
        )

    def carried(self) -> CarriedJournal:
        """What the next run takes over."""
        return CarriedJournal(
            events=tuple(self._events),
            events_dropped=self._events_dropped,
            rejections=tuple(self._rejections),
            rejections_dropped=dict(self._rejections_dropped),
            applied=tuple(self.applied.values()),
        )


def _joined(parts: Iterable[tuple[Event, ...]]) -> tuple[Event, ...]:
    return tuple(event for part in parts for event in part)


def _notices(steps: Iterable[Step]) -> tuple[Notice, ...]:
    return tuple(notice for step in steps for notice in step.notices)


def _plans(steps: Iterable[Step]) -> tuple[PlanRecord, ...]:
    return tuple(plan for step in steps for plan in step.plans)


def _reopenings(steps: Iterable[Step]) -> tuple[ClosureCut, ...]:
    return tuple(cut for step in steps for cut in step.reopenings)
