"""The controls: the harness must find every fault that is planted, and nothing where none is.

`python -m tests.chaos.controls` runs them all, or those that are named, and prints a table. Each runs from a
changed copy of the source tree, so that the product itself has no switch for any fault.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.chaos.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
COPIED = ("business_care", "activities", "workflows", "adapters", "gateway", "console", "tests/chaos")
SEEDS = (5, 6, 7)
"""A fault that needs a death at the right moment may take more than one run to be found."""
PAUSE = ("0.4", "1.0")
LONGEST_RUN_SECONDS = 900
NO_FAULT = "no fault"


@dataclass(frozen=True)
class Control:
    """What came of one run: the violations by kind, and one of them in words."""

    name: str
    wanted: frozenset[str]
    by_kind: dict[str, int]
    words: str
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether the fault was found as what it is; where there is none, that nothing was found."""
        return not self.wanted.isdisjoint(self.by_kind) if self.wanted else not self.by_kind

    def line(self) -> str:
        """A line of the table."""
        found = ", ".join(f"{kind} {times}" for kind, times in self.by_kind.items()) or "nothing"
        good = "found" if self.is_good and self.wanted else "as it should be" if self.is_good else "NOT FOUND"
        return f"{self.name:<36} {good:<16} {found:<34} {self.seconds:4.0f} s  {self.words[:110]}"


def run_mutant(mutant: Mutant) -> Control:
    """Plant the fault in a copy of the tree, and run there until it is found."""
    kills = ("--points", ",".join(mutant.points), "--kills", "6") if mutant.points else ("--kills", "0")
    words = (
        *("--seconds", str(mutant.seconds), "--lives", str(mutant.lives)),
        *("--focus", ",".join(mutant.focus), "--longest-end", str(mutant.longest_end)),
        *kills,
    )
    with copied_tree() as tree:
        mutant.apply(Path(tree))
        control = _run(Path(tree), mutant.name, frozenset(mutant.found_as), SEEDS[0], *words)
        for seed in SEEDS[1:]:
            if not control.is_good:
                control = _run(Path(tree), mutant.name, frozenset(mutant.found_as), seed, *words)
    return control


def run_without_fault() -> Control:
    """The same form without a fault: all lives of the controls, and deaths at the points of the controls."""
    focus = sorted({kind for mutant in MUTANTS for kind in mutant.focus})
    points = sorted({point for mutant in MUTANTS for point in mutant.points})
    with copied_tree() as tree:
        return _run(
            Path(tree),
            NO_FAULT,
            frozenset(),
            SEEDS[0],
            *("--seconds", "20", "--lives", str(2 * len(focus)), "--focus", ",".join(focus)),
            *("--points", ",".join(points), "--kills", "6", "--longest-end", "120"),
        )


def copied_tree() -> TemporaryDirectory[str]:
    """A copy of what a run needs of the source."""
    scratch = TemporaryDirectory(prefix="business-care-control-")
    for name in COPIED:
        shutil.copytree(ROOT / name, Path(scratch.name) / name)
    return scratch


def _run(tree: Path, name: str, wanted: frozenset[str], seed: int, *words: str) -> Control:
    began = time.monotonic()
    told = tree / "told.json"
    told.unlink(missing_ok=True)
    command = (sys.executable, "-m", "tests.chaos", "--seed", str(seed), "--pause", *PAUSE, "--replays", "")
    done = subprocess.run(
        (*command, "--json", str(told), *words),
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdout=subprocess.DEVNULL,
        timeout=LONGEST_RUN_SECONDS,
        check=False,
    )
    if not told.is_file():
        raise RuntimeError(f"{name}: the run ended with {done.returncode} and told nothing")
    found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    shown = [one for one in found["violations"] if one["kind"] in wanted] or found["violations"]
    words_of = f"{shown[0]['subject']}: {shown[0]['words']}" if shown else ""
    return Control(name, wanted, found["violations_by_kind"], words_of, time.monotonic() - began)


def main(names: Sequence[str]) -> int:
    """Run, print, and answer 1 where a fault was not found, or one was found where there is none."""
    controls = []
    if not names or NO_FAULT in names:
        controls.append(run_without_fault())
        sys.stdout.write(controls[-1].line() + "\n")
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        controls.append(run_mutant(mutant))
        sys.stdout.write(controls[-1].line() + "\n")
        sys.stdout.flush()
    good = sum(control.is_good for control in controls)
    sys.stdout.write(f"{good} of {len(controls)} controls as they should be\n")
    return 0 if good == len(controls) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.chaos.controls", description=__doc__)
    parser.add_argument("names", nargs="*")
    raise SystemExit(main(parser.parse_args().names))
