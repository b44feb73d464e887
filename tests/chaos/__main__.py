"""Kills everything again and again while seeded lives are led, and looks whether a promise was broken.

`python -m tests.chaos --seed 1 --minutes 10`; the exit code is 1 where there is a violation. Everything runs
on this machine's loopback interface, within the given time and a bounded end.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.report import as_table
from tests.chaos.run import LONGEST_END_SECONDS, Plan, run


def main() -> int:
    """Run once, and tell."""
    given = _arguments()
    seconds = given.seconds if given.seconds is not None else given.minutes * 60
    plan = Plan(
        seed=given.seed,
        seconds=seconds,
        lives=given.lives,
        pause=tuple(given.pause),
        most_kills=given.kills,
        least_kills=given.at_least,
        focus=_words(given.focus),
        points=_words(given.points),
        longest_end=given.longest_end,
        runners=_words(given.replays),
    )
    with TemporaryDirectory(prefix="business-care-chaos-") as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        told = asyncio.run(run(plan, folder.resolve()))
    if given.json:
        given.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    sys.stdout.write(as_table(told) + "\n")
    return 1 if told["violations"] else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10, help="how long there are kills")
    parser.add_argument("--seconds", type=float, help="the same in seconds")
    parser.add_argument("--kills", type=int, help="at most so many")
    parser.add_argument(
        "--at-least", type=int, default=0, help="go on for up to five times as long until so many"
    )
    parser.add_argument("--lives", type=int, help="how many; else as many as begin in the time")
    parser.add_argument(
        "--pause", type=float, nargs=2, default=(1.5, 4.0), help="between two strikes, in seconds"
    )
    parser.add_argument("--focus", default="", help="the only kinds of life, with commas between")
    parser.add_argument("--points", default="", help="the only points of death, with commas between")
    parser.add_argument("--replays", default="production,strict", help="runners that replay all histories")
    parser.add_argument("--longest-end", type=float, default=LONGEST_END_SECONDS, help="in seconds")
    parser.add_argument("--folder", type=Path, help="an empty folder that keeps all evidence")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    return parser.parse_args()


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(code)
