"""Sends the commands of a play as they stand in the file, and finds out what came of each."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from business_care.applied import AcceptedAnswer
from business_care.errors import ErrorCode, RuleViolation
from console.scenario import CommandEntry, DeactivationCommandEntry
from console.scenario_complaints import read_instant
from console.scenario_yaml import ScenarioRefused
from console.simulation_clock import InTime, JournalShown
from console.simulation_outcome import CommandShown
from gateway.raw_command import RawCommand

AnyCommand = CommandEntry | DeactivationCommandEntry


@dataclass
class Messenger:
    """Brings commands to requests and products, one after the other."""

    _first_said_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def bring(self, entry: AnyCommand, life: InTime[Any]) -> CommandShown:
        """Send the command at its instant, wait until all is at rest, and say what came of it."""
        await life.await_visitor(entry.at, backdated=_is_backdated(entry))
        raw = RawCommand(entry.command, json.dumps(self._completed(entry, life)).encode())
        error = await (_told(entry, raw, life) if entry.as_signal else _asked(raw, life))
        await life.come_to_rest()
        accepted = error is None or error == ErrorCode.DUPLICATE_COMMAND
        if accepted and _takes_default_instant(entry.said):
            self._first_said_at.setdefault(_key(entry, life), entry.at)
        return CommandShown(
            index=entry.index,
            request=entry.request_id if isinstance(entry, CommandEntry) else None,
            product=entry.product_id if isinstance(entry, DeactivationCommandEntry) else None,
            command=entry.command,
            accepted=accepted,
            error=error,
        )

    def _completed(self, entry: AnyCommand, life: InTime[Any]) -> object:
        """What is sent: with an id and an instant, where the file gives none.

        A repeated command says when it occurred as the first one said it: an instant that nobody gave is no
        difference between the two (R60).
        """
        if not isinstance(entry.said, dict):
            return entry.said
        body = {"command_id": _id_of(entry), **entry.said}
        if _takes_default_instant(entry.said):
            body["occurred_at"] = self._first_said_at.get(_key(entry, life), entry.at).isoformat()
        return body


async def _asked(raw: RawCommand, life: InTime[Any]) -> str | None:
    try:
        return _error_in(await life.ask(raw))
    except RuleViolation as violation:
        return violation.code


async def _told(entry: AnyCommand, raw: RawCommand, life: InTime[Any]) -> str | None:
    """A signal has no answer: the journal tells; a command that left no trace there was a repetition."""
    before = await life.journal() if life.is_open else None
    try:
        answer = await life.tell(raw)
    except RuleViolation as violation:
        return violation.code
    if answer is not None or before is None:
        return _error_in(answer)
    await life.come_to_rest()
    after = await life.journal()
    if _rejected(after) > _rejected(before):
        return after.rejections[-1].code
    last_seq = before.events[-1].seq if before.events else 0
    carried_out = any(event.seq > last_seq and event.name == entry.command for event in after.events)
    return None if carried_out else ErrorCode.DUPLICATE_COMMAND


def _error_in(answer: AcceptedAnswer | None) -> str | None:
    return ErrorCode.DUPLICATE_COMMAND if answer is not None and answer.duplicate else None


def _rejected(journal: JournalShown) -> int:
    return len(journal.rejections) + sum(journal.rejections_dropped.values())


def _id_of(entry: AnyCommand) -> str:
    return f"{entry.index}-{entry.command}"


def _key(entry: AnyCommand, life: InTime[Any]) -> tuple[str, str]:
    said = entry.said if isinstance(entry.said, dict) else {}
    return life.workflow_id, json.dumps(said.get("command_id", _id_of(entry)))


def _takes_default_instant(said: object) -> bool:
    return isinstance(said, dict) and "occurred_at" not in said


def _is_backdated(entry: AnyCommand) -> bool:
    given = entry.said.get("occurred_at") if isinstance(entry.said, dict) else None
    try:
        return given is not None and read_instant(given, "occurred_at") < entry.at
    except ScenarioRefused:
        return False  # unreadable: the request will say so
