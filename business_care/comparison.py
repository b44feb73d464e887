"""Whether everything that is open in the records runs, and everything that runs is open there (R63).

Both sides move while they are read: each suspicion is looked at once more before anybody is told.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from business_care.values import Instant, Value, WorkflowId

LATE_AFTER = timedelta(hours=25)
"""A deadline is acted on when the grace for what is on its way is over, and that is a day at most."""
MAX_TOLD = 100
"""How many differences are told one by one; all are counted."""


class OpenInRecords(Value):
    """A request, a deactivation or a recovery that has not ended as far as the records know."""

    workflow_id: WorkflowId
    next_due_at: Instant | None = None


class Running(Value):
    """A run that has not ended, as the server lists it."""

    workflow_id: WorkflowId
    is_broken: bool = False
    """Its code fails again and again."""


class DifferenceKind(StrEnum):
    """What is not as it should be; wire format."""

    NOT_RUNNING = "not_running"
    """Open in the records, and nothing runs: ended by hand, or lost with the server's database."""
    NOT_OPEN = "not_open"
    """It runs, and the records do not know it as open."""
    BROKEN = "broken"
    """It runs, and its code fails again and again."""
    LATE = "late"
    """It runs, and its deadline passed more than a day ago without a trace."""


class Difference(Value):
    """One thing that somebody has to look at."""

    kind: DifferenceKind
    workflow_id: WorkflowId


class Comparison(Value):
    """What a comparison found: how much there was, and the first differences, in the order of their ids."""

    at: Instant
    open_in_records: int
    running: int
    differences: tuple[Difference, ...] = ()
    differences_in_all: int = 0

    @classmethod
    def of(
        cls, at: datetime, open_in_records: int, running: int, differences: Iterable[Difference]
    ) -> "Comparison":
        """What is told of so many differences."""
        found = sorted(differences, key=lambda one: (one.workflow_id, one.kind))
        return cls(
            at=at,
            open_in_records=open_in_records,
            running=running,
            differences=tuple(found[:MAX_TOLD]),
            differences_in_all=len(found),
        )


def suspicions(
    recorded: Mapping[str, OpenInRecords], running: Mapping[str, Running], at: datetime
) -> Iterator[Difference]:
    """Every difference between the two, each by its workflow's id, as of the instant `at`."""
    for workflow_id, subject in recorded.items():
        if workflow_id not in running:
            yield Difference(kind=DifferenceKind.NOT_RUNNING, workflow_id=workflow_id)
        elif subject.next_due_at is not None and subject.next_due_at + LATE_AFTER < at:
            yield Difference(kind=DifferenceKind.LATE, workflow_id=workflow_id)
    for workflow_id, run in running.items():
        if workflow_id not in recorded:
            yield Difference(kind=DifferenceKind.NOT_OPEN, workflow_id=workflow_id)
        if run.is_broken:
            yield Difference(kind=DifferenceKind.BROKEN, workflow_id=workflow_id)
