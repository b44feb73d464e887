"""The killer: ends processes of the stage by `kill -9`, at random and at named points, as its seed says."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.chaos.kill_points import ALL_POINTS, AT_THE_PAYMENT, KillPoints
from tests.chaos.stage import Stage

PAYMENTS_ARE_LEFT_ALONE_SECONDS = 45
"""A payment that dies is tried again fifteen seconds later: none is killed shortly before a long run ends."""

MUCH_LONGER = 5


@dataclass
class Killer:
    """Strikes every few seconds, until its time or its number of kills is over."""

    stage: Stage
    points: KillPoints
    chance: random.Random
    seconds: float
    pause: tuple[float, float]
    most_kills: int | None = None
    least_kills: int = 0
    """On a slow machine it goes on for longer until there are so many, within bounds."""
    only: tuple[str, ...] = ()
    """The only points, and no random kills: for a control that needs one kind of death."""
    at_random: Counter[str] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        """Processes that were killed, whichever way."""
        return self.at_random.total() + len(self.points.struck())

    async def strike(self) -> None:
        """Kill until it is over."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not self._is_over(passed := loop.time() - began):
            await asyncio.sleep(self.chance.uniform(*self.pause))
            if self.only:
                self.points.arm(self.chance.choice(self.only))
            else:
                await self._one_strike(passed)
            self.stage.demand_supervision()
        self.points.disarm_all()

    def _is_over(self, passed: float) -> bool:
        if self.most_kills is not None and self.kills >= self.most_kills:
            return True
        seconds = self.seconds if self.kills >= self.least_kills else MUCH_LONGER * self.seconds
        return passed >= seconds

    async def _one_strike(self, passed: float) -> None:
        strikes: dict[Callable[[float], Awaitable[None]], int] = {
            self._arm: 40,
            self._one_worker: 28,
            self._both_workers: 8,
            self._server: 10,
            self._everything: 5,
            self._actors: 9,
        }
        (strike,) = self.chance.choices(list(strikes), list(strikes.values()))
        await strike(passed)

    async def _arm(self, passed: float) -> None:
        allowed = max(self.seconds / 3, self.seconds - PAYMENTS_ARE_LEFT_ALONE_SECONDS)
        possible = [point for point in ALL_POINTS if point not in AT_THE_PAYMENT or passed < allowed]
        self.points.arm(self.chance.choice(possible))

    async def _one_worker(self, _: float) -> None:
        worker = self.chance.choice(self.stage.workers)
        self.at_random["worker"] += worker.kill()

    async def _both_workers(self, _: float) -> None:
        self.at_random["worker"] += sum([worker.kill() for worker in self.stage.workers])

    async def _actors(self, _: float) -> None:
        self.at_random["actors"] += self.stage.actors.kill()

    async def _server(self, _: float) -> None:
        self.at_random["server"] += 1
        await self.stage.restart_server()

    async def _everything(self, passed: float) -> None:
        await self._both_workers(passed)
        await self._actors(passed)
        await self._server(passed)
