"""What a run came to, as JSON and as a table for people."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_VIOLATIONS_SHOWN = 40


@dataclass(frozen=True)
class Kills:
    """Processes that ended by `kill -9`: at random by process, and at named points."""

    at_random: Mapping[str, int]
    at_points: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.at_random.values()) + sum(self.at_points.values())


def report(folder: Path, *, seed: int, seconds: float, kills: Kills, troubles: list[str]) -> dict[str, Any]:
    """Put together what checker and replays found; `troubles` are those of the harness itself."""
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    replays = json.loads((folder / "replays.json").read_text(encoding="utf-8"))
    found = verdict.pop("violations")
    found += [
        {"kind": "replay", "subject": subject, "words": words} for subject, words in replays["faults"].items()
    ]
    found += [{"kind": "run", "subject": "harness", "words": words} for words in troubles]
    return {
        "seed": seed,
        "seconds": round(seconds),
        "kills": {"total": kills.total, **kills.at_random, **kills.at_points},
        **verdict,
        "replays": replays["replays"],
        "violations": found,
        "violations_by_kind": dict(Counter(one["kind"] for one in found)),
    }


def as_table(told: Mapping[str, Any]) -> str:
    """A line for each figure, then the violations."""
    lines = [f"{name:<34} {value}" for name, value in _figures(told)]
    found = told["violations"]
    lines.append(f"{'violations':<34} {len(found)}")
    lines += [f"  {one['kind']} {one['subject']}: {one['words']}" for one in found[:MOST_VIOLATIONS_SHOWN]]
    if len(found) > MOST_VIOLATIONS_SHOWN:
        lines.append(f"  and {len(found) - MOST_VIOLATIONS_SHOWN} more")
    return "\n".join(lines)


def _figures(told: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in told.items():
        if name.startswith("violations"):
            continue
        words = name.replace("_", " ")
        if not isinstance(value, dict):
            yield words, value
            continue
        for inner, number in value.items():
            text = (
                ", ".join(f"{key} {times}" for key, times in number.items())
                if isinstance(number, dict)
                else number
            )
            yield f"{words}: {str(inner).replace('_', ' ')}", text
