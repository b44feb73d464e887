"""How much is measured: the short run fits into a break, the long one shows how things grow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The sizes of one run."""

    name: str
    open_requests: tuple[int, ...]
    """How many requests are open at once, one size after the other."""
    due_at_once: tuple[int, ...]
    """How many deadlines fall on one instant."""
    renewals: tuple[int, ...]
    """How many renewals one product's deactivation cancels."""
    rounds: int
    """How often each rival is measured, in turns."""
    lives: int
    """How many whole lives each rival leads in one round."""


SHORT = Scale("short", (2_000,), (1_000,), (100_000,), rounds=5, lives=60)
LONG = Scale("long", (1_000, 10_000, 50_000), (5_000,), (100_000, 1_000_000), rounds=9, lives=100)
SCALES = {scale.name: scale for scale in (SHORT, LONG)}
