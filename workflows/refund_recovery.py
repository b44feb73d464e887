"""A refund that failed after its request had closed, as a durable workflow."""

import asyncio
from contextlib import suppress

from temporalio import workflow
from temporalio.common import RawValue

from activities.calendar_steps import CalendarSteps
from activities.recovery_steps import RecoverySteps
from business_care.planning import WindowPlan
from business_care.recovery.judgement import RECOVERY_COMMANDS
from business_care.recovery.moves import operator_reminded, recovery_begun, reminder_counted
from business_care.recovery.views import RecoveryJournalView, RecoveryView, view
from business_care.values import known
from workflows.clock import now
from workflows.messages import TakesMessages, answering, takes_commands
from workflows.names import REFUND_RECOVERY
from workflows.options import call_off, surely
from workflows.payloads import refusal
from workflows.recovery.books import RecoveryBooks
from workflows.recovery.desk import RecoveryDesk
from workflows.recovery.life import read_recovery


@workflow.defn(name=REFUND_RECOVERY)
@takes_commands(tuple(RECOVERY_COMMANDS.values()))
class RefundRecovery(TakesMessages):
    """Money that was paid back and did not arrive, until an operator has paid it by hand (R42).

    1. Tell the operator.
    2. Remind, every few business days, until `record_refund` says how it was paid (R28).

    No program pays here. The outcome of the request stays `refunded`, and its care is not restored.
    """

    @workflow.init
    def __init__(self, start: RawValue) -> None:
        # Everything that a handler touches exists before the first line of `run`: a message may come first.
        self._beginning = read_recovery(start, workflow.info().workflow_id)
        self._life = self._beginning.life
        self._books = RecoveryBooks(self._life)
        self._desk = RecoveryDesk(self._beginning, self._books)
        self._counts = False

    @workflow.run
    async def run(self, start: RawValue) -> RecoveryView:  # noqa: ARG002 -- `__init__` has read it
        """Wait for the payment; only a start that can't be read fails, with `invalid_message`."""
        if self._beginning.key_missing is not None:
            raise self._beginning.key_missing
        if self._beginning.violation is not None:
            raise refusal(self._beginning.violation)
        return await self.endure(asyncio.create_task(self._live()))

    async def _live(self) -> RecoveryView:
        await asyncio.gather(self._books.keep_up(), self._lead())
        if self._life.moves_on:
            workflow.continue_as_new(self._life.carried())
        return self.status()

    async def _lead(self) -> None:
        watching = asyncio.create_task(self._watch_history())
        await self._begin()
        while not self._life.rests:
            wanted = self._life.state.reminder_wanted
            if wanted is not None:
                await self._count_reminder(wanted)
            else:
                await self._remind_when_due()
        await watching
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._books.stop()

    async def _begin(self) -> None:
        """Tell the operator, unless an earlier run has done so."""
        if self._life.state.since is not None:
            return
        recovery_id = self._life.state.start.recovery_id
        stored = await surely(RecoverySteps.find_recovery, recovery_id, "look the recovery up")
        if stored is not None and stored.state.since is not None:
            self._life.remember(stored)
        else:
            self._life.take(recovery_begun(self._life.state, now()))
        # Commands that came before are judged before anything is concluded from their absence.
        await workflow.wait_condition(lambda: self._desk.waiting == 0)

    async def _count_reminder(self, wanted: WindowPlan) -> None:
        self._counts = True
        counting = asyncio.create_task(
            surely(CalendarSteps.plan_window, wanted, "count the operator's reminder")
        )
        await workflow.wait_condition(lambda: counting.done() or self._life.rests)
        if counting.done():
            self._life.take(reminder_counted(self._life.state, wanted, counting.result(), now()))
        else:
            await call_off(counting)
        self._counts = False

    async def _remind_when_due(self) -> None:
        due = known(self._life.state.reminder).due
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._life.rests,
                timeout=due - now(),
                timeout_summary=f"remind the operator {due:%Y-%m-%d %H:%M} UTC",
            )
        if not self._life.rests:
            self._life.take(operator_reminded(self._life.state, now()))

    async def _watch_history(self) -> None:
        """Let a new run take over when the history has grown long and nothing is under way."""
        await workflow.wait_condition(lambda: self._life.state.has_ended or self._may_move_on())
        self._life.moves_on = not self._life.state.has_ended

    def _may_move_on(self) -> bool:
        waiting = self._life.state.reminder is not None and not self._counts
        at_rest = waiting and self._books.is_idle and workflow.all_handlers_finished()
        long = workflow.info().is_continue_as_new_suggested()
        return long and at_rest and self._life.can_be_carried

    def desk(self) -> RecoveryDesk:
        """Where commands arrive."""
        return self._desk

    @classmethod
    def message_names(cls) -> tuple[str, ...]:
        """The one command of a recovery."""
        return tuple(RECOVERY_COMMANDS)

    @workflow.query(description=answering("The whole view of the recovery.", RecoveryView))
    def status(self) -> RecoveryView:
        """The recovery as it stands."""
        return view(self._life.state)

    @workflow.query(
        description=answering("Everything that happened, rejected commands included.", RecoveryJournalView)
    )
    def journal(self) -> RecoveryJournalView:
        """The journal."""
        return self._life.journal_view()
