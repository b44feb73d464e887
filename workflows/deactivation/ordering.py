"""The process of an order: the product is looked up, then the order is taken or refused (R50)."""

from temporalio import workflow

from activities.product_steps import ProductSteps
from business_care.deactivation.moves import order_refused, order_taken
from business_care.deactivation.repeating import deactivation_begun_by, demand_own_id
from business_care.errors import RuleViolation
from workflows.clock import now
from workflows.deactivation.books import DeactivationBooks
from workflows.deactivation.desk import DeactivationDesk
from workflows.deactivation.life import DeactivationLife
from workflows.options import surely


class OrderProcess:
    """Takes one order; one that was taken before goes on from where the records have it."""

    def __init__(self, life: DeactivationLife, desk: DeactivationDesk, books: DeactivationBooks) -> None:
        self._life = life
        self._desk = desk
        self._books = books

    async def run(self) -> None:
        """Look the product up and judge the order. Nothing is done before the records have it."""
        if self._life.state.is_known:
            return
        order, arrived_at = self._life.state.order, now()
        found = await surely(ProductSteps.find_product, order, "look the product up in the records")
        for command in found.said_before:
            self._life.journal.remember_applied(command)
        try:
            begun = deactivation_begun_by(order, found)
            if begun is not None:
                self._life.remember(begun)
                return
            # Judged first, since an order that is refused claims nothing; then as of the instant it counts.
            order_taken(self._life.state, found.product, now(), arrived_at)
            demand_own_id(order, await surely(ProductSteps.claim_id, order, "keep the id for this product"))
            self._life.take(order_taken(self._life.state, found.product, now(), arrived_at))
        except RuleViolation as violation:
            self._desk.reject(order.NAME, violation, raw=None, command_id=order.command_id)
            self._life.take(order_refused(self._life.state, violation, now()))
        else:
            self._desk.take_order()
        # Commands that came before the facts are judged before anything happens by itself.
        await workflow.wait_condition(lambda: self._desk.waiting == 0)
        await self._books.until_stored()
