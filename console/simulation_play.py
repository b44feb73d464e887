"""Plays a scenario: all requests and products in lockstep, always on to the next act or the next wake-up."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from business_care.deactivation.commands import Deactivate
from business_care.events import Event, EventName
from business_care.listing import PaymentState
from business_care.people import OPERATOR, Actor, Role
from console.scenario import (
    CommandEntry,
    DeactivationCommandEntry,
    Entry,
    OrderEntry,
    PaymentsEntry,
    Scenario,
)
from console.simulation_clock import InTime
from console.simulation_life import LifeInTime
from console.simulation_messages import Messenger
from console.simulation_outcome import CommandShown
from console.simulation_product import ProductInTime
from console.simulation_world import SimulatedWorld

_OPERATOR = Actor(role=Role.OPERATOR, id=OPERATOR)


@dataclass(frozen=True)
class Happening:
    """Something that happened in the play, at the stop at which it happened, to a request or a product."""

    at: datetime
    subject: str
    seller_id: str
    event: str
    rule: str | None = None
    by: Actor | None = None
    detail: dict[str, str] = field(default_factory=dict)


class Play:
    """One play of a scenario in a world. The order at one instant is always the same:

    requests open, and products are ordered off; then people act, both in the order of the file; then happens
    what happens by itself, request by request, then product by product. At a deadline, which has passed at
    its very instant, the clock goes before the people.
    """

    def __init__(self, world: SimulatedWorld, scenario: Scenario) -> None:
        self._world = world
        self._scenario = scenario
        self._messenger = Messenger()
        self._orders: list[OrderEntry] = list(scenario.orders)
        self._entries: list[Entry] = list(scenario.do)
        self._stopped: dict[str | None, bool] = {}
        self._first_ordered_at: dict[str, datetime] = {}
        seller_of, product_of = scenario.seller_of_product, scenario.product_of_licence
        self.lives: Sequence[LifeInTime] = [
            LifeInTime(world, opening, seller_of[product_of[opening.licence_id]])
            for opening in scenario.requests
        ]
        self.products: Mapping[str, ProductInTime] = {
            product_id: ProductInTime(world, product_id, seller_of[product_id])
            for product_id in scenario.products_in_play
        }
        self.commands: list[CommandShown] = []

    async def happenings(self) -> AsyncIterator[Happening]:
        """Play until the end, and tell what happens as it happens."""
        for life in self.lives:
            await life.schedule(datetime.now(UTC))
        while (instant := self._next_instant()) is not None and instant <= self._scenario.until:
            self._world.clock.instant = instant
            async for happenings in self._all_at(instant):
                for happening in happenings:
                    yield happening

    async def _all_at(self, instant: datetime) -> AsyncIterator[Sequence[Happening]]:
        for life in self.lives:
            if not life.begun and life.opening.opened_at <= instant:
                await life.begin()
                yield await _news(life)
        for order in [order for order in self._orders if order.at <= instant]:
            self._orders.remove(order)
            yield await self._order(order)
        while self._entries and self._entries[0].at <= instant:
            yield await self._carry_out(self._entries.pop(0))
        for each in self._all:
            if (stop := self._stop_of(each)) is not None and stop <= instant:
                await each.go_to(instant)
                yield await _news(each)

    @property
    def _all(self) -> Sequence[InTime[Any]]:
        return [*self.lives, *self.products.values()]

    def _next_instant(self) -> datetime | None:
        openings = [life.opening.opened_at for life in self.lives if not life.begun]
        orders = [order.at for order in self._orders]
        stops = [stop for each in self._all if (stop := self._stop_of(each)) is not None]
        acts = [self._entries[0].at] if self._entries else []
        return min([*openings, *orders, *stops, *acts], default=None)

    def _stop_of(self, each: InTime[Any]) -> datetime | None:
        stopped = self._stopped.get(None, False) or self._stopped.get(each.seller_id, False)
        return each.next_stop(payments_stopped=stopped)

    async def _order(self, entry: OrderEntry) -> Sequence[Happening]:
        """An order that comes again says when it occurred as the first one said it (R60)."""
        product = self.products[entry.product_id]
        occurred_at = self._first_ordered_at.get(entry.deactivation_id, entry.at)
        code = await product.take(entry.message(occurred_at), entry.at)
        if code is None:
            self._first_ordered_at.setdefault(entry.deactivation_id, occurred_at)
        news = await _news(product)
        return news if code is None else [*news, _rejected(product, entry.at, Deactivate.NAME, code)]

    async def _carry_out(self, entry: Entry) -> Sequence[Happening]:
        match entry:
            case CommandEntry():
                life = next(life for life in self.lives if life.request_id == entry.request_id)
                return await self._command(entry, life)
            case DeactivationCommandEntry():
                return await self._command(entry, self.products[entry.product_id])
            case PaymentsEntry():
                return await self._payments(entry)

    async def _command(
        self, entry: CommandEntry | DeactivationCommandEntry, to: InTime[Any]
    ) -> Sequence[Happening]:
        shown = await self._messenger.bring(entry, to)
        self.commands.append(shown)
        happenings = list(await _news(to))
        if not shown.accepted:
            happenings.append(_rejected(to, entry.at, entry.command, shown.error or ""))
        return happenings

    async def _payments(self, entry: PaymentsEntry) -> Sequence[Happening]:
        """The switch is set in the records; who waits for the money to run again is told by the gateway."""
        if entry.state is PaymentState.STOPPED:
            await self._world.gateway.stop_payments(entry.seller_id, _OPERATOR)
            self._stopped[entry.seller_id] = True
            return ()
        still_open = [each for each in self._all if each.is_open]
        for each in still_open:
            await each.await_visitor(entry.at)
        await self._world.gateway.resume_payments(entry.seller_id, _OPERATOR)
        self._stopped[entry.seller_id] = False
        happenings: list[Happening] = []
        for each in still_open:
            await each.come_to_rest()
            happenings += await _news(each)
        return happenings


async def _news(of: InTime[Any]) -> Sequence[Happening]:
    """What a journal has grown by."""
    return [_happening(of, event) for event in await of.news()]


def _happening(of: InTime[Any], event: Event) -> Happening:
    return Happening(
        of.shown(event.at), of.subject, of.seller_id, event.name, event.rule, event.by, event.detail
    )


def _rejected(of: InTime[Any], at: datetime, command: str, code: str) -> Happening:
    detail = {"command": command, "code": code}
    return Happening(at, of.subject, of.seller_id, EventName.REJECTED, detail=detail)
