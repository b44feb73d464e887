"""The desk of a care request: what judges its commands, and what is kept of them (R60, R61)."""

from datetime import datetime

from business_care.commands import Command, PaymentsResumed
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import can_be_judged, judge
from business_care.presenting import answer
from business_care.turn import Step
from business_care.views import AppliedCommand, CommandAnswer, RequestView
from workflows.bookkeeping import Bookkeeper
from workflows.clock import now
from workflows.desk import Desk
from workflows.refunding import RefundProcess
from workflows.starting import Start


class CommandDesk(Desk[Step, AppliedCommand, CommandAnswer]):
    """Where the commands of one request arrive."""

    def __init__(self, start: Start, books: Bookkeeper, refund: RefundProcess) -> None:
        super().__init__(start.life.journal, books)
        self._start = start
        self._life = start.life
        self._refund = refund
        self.finished_before: RequestView | None = None
        """How the request ended in an earlier run, as the records tell; nothing is possible any more."""

    def can_judge(self, given: Command) -> bool:
        """Whether the licence was looked up and the deadlines are told, or the request is over."""
        return self.finished_before is not None or can_be_judged(self._life.state, given)

    def judge(self, given: Command, arrived_at: datetime) -> Step | AppliedCommand:
        """Judge by the state as it stands now."""
        if self._start.violation is not None:
            raise self._start.violation
        if self.finished_before is not None:
            raise RuleViolation(
                ErrorCode.REQUEST_CLOSED,
                f"the request is closed with the outcome {self.finished_before.outcome}",
            )
        return judge(self._life.state, given, now(), self._life.journal.applied, arrived_at)

    def apply(self, given: Command, step: Step) -> AppliedCommand:
        """Take the step over; a payment that waits looks again at once when payments run again (R44)."""
        self._life.take(step)
        applied = AppliedCommand.of(given, answer(self._life.state, given, now()))
        self._life.journal.add_applied(applied)
        if isinstance(given, PaymentsResumed):
            self._refund.payments_resumed()
        return applied
