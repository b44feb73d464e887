"""How soon everything goes on after a crash: money whose worker was killed, deadlines that passed meanwhile.

`python -m benchmarks.recovery` kills twenty workers in the middle of a payment, and once the server and the
worker while a hundred deadlines fall due. Exit code 1 when one of the two promises is broken.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.halting_worker import Halt
from benchmarks.killed_payments import Settled, killed_payments
from benchmarks.overdue_timers import Lateness, overdue_timers

SETTLED_WITHIN_SECONDS = 30.0
"""From the start of the next worker's process until the records show the money as settled."""
KEPT_WITHIN_SECONDS = 10.0
"""From the instant in which server and worker both answer until the records show each as missed."""


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    settled, lateness = asyncio.run(measured(given.kills, given.requests, given.seed))
    broken = violations(settled, lateness)
    print(table(settled, lateness))
    print(json.dumps(figures(settled, lateness) | {"seed": given.seed, "violations": broken}))
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(1 if broken else 0)


async def measured(kills: int, requests: int, seed: int) -> tuple[Sequence[Settled], Lateness]:
    """Both measurements, each in a folder of its own."""
    with (
        TemporaryDirectory(prefix="business-care-kills-") as one,
        TemporaryDirectory(prefix="business-care-overdue-") as other,
    ):
        return await killed_payments(Path(one), kills, seed), await overdue_timers(Path(other), requests)


def violations(settled: Sequence[Settled], lateness: Lateness) -> list[str]:
    """What must not be, in words."""
    found = {
        f"money was settled later than {SETTLED_WITHIN_SECONDS:g} s after a restart": any(
            one.seconds > SETTLED_WITHIN_SECONDS for one in settled
        ),
        "money moved twice, or never": any(one.times_paid != 1 for one in settled),
        f"a deadline was kept later than {KEPT_WITHIN_SECONDS:g} s after recovery": any(
            seconds > KEPT_WITHIN_SECONDS for seconds in lateness.kept
        ),
        f"a refund that fell due was paid later than {SETTLED_WITHIN_SECONDS:g} s after recovery": any(
            seconds > SETTLED_WITHIN_SECONDS for seconds in lateness.paid
        ),
    }
    return [words for words, is_so in found.items() if is_so]


def figures(settled: Sequence[Settled], lateness: Lateness) -> dict[str, object]:
    """Every figure, in seconds."""
    return {
        "settled": [
            {"halted": one.halted, "seconds": round(one.seconds, 2), "times_paid": one.times_paid}
            for one in settled
        ],
        "kept": [round(seconds, 2) for seconds in lateness.kept],
        "paid": [round(seconds, 2) for seconds in lateness.paid],
    }


def table(settled: Sequence[Settled], lateness: Lateness) -> str:
    """The figures as Markdown."""
    killed = {halt: [one.seconds for one in settled if one.halted is halt] for halt in Halt}
    rows = [
        "| what | how many | min | median | max | promised |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            _row(f"killed in a payment, {halt.replace('_', ' ')}", seconds, SETTLED_WITHIN_SECONDS)
            for halt, seconds in killed.items()
            if seconds
        ),
        _row("deadlines passed while everything was down", lateness.kept, KEPT_WITHIN_SECONDS),
        _row("their refunds", lateness.paid, SETTLED_WITHIN_SECONDS),
    ]
    return "\n".join(rows)


def _row(what: str, seconds: Sequence[float], promised: float) -> str:
    return (
        f"| {what} | {len(seconds)} | {min(seconds):.1f} s | {median(seconds):.1f} s "
        f"| {max(seconds):.1f} s | {promised:g} s |"
    )


if __name__ == "__main__":
    main()
