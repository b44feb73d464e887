"""One product in a play: its deactivations, one after the other."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.views import DeactivationAnswer, DeactivationJournalView, DeactivationView
from business_care.deactivation.words import DeactivationPhase
from business_care.errors import RuleViolation
from business_care.events import Event
from console.simulation_clock import InTime
from console.simulation_world import SimulatedWorld
from gateway.raw_command import RawCommand
from workflows.names import product_deactivation_id


class ProductInTime(InTime[DeactivationView]):
    """A product of the play. Each of its deactivations is a run of its own, with a clock of its own."""

    def __init__(self, world: SimulatedWorld, product_id: str, seller_id: str) -> None:
        super().__init__(world, product_id, seller_id)
        self.deactivations: list[str] = []
        """The ids of those that were taken, in order; the last one may be open."""

    @property
    def product_id(self) -> str:
        """The id of the product."""
        return self.subject

    @property
    def workflow_id(self) -> str:
        """Where its deactivation runs."""
        return product_deactivation_id(self.product_id)

    async def take(self, order: Deactivate, at: datetime) -> str | None:
        """Give an order at an instant of the play; the code of the rule that refuses it, None if none does.

        While one runs, or when the order was taken before, it is a message to that one; else it is a start.
        """
        if self.is_open or await self._knows(order):
            return await self._hand_over(order, at)
        return await self._start(order, at)

    async def ask(self, command: RawCommand) -> DeactivationAnswer:
        """Send a command and wait for its answer. Raises `RuleViolation`."""
        return await self.world.products.send(self.product_id, command)

    async def tell(self, command: RawCommand) -> DeactivationAnswer | None:
        """Send a command as a signal; an answer comes from the records only. Raises `RuleViolation`."""
        return await self.world.products.send_as_signal(self.product_id, command)

    async def journal(self) -> DeactivationJournalView:
        """Everything that happened in its deactivation."""
        return await self.world.products.journal(self.product_id)

    async def recorded_events(self) -> Sequence[Event]:
        """Everything that happened in its deactivation, as the records have it."""
        if not self.deactivations:
            return ()
        journal = await self.world.records.deactivations.journal(self.deactivations[-1])
        return () if journal is None else journal.events

    async def _knows(self, order: Deactivate) -> bool:
        return await self.world.records.deactivations.stored(order.command_id) is not None

    async def _hand_over(self, order: Deactivate, at: datetime) -> str | None:
        await self.await_visitor(at)
        try:
            await self.world.products.deactivate(order)
        except RuleViolation as violation:
            return violation.code
        finally:
            await self.come_to_rest()
        return None

    async def _start(self, order: Deactivate, at: datetime) -> str | None:
        delay = max(at - datetime.now(UTC), timedelta(0))
        try:
            await self.world.products.deactivate_later(order, delay)
        except RuleViolation as violation:
            return violation.code
        await self.begin_at(at)
        if self.view is not None and self.view.refused is not None:
            return self.view.refused
        self.deactivations.append(order.command_id)
        self._seen = 0
        return None

    async def _look(self) -> DeactivationView:
        return await self.world.products.status(self.product_id)

    async def _look_back(self) -> DeactivationView:
        # Not from the records: they keep nothing of an order that was refused.
        run = self.world.server.client.get_workflow_handle(self.workflow_id, result_type=DeactivationView)
        view: DeactivationView = await run.result()
        return view

    def _is_beginning(self, view: DeactivationView) -> bool:
        return view.state is DeactivationPhase.ORDERED
