"""Plays a scenario: all requests in lockstep, always on to the next act or the next wake-up."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from business_care.errors import RuleViolation
from business_care.events import Event, EventName
from business_care.listing import PaymentState
from business_care.people import OPERATOR, Actor, Role
from console.scenario import CommandEntry, Entry, PaymentsEntry, Scenario
from console.simulation_life import LifeInTime
from console.simulation_messages import Messenger
from console.simulation_outcome import CommandShown
from console.simulation_world import SimulatedWorld

_OPERATOR = Actor(role=Role.OPERATOR, id=OPERATOR)


@dataclass(frozen=True)
class Happening:
    """Something that happened in the play, at the stop at which it happened."""

    at: datetime
    subject: str
    event: str
    rule: str | None = None
    by: Actor | None = None
    detail: dict[str, str] = field(default_factory=dict)


class Play:
    """One play of a scenario in a world. The order at one instant is always the same:

    requests open; then people act, in the order of the file; then happens what happens by itself, request by
    request. At a deadline, which has passed at its very instant, the clock goes before the people.
    """

    def __init__(self, world: SimulatedWorld, scenario: Scenario) -> None:
        self._world = world
        self._scenario = scenario
        self._messenger = Messenger(world)
        self._entries: list[Entry] = list(scenario.do)
        self._stopped: dict[str | None, bool] = {}
        self._seen: dict[str, int] = {}
        seller_of = {product.id: product.seller_id for product in scenario.records.products}
        product_of = {licence.id: licence.product_id for licence in scenario.records.licences}
        self._seller_of = {
            request.request_id: seller_of[product_of[request.licence_id]] for request in scenario.requests
        }
        self.lives: Sequence[LifeInTime] = [LifeInTime(world, opening) for opening in scenario.requests]
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
                yield await self._news(life)
        while self._entries and self._entries[0].at <= instant:
            yield await self._carry_out(self._entries.pop(0))
        for life in self.lives:
            if (stop := self._stop_of(life)) is not None and stop <= instant:
                await life.go_to(instant)
                yield await self._news(life)

    def _next_instant(self) -> datetime | None:
        openings = [life.opening.opened_at for life in self.lives if not life.begun]
        stops = [stop for life in self.lives if (stop := self._stop_of(life)) is not None]
        acts = [self._entries[0].at] if self._entries else []
        return min([*openings, *stops, *acts], default=None)

    def _stop_of(self, life: LifeInTime) -> datetime | None:
        stopped = self._stopped.get(None, False) or self._stopped.get(self._seller_of[life.request_id], False)
        return life.next_stop(payments_stopped=stopped)

    async def _carry_out(self, entry: Entry) -> Sequence[Happening]:
        match entry:
            case CommandEntry():
                return await self._command(entry)
            case PaymentsEntry():
                return await self._payments(entry)
            case _:
                raise AssertionError("the file was checked: deactivations are not played yet")

    async def _command(self, entry: CommandEntry) -> Sequence[Happening]:
        life = next(life for life in self.lives if life.request_id == entry.request_id)
        shown = await self._messenger.bring(entry, life)
        self.commands.append(shown)
        happenings = list(await self._news(life))
        if not shown.accepted:
            detail = {"command": entry.command, "code": shown.error or ""}
            happenings.append(Happening(entry.at, entry.request_id, EventName.REJECTED, detail=detail))
        return happenings

    async def _payments(self, entry: PaymentsEntry) -> Sequence[Happening]:
        """The switch is set in the records; who waits for the money to run again is told by the gateway."""
        if entry.state is PaymentState.STOPPED:
            await self._world.gateway.stop_payments(entry.seller_id, _OPERATOR)
            self._stopped[entry.seller_id] = True
            return ()
        still_open = [life for life in self.lives if life.is_open]
        for life in still_open:
            await life.await_visitor(entry.at)
        await self._world.gateway.resume_payments(entry.seller_id, _OPERATOR)
        self._stopped[entry.seller_id] = False
        happenings: list[Happening] = []
        for life in still_open:
            await life.come_to_rest()
            happenings += await self._news(life)
        return happenings

    async def _news(self, life: LifeInTime) -> Sequence[Happening]:
        """What the journal of a request has grown by."""
        try:
            journal = await self._world.gateway.journal(life.request_id, as_recorded=True)
        except RuleViolation:
            return ()  # nothing has been stored of it yet
        seen = self._seen.get(life.request_id, 0)
        new = [event for event in journal.events if event.seq > seen]
        if new:
            self._seen[life.request_id] = new[-1].seq
        return [_happening(life, event) for event in new]


def _happening(life: LifeInTime, event: Event) -> Happening:
    return Happening(life.shown(event.at), life.request_id, event.name, event.rule, event.by, event.detail)
