"""A product is switched off, for a while or for good, as a durable workflow."""

import asyncio

from temporalio import workflow
from temporalio.common import RawValue

from business_care.deactivation.commands import ALL_DEACTIVATION_COMMANDS, DEACTIVATION_COMMANDS
from business_care.deactivation.presenting import progress
from business_care.deactivation.renewals import CascadeProgress
from business_care.deactivation.views import DeactivationJournalView, DeactivationView
from workflows.deactivation.books import DeactivationBooks
from workflows.deactivation.cascading import RenewalCascade
from workflows.deactivation.desk import DeactivationDesk
from workflows.deactivation.life import read_order
from workflows.deactivation.ordering import OrderProcess
from workflows.deactivation.switching import SwitchingProcess
from workflows.messages import TakesMessages, answering, takes_commands
from workflows.names import PRODUCT_DEACTIVATION
from workflows.payloads import refusal


@workflow.defn(name=PRODUCT_DEACTIVATION)
@takes_commands(ALL_DEACTIVATION_COMMANDS)
class ProductDeactivation(TakesMessages):
    """One deactivation of one product, from the order to the last renewal (R50-R56).

    1. Take the order, or refuse it.
    2. Wait until it takes effect.
    3. Stop sales, then take the bundles along.
    4. Temporary: wait until somebody, or the planned end, brings product and bundles back.
    5. Permanent: cancel the renewals page by page, until nothing new is found and nothing is in flight.
    """

    @workflow.init
    def __init__(self, order: RawValue) -> None:
        # Everything that a handler touches exists before the first line of `run`: a message may come first.
        self._beginning = read_order(order, workflow.info().workflow_id)
        self._life = self._beginning.life
        self._books = DeactivationBooks(self._life)
        self._cascade = RenewalCascade(self._life)
        self._desk = DeactivationDesk(self._beginning, self._books, self._cascade)
        self._ordering = OrderProcess(self._life, self._desk, self._books)
        self._switching = SwitchingProcess(self._life)

    @workflow.run
    async def run(self, order: RawValue) -> DeactivationView:  # noqa: ARG002 -- `__init__` has read it
        """Carry the order out; only one that can't be read fails, with `invalid_message`."""
        if self._beginning.key_missing is not None:
            raise self._beginning.key_missing
        if self._beginning.violation is not None:
            raise refusal(self._beginning.violation)
        return await self.endure(asyncio.create_task(self._live()))

    async def _live(self) -> DeactivationView:
        await asyncio.gather(self._books.keep_up(), self._lead())
        if self._life.moves_on:
            workflow.continue_as_new(self._life.carried())
        return self._life.view()

    async def _lead(self) -> None:
        watching = asyncio.create_task(self._watch_history())
        await self._ordering.run()
        await self._switching.until_it_takes_effect()
        while not self._life.rests:
            await self._switching.stop_or_start_sales()
            await self._switching.take_bundles_along()
            if self._switching.is_retired:
                await self._cascade.run()
            else:
                await self._switching.until_it_moves()
        await watching
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._books.stop()

    async def _watch_history(self) -> None:
        """Let a new run take over when the history has grown long and nothing is under way."""
        await workflow.wait_condition(lambda: self._life.state.has_ended or self._may_move_on())
        self._life.moves_on = not self._life.state.has_ended

    def _may_move_on(self) -> bool:
        waiting = self._switching.is_waiting or self._cascade.is_waiting
        at_rest = waiting and self._books.is_idle and workflow.all_handlers_finished()
        long = workflow.info().is_continue_as_new_suggested()
        return long and at_rest and self._life.can_be_carried

    def desk(self) -> DeactivationDesk:
        """Where commands arrive."""
        return self._desk

    @classmethod
    def message_names(cls) -> tuple[str, ...]:
        """Every command of a deactivation."""
        return tuple(DEACTIVATION_COMMANDS)

    @workflow.query(description=answering("The whole view of the deactivation.", DeactivationView))
    def status(self) -> DeactivationView:
        """The deactivation as it stands."""
        return self._life.view()

    @workflow.query(description=answering("How far the renewals are.", CascadeProgress))
    def progress(self) -> CascadeProgress:
        """The renewals, as of the last slice that the workflow was told of."""
        return progress(self._life.state)

    @workflow.query(
        description=answering(
            "Everything that happened, rejected commands included.", DeactivationJournalView
        )
    )
    def journal(self) -> DeactivationJournalView:
        """The journal."""
        return self._life.journal_view()
