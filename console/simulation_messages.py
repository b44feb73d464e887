"""Sends the commands of a play as they stand in the file, and finds out what came of each."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from business_care.errors import ErrorCode, RuleViolation
from business_care.views import CommandAnswer, JournalView
from console.scenario import CommandEntry
from console.scenario_complaints import read_instant
from console.scenario_yaml import ScenarioRefused
from console.simulation_life import LifeInTime
from console.simulation_outcome import CommandShown
from console.simulation_world import SimulatedWorld
from gateway.raw_command import RawCommand


@dataclass
class Messenger:
    """Brings commands to their requests, one after the other."""

    world: SimulatedWorld
    _first_said_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def bring(self, entry: CommandEntry, life: LifeInTime) -> CommandShown:
        """Send the command at its instant, wait until the request is at rest, and say what came of it."""
        await life.await_visitor(entry.at, backdated=_is_backdated(entry))
        raw = RawCommand(entry.command, json.dumps(self._completed(entry)).encode())
        error = await (self._told(entry, raw, life) if entry.as_signal else self._asked(entry, raw))
        await life.come_to_rest()
        accepted = error is None or error == ErrorCode.DUPLICATE_COMMAND
        if accepted and _takes_default_instant(entry.said):
            self._first_said_at.setdefault(_key(entry), entry.at)
        return CommandShown(
            index=entry.index, request=entry.request_id, command=entry.command, accepted=accepted, error=error
        )

    def _completed(self, entry: CommandEntry) -> object:
        """What is sent: with an id and an instant, where the file gives none.

        A repeated command says when it occurred as the first one said it: an instant that nobody gave is no
        difference between the two (R60).
        """
        if not isinstance(entry.said, dict):
            return entry.said
        body = {"command_id": _id_of(entry), **entry.said}
        if _takes_default_instant(entry.said):
            body["occurred_at"] = self._first_said_at.get(_key(entry), entry.at).isoformat()
        return body

    async def _asked(self, entry: CommandEntry, raw: RawCommand) -> str | None:
        try:
            return _error_in(await self.world.gateway.send(entry.request_id, raw))
        except RuleViolation as violation:
            return violation.code

    async def _told(self, entry: CommandEntry, raw: RawCommand, life: LifeInTime) -> str | None:
        """A signal has no answer: the journal tells; a command that left no trace there was a repetition."""
        before = await self.world.gateway.journal(entry.request_id)
        try:
            answer = await self.world.gateway.send_as_signal(entry.request_id, raw)
        except RuleViolation as violation:
            return violation.code
        if answer is not None:
            return _error_in(answer)
        await life.come_to_rest()
        after = await self.world.gateway.journal(entry.request_id)
        if _rejected(after) > _rejected(before):
            return after.rejections[-1].code
        last_seq = before.events[-1].seq if before.events else 0
        carried_out = any(event.seq > last_seq and event.name == entry.command for event in after.events)
        return None if carried_out else ErrorCode.DUPLICATE_COMMAND


def _error_in(answer: CommandAnswer) -> str | None:
    return ErrorCode.DUPLICATE_COMMAND if answer.duplicate else None


def _rejected(journal: JournalView) -> int:
    return len(journal.rejections) + sum(journal.rejections_dropped.values())


def _id_of(entry: CommandEntry) -> str:
    return f"{entry.index}-{entry.command}"


def _key(entry: CommandEntry) -> tuple[str, str]:
    said = entry.said if isinstance(entry.said, dict) else {}
    return entry.request_id, json.dumps(said.get("command_id", _id_of(entry)))


def _takes_default_instant(said: object) -> bool:
    return isinstance(said, dict) and "occurred_at" not in said


def _is_backdated(entry: CommandEntry) -> bool:
    given = entry.said.get("occurred_at") if isinstance(entry.said, dict) else None
    try:
        return given is not None and read_instant(given, "occurred_at") < entry.at
    except ScenarioRefused:
        return False  # unreadable: the request will say so
