"""What the actors meant to do and what came of it: one JSON object a line, on the disk at once."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Diary:
    """Written before each call (its intent) and after it (its outcome); read by whoever takes over."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def intent(self, call: str, attempt: int, meant: Entry) -> None:
        """Keep what is about to be asked for."""
        self._write({"is": "intent", "call": call, "attempt": attempt, "meant": meant})

    def outcome(self, call: str, attempt: int, outcome: str, **told: object) -> None:
        """Keep what came of it: `ok`, `refused`, `unknown`."""
        self._write({"is": "outcome", "call": call, "attempt": attempt, "outcome": outcome, **told})

    def _write(self, entry: Entry) -> None:
        entry["at"] = datetime.now(UTC).isoformat()
        os.write(self._descriptor, json.dumps(entry, default=str).encode() + b"\n")
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)


def entries(file: Path) -> Iterator[Entry]:
    """Everything that was written."""
    if file.is_file():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


class Remembered:
    """A diary as those need it who go on with it: which calls are done, and what was meant by the others."""

    def __init__(self, file: Path) -> None:
        self.meant: dict[str, Entry] = {}
        self.attempts: dict[str, int] = {}
        self.done: dict[str, str] = {}
        for entry in entries(file):
            call = entry["call"]
            if entry["is"] == "intent":
                self.meant.setdefault(call, entry["meant"])
                self.attempts[call] = max(self.attempts.get(call, 0), entry["attempt"])
            elif entry["outcome"] != "unknown":
                self.done[call] = entry["outcome"]
