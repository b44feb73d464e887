"""The desk of a recovery: what judges its commands, and what is kept of them (R60, R61)."""

from datetime import datetime

from business_care.commands import Command
from business_care.recovery.judgement import judge
from business_care.recovery.turn import RecoveryStep
from business_care.recovery.views import AppliedToRecovery, RecoveryAnswer, answer
from workflows.clock import now
from workflows.desk import Desk
from workflows.recovery.books import RecoveryBooks
from workflows.recovery.life import RecoveryBeginning


class RecoveryDesk(Desk[RecoveryStep, AppliedToRecovery, RecoveryAnswer]):
    """Where the commands of one recovery arrive."""

    def __init__(self, beginning: RecoveryBeginning, books: RecoveryBooks) -> None:
        super().__init__(beginning.life.journal, books)
        self._beginning = beginning
        self._life = beginning.life

    def can_judge(self, given: Command) -> bool:  # noqa: ARG002 -- all commands wait for the same
        """Whether the operator was told what failed."""
        return self._beginning.violation is not None or self._life.state.since is not None

    def judge(self, given: Command, arrived_at: datetime) -> RecoveryStep | AppliedToRecovery:
        """Judge by the state as it stands now."""
        if self._beginning.violation is not None:
            raise self._beginning.violation
        return judge(self._life.state, given, now(), self._life.journal.applied, arrived_at)

    def apply(self, given: Command, step: RecoveryStep) -> AppliedToRecovery:
        """Take the step over."""
        self._life.take(step)
        applied = AppliedToRecovery.of(given, answer(self._life.state, given, now()))
        self._life.journal.add_applied(applied)
        return applied
