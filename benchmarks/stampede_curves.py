"""How many deadlines the records show as kept at which second, how many refunds as paid, how many notices as
delivered."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LOOK_EVERY_SECONDS = 0.1
"""To look costs the processor of counting rows, which what is measured needs too."""

_COUNTS = """
SELECT (SELECT count(*) FROM requests WHERE breached),
       (SELECT count(*) FROM requests WHERE outcome = 'refunded'),
       (SELECT count(*) FROM notices WHERE delivered_at IS NULL)
"""


@dataclass(frozen=True)
class Curve:
    """How many had reached something after how many seconds, at each look."""

    looks: tuple[tuple[float, int], ...]

    @property
    def total(self) -> int:
        """How many there were in the end."""
        return self.looks[-1][1]

    def at(self, part: float) -> float:
        """After how many seconds so large a part of them had reached it."""
        return next(seconds for seconds, count in self.looks if count >= part * self.total)


@dataclass(frozen=True)
class Reached:
    """What the records showed when."""

    kept: Curve
    """Deadlines: that they were missed stands there, and no command can win any more."""
    paid: Curve
    """Refunds that followed: the money has moved, and the request is closed."""
    told: float
    """After how many seconds no notice waited any more."""

    def by_name(self) -> tuple[tuple[str, Curve], ...]:
        """The curves under their names."""
        return (("kept", self.kept), ("paid", self.paid))


async def reached_by_all(database: Path, since: datetime, deadlines: int, owed: int) -> Reached:
    """Look until every deadline is kept, every refund paid, and every notice delivered."""
    kept: list[tuple[float, int]] = []
    paid: list[tuple[float, int]] = []
    with closing(sqlite3.connect(database, check_same_thread=False)) as connection:
        while True:
            breached, refunded, untold = await asyncio.to_thread(
                lambda: connection.execute(_COUNTS).fetchone()
            )
            seconds = (datetime.now(UTC) - since).total_seconds()
            kept.append((seconds, breached))
            paid.append((seconds, refunded))
            if breached >= deadlines and refunded >= owed and untold == 0:
                return Reached(Curve(tuple(kept)), Curve(tuple(paid)), seconds)
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def quantile(ordered: Sequence[float], part: float) -> float:
    """The smallest value that so large a part does not exceed."""
    return ordered[max(0, min(len(ordered), -int(-part * len(ordered) // 1)) - 1)]
