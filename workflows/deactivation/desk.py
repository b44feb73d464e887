"""The desk of a deactivation: what judges its commands, and what is kept of them (R60, R61)."""

from datetime import datetime

from business_care.commands import Command, PaymentsResumed
from business_care.deactivation.judgement import judge
from business_care.deactivation.presenting import answer
from business_care.deactivation.turn import DeactivationStep
from business_care.deactivation.views import AppliedToDeactivation, DeactivationAnswer
from workflows.clock import now
from workflows.deactivation.books import DeactivationBooks
from workflows.deactivation.cascading import RenewalCascade
from workflows.deactivation.life import DeactivationBeginning
from workflows.desk import Desk


class DeactivationDesk(Desk[DeactivationStep, AppliedToDeactivation, DeactivationAnswer]):
    """Where the commands of one deactivation arrive."""

    def __init__(
        self, beginning: DeactivationBeginning, books: DeactivationBooks, cascade: RenewalCascade
    ) -> None:
        super().__init__(beginning.life.journal, books)
        self._cascade = cascade
        self._beginning = beginning
        self._life = beginning.life
        self._is_new = False
        """The order was taken by this run, and nobody has been answered so yet."""

    def take_order(self) -> None:
        """Keep the order as the first command that was accepted: its repetitions are told so."""
        self._life.journal.add_applied(self._applied(self._life.state.order))
        self._is_new = True

    def can_judge(self, given: Command) -> bool:  # noqa: ARG002 -- all commands wait for the same facts
        """Whether the product was looked up and the order taken or refused."""
        return self._beginning.violation is not None or self._life.state.is_known

    def judge(self, given: Command, arrived_at: datetime) -> DeactivationStep | AppliedToDeactivation:
        """Judge by the state as it stands now."""
        if self._beginning.violation is not None:
            raise self._beginning.violation
        return judge(self._life.state, given, now(), self._life.journal.applied, arrived_at)

    def apply(self, given: Command, step: DeactivationStep) -> AppliedToDeactivation:
        """Take the step over; charges that wait are looked at again when payments run again (R44)."""
        self._life.take(step)
        applied = self._applied(given)
        self._life.journal.add_applied(applied)
        if isinstance(given, PaymentsResumed):
            self._cascade.payments_resumed()
        return applied

    async def repeat(self, earlier: AppliedToDeactivation, *, waited: bool) -> DeactivationAnswer:
        """The order itself comes as an update together with the start: its first answer is no duplicate's."""
        is_order = earlier.command_id == self._life.state.order.command_id
        if not (waited and is_order and self._is_new):
            return await super().repeat(earlier, waited=waited)
        self._is_new = False
        await self._pump.until_stored()
        return earlier.answer

    def _applied(self, given: Command) -> AppliedToDeactivation:
        return AppliedToDeactivation.of(given, answer(self._life.state, given, now()))
