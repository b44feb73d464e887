"""Every command that was acknowledged is in history and has its effect, once; a refused one has none."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.chaos.checker.evidence import Call, Evidence, Row
from tests.chaos.checker.histories import Message, instant
from tests.chaos.checker.violation import Violation

MADE_BY_THE_GATEWAY = {"closure_ended", "payments_resumed"}
"""Commands of ids of their own: what an ended closure and resumed payments tell each request."""
NOT_IN_HISTORY = "it was acknowledged, and no history has it as an update that succeeded"


def check(evidence: Evidence) -> Iterator[Violation]:
    """Everything about commands to requests."""
    for request_id, calls in evidence.commands_to.items():
        runs = evidence.history_of.get(f"care-request-{request_id}", [])
        messages = [message for history in runs for message in history.messages()]
        told_by_records = any(history.found_itself_closed for history in runs)
        for call in calls:
            for words in _of_call(evidence, request_id, call, messages):
                if told_by_records and words == NOT_IN_HISTORY:
                    continue
                yield Violation("command", request_id, f"{call.meant['command']} {call.name}: {words}")
        yield from _answers(request_id, calls)
        yield from _recorded_as_answered(evidence, request_id, messages)
    yield from _nothing_invented(evidence)
    yield from _effects(evidence)


def _of_call(evidence: Evidence, request_id: str, call: Call, messages: list[Message]) -> Iterator[str]:
    body = call.meant["body"]
    applied = [
        row for row in evidence.applied_to.get(request_id, []) if row["command_id"] == body["command_id"]
    ]
    said_so = [row for row in applied if says(json.loads(row["body"]), body)]
    if call.meant.get("by_signal"):
        yield from _of_signal(evidence, request_id, call, messages, said_so)
    elif call.outcome == "ok":
        heard = [one for one in messages if one.is_update and says(one.body, body)]
        if not any(one.succeeded for one in heard):
            yield NOT_IN_HISTORY
        if not said_so:
            yield "it was acknowledged, and the records have no such applied command"
    elif call.outcome == "refused" and said_so and call.meant.get("is_another_body"):
        yield "another body under a used id was refused, and applied all the same"
    elif call.outcome == "refused" and said_so and _never_ok(evidence, request_id, body):
        yield f"it was refused ({call.last['code']}), and applied all the same"
    if call.meant.get("is_another_body") and call.outcome == "ok":
        yield "another body under a used id was accepted"
    if call.meant.get("is_another_body") and call.outcome == "refused":
        code = call.last["code"]
        if code != "command_id_reused":
            yield f"another body under a used id was refused as {code}"


def _of_signal(
    evidence: Evidence, request_id: str, call: Call, messages: list[Message], applied: list[Row]
) -> Iterator[str]:
    if call.outcome != "ok" or call.last.get("answer"):
        return
    body = call.meant["body"]
    if not any(not one.is_update and says(one.body, body) for one in messages):
        yield "the signal was handed over, and no history has it"
    kept = any(row["command_id"] == body["command_id"] for row in evidence.rows["rejections"])
    if not applied and not kept:
        yield f"the signal to {request_id} was handed over, and was neither applied nor kept as refused"


def _never_ok(evidence: Evidence, request_id: str, body: Row) -> bool:
    """Whether no call under this id got through: then nothing of it may have been done."""
    same = [
        c for c in evidence.commands_to[request_id] if c.meant["body"]["command_id"] == body["command_id"]
    ]
    return all(call.outcome == "refused" for call in same)


def _answers(request_id: str, calls: list[Call]) -> Iterator[Violation]:
    """The same id and body is answered as the first time, and once only as the first time (R60)."""
    answers: dict[str, list[Row]] = {}
    for call in calls:
        if call.outcome == "ok" and call.last.get("answer") and not call.meant.get("is_another_body"):
            answers.setdefault(call.meant["body"]["command_id"], []).append(call.last["answer"])
    for command_id, told in answers.items():
        different = {json.dumps({**one, "duplicate": None}, sort_keys=True) for one in told}
        if len(different) > 1:
            yield Violation("command", request_id, f"{command_id} was answered in {len(different)} ways")
        if sum(not one["duplicate"] for one in told) > 1:
            yield Violation("command", request_id, f"{command_id} was taken for new more than once")
    for call in calls:
        original = [c for c in calls if call.name.startswith(f"{c.name}+")]
        repeats = "+" in call.name and not call.meant.get("is_another_body")
        if repeats and call.outcome == "refused" and any(c.outcome == "ok" for c in original):
            words = f"{call.name} repeats what was accepted, and was refused as {call.last['code']}"
            yield Violation("command", request_id, words)


def _recorded_as_answered(
    evidence: Evidence, request_id: str, messages: list[Message]
) -> Iterator[Violation]:
    """The answer that a history has is the one that the records give from then on."""
    recorded = {
        row["command_id"]: json.loads(row["answer"]) for row in evidence.applied_to.get(request_id, [])
    }
    for message in messages:
        command_id = message.body.get("command_id")
        if message.answer is None or command_id not in recorded:
            continue
        told = {**message.answer, "duplicate": recorded[command_id].get("duplicate", False)}
        if told != recorded[command_id]:
            words = (
                f"{message.name} {command_id} was answered {told}, and is recorded as {recorded[command_id]}"
            )
            yield Violation("command", request_id, words)


def _nothing_invented(evidence: Evidence) -> Iterator[Violation]:
    meant = {
        (request_id, call.meant["body"]["command_id"])
        for request_id, calls in evidence.commands_to.items()
        for call in calls
    }
    for row in evidence.rows["applied_commands"]:
        if row["command"] in MADE_BY_THE_GATEWAY:
            continue
        if (row["request_id"], row["command_id"]) not in meant:
            words = f"{row['command']} {row['command_id']} was applied, and nobody sent it"
            yield Violation("command", row["request_id"], words)


def _effects(evidence: Evidence) -> Iterator[Violation]:
    """Each applied command stands in the journal once, and no entry of the journal is missing."""
    for request_id, events in evidence.events_of.items():
        numbers = [event["seq"] for event in events]
        if (
            numbers != list(range(1, len(numbers) + 1))
            or len(numbers) != evidence.recorded[request_id]["seq"]
        ):
            yield Violation("command", request_id, f"its journal has holes or repetitions: {numbers}")
        noted = Counter((event["name"], json.loads(event["event"])["command_id"]) for event in events)
        for row in evidence.applied_to.get(request_id, []):
            times = noted[row["command"], row["command_id"]]
            if times != 1:
                words = f"{row['command']} {row['command_id']} had its effect {times} times"
                yield Violation("command", request_id, words)


def says(said: Row, meant: Row) -> bool:
    """Whether a body says what was meant: every field as meant, and nothing of weight beside it."""
    if "occurred_at" in said and "occurred_at" not in meant:
        return False
    return all(_same(said.get(name), value) for name, value in meant.items())


def _same(said: Any, meant: Any) -> bool:
    if isinstance(said, dict) and isinstance(meant, dict):
        return all(_same(said.get(name), value) for name, value in meant.items())
    as_instants = _instant(said), _instant(meant)
    return said == meant or (None not in as_instants and as_instants[0] == as_instants[1])


def _instant(value: Any) -> datetime | None:
    try:
        return instant(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None
