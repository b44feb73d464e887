"""The process of switching: the product, then its bundles, off or back on (R52-R55)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from temporalio import workflow

from activities.product_steps import ProductSteps, SaleSwitch
from business_care.deactivation.moves import bundles_followed, next_change_at, product_switched, time_passed
from business_care.deactivation.words import DeactivationPhase, SaleState
from workflows.clock import now
from workflows.deactivation.life import DeactivationLife
from workflows.options import surely


class SwitchingProcess:
    """Brings product and bundles to where the state wants them, whatever is accepted meanwhile."""

    def __init__(self, life: DeactivationLife) -> None:
        self._life = life
        self.is_waiting = False
        """Whether nothing is under way: a new run may take over."""

    async def until_it_takes_effect(self) -> None:
        """Wait for the planned instant, unless it is called off or imposed before."""
        await self._until(lambda: self._life.state.phase is not DeactivationPhase.PLANNED)

    async def stop_or_start_sales(self) -> None:
        """The product first: from here on nobody buys it, or everybody may again (R55)."""
        state = self._life.state
        if self._life.rests or (state.product is state.wanted and state.told):
            return
        to = state.wanted
        summary = f"bring the product {to.replace('_', ' ')}"
        await surely(ProductSteps.switch_product, self._switch(to), summary)
        self._life.take(product_switched(self._life.state, to, now()))

    async def take_bundles_along(self) -> None:
        """The bundles follow to where their member is (R52)."""
        to = self._life.state.product
        if self._life.rests or to is None or to is self._life.state.bundles:
            return
        change = await surely(ProductSteps.switch_bundles, self._switch(to), "let the bundles follow")
        self._life.take(bundles_followed(self._life.state, to, change, now()))

    async def until_it_moves(self) -> None:
        """Wait until somebody, or the planned end, wants product and bundles elsewhere."""
        await self._until(lambda: not self._is_settled)

    @property
    def is_retired(self) -> bool:
        """Whether product and bundles are off for good, and only the renewals are left."""
        state = self._life.state
        return state.product is SaleState.RETIRED and state.bundles is SaleState.RETIRED and state.told

    @property
    def _is_settled(self) -> bool:
        state = self._life.state
        return state.wanted is state.product is state.bundles and state.told

    async def _until(self, moved: Callable[[], bool]) -> None:
        while not (self._life.rests or moved()):
            due = next_change_at(self._life.state)
            if due is not None and due <= now():
                self._life.take(time_passed(self._life.state, now()))
                continue
            await self._wait(due, moved)

    async def _wait(self, due: datetime | None, moved: Callable[[], bool]) -> None:
        def changed() -> bool:
            return self._life.rests or moved() or next_change_at(self._life.state) != due

        self.is_waiting = True
        try:
            if due is None:
                await workflow.wait_condition(changed)
                return
            what = "takes effect" if self._life.state.phase is DeactivationPhase.PLANNED else "planned end"
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    changed, timeout=due - now(), timeout_summary=f"{what} {due:%Y-%m-%d %H:%M} UTC"
                )
        finally:
            self.is_waiting = False

    def _switch(self, to: SaleState) -> SaleSwitch:
        order = self._life.state.order
        return SaleSwitch(product_id=order.product_id, deactivation_id=order.command_id, to=to)
