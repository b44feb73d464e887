"""`python -m benchmarks.suite` measures every topic, prints tables, and writes one JSON file.

Each topic runs in a process of its own, one after the other, so that none finds the memory and the threads of
the one before. Exit code 1 when a figure misses what it must reach, 2 when a topic could not be measured.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.suite.measured import Figure, as_json, table
from benchmarks.suite.scale import SCALES, Scale

Measured = Callable[[Scale], Coroutine[object, object, Sequence[Figure]]]

TOPICS = (
    "startup",
    "lifecycles",
    "commands",
    "plans",
    "costs",
    "replay",
    "rivals",
    "cascade",
    "room",
    "stampede",
)
"""Modules of this package; each has `measured`, which returns its figures."""

DONE, MISSED, BROKEN = 0, 1, 2


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", metavar="topic", help=f"any of: {', '.join(TOPICS)}; all if none"
    )
    parser.add_argument("--scale", choices=SCALES, default="short")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--in-place", action="store_true", help="one topic, in this process")
    given = parser.parse_args()
    unknown = [topic for topic in given.topics if topic not in TOPICS]
    if unknown:
        parser.error(f"there is no topic {', '.join(unknown)}; allowed: {', '.join(TOPICS)}")
    if given.in_place:
        if len(given.topics) != 1:
            parser.error("--in-place measures exactly one topic")
        return _in_place(given.topics[0], SCALES[given.scale], given.json)
    return _each(given.topics or TOPICS, given.scale, given.json or Path(f".data/bench-{given.scale}.json"))


def _in_place(topic: str, scale: Scale, file: Path | None) -> int:
    measured: Measured = import_module(f"benchmarks.suite.{topic}").measured
    figures = asyncio.run(measured(scale))
    print(table(topic, figures), flush=True)
    if file is not None:
        file.write_text(json.dumps([as_json(figure) for figure in figures]), encoding="utf-8")
    return DONE if all(figure.is_met for figure in figures) else MISSED


def _each(topics: Sequence[str], scale: str, file: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    report: dict[str, object] = {}
    codes = []
    began = time.monotonic()
    for topic in topics:
        part.unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmarks.suite", topic, "--in-place"]
        before = time.monotonic()
        codes.append(
            subprocess.run(  # noqa: S603 -- this very program
                [*command, "--scale", scale, "--json", str(part)], check=False
            ).returncode
        )
        print(f"({topic}: {time.monotonic() - before:.0f} s)\n", flush=True)
        report[topic] = json.loads(part.read_text(encoding="utf-8")) if part.exists() else None
    part.unlink(missing_ok=True)
    about = {"at": datetime.now(UTC).isoformat(), "scale": scale, "seconds": time.monotonic() - began}
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    file.write_text(json.dumps({**about, "machine": machine, "topics": report}, indent=1), encoding="utf-8")
    print(f"{time.monotonic() - began:.0f} s in all; every value is in {file}")
    broken = [topic for topic, code in zip(topics, codes, strict=True) if code not in {DONE, MISSED}]
    if broken:
        print(f"could not be measured: {', '.join(broken)}", file=sys.stderr)
        return BROKEN
    return max(codes, default=DONE)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(code)
