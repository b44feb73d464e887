"""What each race is to be like: who sends what, and how far from the instant that decides."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

CLOSE = timedelta(milliseconds=50)
"""How far from the instant that decides a fix is sent, at most."""
OUT_OF_STEP = timedelta(seconds=1)


class Contest(StrEnum):
    """Who runs against the deadline."""

    ALONE = "a fix alone"
    SENT_TWICE = "the same fix sent twice at once"
    ANOTHER_FIX = "two fixes, each at its own moment"
    ACKNOWLEDGED = "a fix and an acknowledgement at once"


_SHARES = (70, 10, 10, 10)


@dataclass(frozen=True)
class RacePlan:
    """One race. Each offset is a moment at which a fix is sent, counted from the instant that decides."""

    contest: Contest
    offsets: tuple[timedelta, ...]
    later: timedelta
    """How much later than need be the deadline falls due, so that races do not go in step."""
    is_dated: bool
    """Whether the sender says that the fix was delivered a second before the deadline.

    If so, its arrival decides: it is in time until the run is woken by its timer (R12), and that is the
    instant it runs against. If not, a fix counts as of its arrival, and runs against the deadline itself.
    """


def planned(races: int, seed: int) -> Sequence[RacePlan]:
    """So many races within 50 ms of the deadline; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- moments to send at, not secrets
    return [_planned(chance) for _ in range(races)]


def _planned(chance: random.Random) -> RacePlan:
    contest = chance.choices(list(Contest), _SHARES)[0]
    moments = 2 if contest is Contest.ANOTHER_FIX else 1
    offsets = tuple(chance.uniform(-1, 1) * CLOSE for _ in range(moments))
    return RacePlan(contest, offsets, chance.random() * OUT_OF_STEP, is_dated=chance.random() < 0.5)
