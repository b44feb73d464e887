"""Fixes against their deadline: an acknowledged fix or a refund, never both, never neither (R12, R24, R41).

`python -m benchmarks.races` runs races until 5,000 fixes were sent within 50 ms of the instant that decides;
on a busy machine some are late, and checked like the others. Exit code 1 when a promise was broken.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.race_checks import Remains, Violation, violations
from benchmarks.race_plans import CLOSE, RacePlan, planned
from benchmarks.raced_fixes import AT_A_TIME, WORKER, WORKERS, Race, raced

MOST_FOR_EACH = 2
"""How many races are run at most for each that is to be close."""
BUCKET = timedelta(milliseconds=10)
A_MILLISECOND = timedelta(milliseconds=1)
SHOWN = 20


@dataclass(frozen=True)
class Raced:
    """Every race, what it broke, and how long all of them took."""

    races: Sequence[Race]
    broken: Sequence[Violation]
    seconds: float


def main() -> None:
    """Race, print a table and one line of JSON, and write the JSON where it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=5000, help="how many are to be within 50 ms")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-a-time", type=int, default=AT_A_TIME)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="business-care-races-") as folder:
        plans = planned(MOST_FOR_EACH * given.races, given.seed)
        racing = checked(Path(folder), plans, at_a_time=given.at_a_time, enough=given.races)
        done = asyncio.run(racing)
    told = json.dumps({"seed": given.seed, **figures(done)})
    print(table(done))
    print("\n".join(f"{one.request_id}: {one.words}" for one in done.broken[:SHOWN]) or "no violation")
    print(told)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(f"{told}\n", encoding="utf-8")
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(1 if done.broken else 0)


async def checked(
    folder: Path,
    plans: Sequence[RacePlan],
    *,
    at_a_time: int = AT_A_TIME,
    workers: int = WORKERS,
    program: Sequence[str] = WORKER,
    enough: int | None = None,
) -> Raced:
    """Run the races in an empty folder, and check each; the arguments are those of `raced`."""
    begun = time.monotonic()
    races = await raced(folder, plans, at_a_time=at_a_time, workers=workers, program=program, enough=enough)
    seconds = time.monotonic() - begun
    remains = await asyncio.to_thread(Remains.read, folder / "records.db")
    return Raced(races, violations(races, remains), seconds)


def figures(done: Raced) -> dict[str, object]:
    """Every figure; milliseconds count from the instant that decides."""
    answers = [answer for race in done.races for answer in race.answers]
    return {
        "races": len(done.races),
        "within_50_ms": sum(race.is_close for race in done.races),
        "fix_won": sum(race.fix_won for race in done.races),
        "refund_won": sum(not race.fix_won for race in done.races),
        "contests": _won_by(done.races, lambda race: str(race.plan.contest)),
        "against_the_deadline": _by_bucket([race for race in done.races if not race.plan.is_dated]),
        "against_the_timer": _by_bucket([race for race in done.races if race.plan.is_dated]),
        "timer_after_deadline_ms": _spread([race.closes_at - race.due for race in done.races]),
        "answered_within_ms": _spread([answer.answered_at - answer.sent_at for answer in answers]),
        "answers": dict(Counter(f"{one.name}: {one.code or one.verdict}" for one in answers).most_common()),
        "asked_again": sum(answer.tries > 1 for answer in answers),
        "never_answered": sum(race.is_open_question for race in done.races),
        "tasks_done_again": sum(race.history.done_again for race in done.races if race.history),
        "seconds": round(done.seconds, 1),
        "races_per_second": round(len(done.races) / done.seconds, 2),
        "violations": [f"{one.request_id}: {one.words}" for one in done.broken],
    }


def table(done: Raced) -> str:
    """The figures as Markdown: who won, by how long before or after the instant that decides."""
    rows = [
        "| sent, ms after | fix won, deadline | refund won, deadline | fix won, timer | refund won, timer |",
        "|---|---:|---:|---:|---:|",
    ]
    columns = [
        _by_bucket([race for race in done.races if race.plan.is_dated is dated]) for dated in (False, True)
    ]
    for bucket in sorted({bucket for column in columns for bucket in column}, key=_order):
        won = [side for column in columns for side in column.get(bucket, (0, 0))]
        rows.append(f"| {bucket} | {' | '.join(map(str, won))} |")
    rows.append("")
    rows.extend(
        f"{contest}: {fix} fixes, {refund} refunds"
        for contest, (fix, refund) in _won_by(done.races, lambda race: str(race.plan.contest)).items()
    )
    rate = len(done.races) / done.seconds
    rows.append(f"{len(done.races)} races in {done.seconds:.0f} s, {rate:.1f} a second")
    return "\n".join(rows)


def _won_by(races: Sequence[Race], group: Callable[[Race], str]) -> dict[str, tuple[int, int]]:
    """How many a fix won, and how many a refund, by group."""
    won = Counter((group(race), race.fix_won) for race in races)
    return {name: (won[name, True], won[name, False]) for name in sorted({name for name, _ in won})}


def _by_bucket(races: Sequence[Race]) -> dict[str, tuple[int, int]]:
    by = _won_by(races, lambda race: _bucket(race.sent_after))
    return {bucket: by[bucket] for bucket in sorted(by, key=_order)}


def _bucket(after: timedelta) -> str:
    if abs(after) > CLOSE:
        return f"{'+' if after > timedelta() else '-'} more than {CLOSE // A_MILLISECOND}"
    begins = min(after // BUCKET, CLOSE // BUCKET - 1) * BUCKET
    return f"{begins // A_MILLISECOND:+d} to {(begins + BUCKET) // A_MILLISECOND:+d}"


def _order(bucket: str) -> float:
    first = bucket.split(maxsplit=1)[0]
    return float(f"{first}inf" if first in "+-" else first)


def _spread(times: Sequence[timedelta]) -> dict[str, int]:
    """Least, median and most, in milliseconds."""
    milliseconds = sorted(round(one / A_MILLISECOND) for one in times)
    return {"min": milliseconds[0], "median": round(median(milliseconds)), "max": milliseconds[-1]}


if __name__ == "__main__":
    main()
