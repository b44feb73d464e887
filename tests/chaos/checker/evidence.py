"""All that a run has left behind, read by this program alone."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.chaos.checker.histories import History, instant, read_all

Row = dict[str, Any]
TABLES = (
    *("requests", "request_events", "applied_commands", "rejections", "deadline_plans", "notices"),
    *("refund_intents", "simulated_refunds", "care_subscriptions", "licences"),
    *("deactivations", "products", "renewal_troubles"),
)


@dataclass(frozen=True)
class Call:
    """One call of the diary with all its attempts."""

    name: str
    meant: Row
    outcomes: tuple[Row, ...]
    attempts: int
    first_intent_at: datetime

    @property
    def outcome(self) -> str:
        """`ok` or `refused`, as soon as it was told; else `unknown`."""
        definite = [one["outcome"] for one in self.outcomes if one["outcome"] != "unknown"]
        return str(definite[-1]) if definite else "unknown"

    @property
    def last(self) -> Row:
        """What was told last."""
        return self.outcomes[-1] if self.outcomes else {}

    @property
    def told_at(self) -> datetime | None:
        """When the outcome was told."""
        return instant(self.last["at"]) if self.outcome != "unknown" else None

    @property
    def is_command(self) -> bool:
        """Whether it was a command to one request."""
        return self.meant["do"] in {"send", "close_with_start"}


@dataclass(frozen=True)
class Evidence:
    """Script, diary, records, mails and histories of one run."""

    lives: list[Row]
    calls: list[Call]
    rows: dict[str, list[Row]]
    histories: list[History]
    mails: list[Row] = field(default_factory=list)
    ended_at: datetime | None = None

    @classmethod
    def read(cls, folder: Path) -> "Evidence":
        """Read what lies in the folder of a run."""
        script = json.loads((folder / "script.json").read_text(encoding="utf-8"))
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return cls(
            lives=script["lives"],
            calls=calls_of(_lines(folder / "diary.jsonl")),
            rows=_tables(folder / "records.db"),
            histories=read_all(folder / "histories"),
            mails=_lines(folder / "mail.jsonl"),
            ended_at=instant(run["ended_at"]),
        )

    @cached_property
    def requests(self) -> dict[str, Row]:
        """The scripted requests, each with its life and its licence."""
        found = {}
        for life in self.lives:
            licences = {licence["id"]: licence for licence in life["licences"]}
            for request in life["requests"]:
                found[request["id"]] = {**request, "life": life, "of": licences[request["licence"]]}
        return found

    @cached_property
    def licences(self) -> dict[str, Row]:
        """The scripted licences."""
        return {licence["id"]: licence for life in self.lives for licence in life["licences"]}

    @cached_property
    def recorded(self) -> dict[str, Row]:
        """The row of each request."""
        return {row["request_id"]: row for row in self.rows["requests"]}

    @cached_property
    def history_of(self) -> dict[str, list[History]]:
        """The runs of each workflow."""
        return _by(self.histories, lambda history: history.workflow_id)

    @cached_property
    def events_of(self) -> dict[str, list[Row]]:
        """The journal of each request, in order."""
        ordered = sorted(self.rows["request_events"], key=lambda row: row["seq"])
        return _by(ordered, lambda row: row["request_id"])

    @cached_property
    def applied_to(self) -> dict[str, list[Row]]:
        """The accepted commands of each request, as the records have them."""
        return _by(self.rows["applied_commands"], lambda row: row["request_id"])

    @cached_property
    def commands_to(self) -> dict[str, list[Call]]:
        """The calls of the diary that were commands, by request."""
        return _by([call for call in self.calls if call.is_command], lambda call: call.meant["request"])

    @cached_property
    def refunds_of(self) -> dict[str, list[Row]]:
        """What the provider did for each licence."""
        return _by(self.rows["simulated_refunds"], lambda row: row["licence_id"])


def calls_of(diary: list[Row]) -> list[Call]:
    """The calls of a diary."""
    meant: dict[str, Row] = {}
    outcomes: dict[str, list[Row]] = defaultdict(list)
    attempts: dict[str, int] = defaultdict(int)
    for entry in diary:
        if entry["is"] == "intent":
            meant.setdefault(entry["call"], entry)
            attempts[entry["call"]] += 1
        else:
            outcomes[entry["call"]].append(entry)
    return [
        Call(name, entry["meant"], tuple(outcomes[name]), attempts[name], instant(entry["at"]))
        for name, entry in meant.items()
    ]


def _by(items: list[Any], key: Callable[[Any], str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found


def _lines(file: Path) -> list[Row]:
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _tables(file: Path) -> dict[str, list[Row]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in TABLES
        }
