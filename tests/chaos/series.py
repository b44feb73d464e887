"""Several seeds one after the other, until there were enough kills in all (docs/reliability.md).

`python -m tests.chaos.series FOLDER --kills 1000 --minutes 10`; each seed leaves its figures in the folder as
`<seed>.json`, and the sum of all stands in `sum.json`. The exit code is 1 where there is a violation.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MOST_RUNS = 40


def main() -> int:
    """Run seed after seed, and tell the sum after each."""
    parser = argparse.ArgumentParser(prog="tests.chaos.series", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--first-seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {}
    files: list[Path] = []
    for seed in range(given.first_seed, given.first_seed + MOST_RUNS):
        files.append(_run(seed, given.minutes, given.folder))
        told = summed(files)
        (given.folder / "sum.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
        if told["kills.total"] >= given.kills:
            break
    sys.stdout.write("\n".join(f"{name:<52} {value}" for name, value in told.items()) + "\n")
    return 1 if told["violations"] else 0


def _run(seed: int, minutes: float, folder: Path) -> Path:
    figures = folder / f"{seed}.json"
    figures.unlink(missing_ok=True)  # of an earlier series
    words = ("--seed", str(seed), "--minutes", str(minutes), "--json", str(figures))
    with (folder / f"{seed}.txt").open("w", encoding="utf-8") as table:
        subprocess.run((sys.executable, "-m", "tests.chaos", *words), stdout=table, stderr=table, check=False)
    if not figures.is_file():
        raise RuntimeError(f"the run of seed {seed} told nothing: look into {folder / f'{seed}.txt'}")
    return figures


def summed(files: list[Path]) -> dict[str, Any]:
    """Every figure of all runs together, and their seeds."""
    sums = Counter[str]()
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    for run in runs:
        sums.update(dict(_figures({**run, "violations": len(run["violations"])})))
    seeds = sorted(run["seed"] for run in runs)
    del sums["seed"]
    return {"runs": len(runs), "seeds": seeds, "violations": sums.pop("violations"), **sums}


def _figures(told: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, int]]:
    for name, value in told.items():
        if isinstance(value, Mapping):
            yield from _figures(value, f"{within}{name}.")
        elif isinstance(value, int):
            yield f"{within}{name}", value


if __name__ == "__main__":
    raise SystemExit(main())
