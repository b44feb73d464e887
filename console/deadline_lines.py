"""JSON Lines in, JSON Lines out: one answer a line, in order; a bad line is answered with its fault."""

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NoReturn

from adapters.public_holidays import PublicHolidays
from adapters.time_zones import zone_named
from business_care.calendar import CalendarErrorCode, CalendarRefused
from business_care.counting import DeadlinePlan
from console.deadline_fields import is_usable_id
from console.deadline_question import DeadlineQuestion

MAX_LINE_BYTES = 64 * 1024
"""The limit of every message to this software; a longer line is refused without being read."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def answer_lines(source: BinaryIO) -> Iterator[str]:
    """An answer for each line of `source`, without the line break."""
    planner = PublicHolidays()
    for number, line in enumerate(_lines(source)):
        yield answer_line(line.removeprefix(_BYTE_ORDER_MARK) if number == 0 else line, planner)


def answer_line(line: bytes, planner: PublicHolidays) -> str:
    """`{"id", "last_day", "due"}`, or `{"id", "error": {"code", "message"}}` when the line is refused."""
    line_id: str | int | None = None
    try:
        fields = _fields_of(line)
        given_id = fields.get("id")
        line_id = given_id if is_usable_id(given_id) else None
        plan = DeadlineQuestion.read(fields).answer(planner)
    except CalendarRefused as refused:
        return json.dumps({"id": line_id, "error": {"code": refused.code, "message": refused.message}})
    return json.dumps({"id": line_id, "last_day": plan.last_day.isoformat(), "due": local_due(plan)})


def local_due(plan: DeadlinePlan) -> str:
    """The deadline as an ISO 8601 instant with the offset that the place has then."""
    return plan.due.astimezone(zone_named(plan.timezone)).isoformat()


def _lines(source: BinaryIO) -> Iterator[bytes]:
    while line := source.readline(MAX_LINE_BYTES + 1):
        yield line
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES + 1)


def _fields_of(line: bytes) -> Mapping[str, object]:
    if len(line) > MAX_LINE_BYTES:
        raise _unreadable(f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        text = line.decode("utf-8").strip(" \t\r\n")
    except UnicodeDecodeError as error:
        raise _unreadable(f"the line is not UTF-8, from byte {error.start} on") from error
    if not text:
        raise _unreadable("the line is empty")
    try:
        fields = json.loads(text, parse_constant=_no_number, object_pairs_hook=_without_repetition)
    except CalendarRefused:
        raise
    except json.JSONDecodeError as error:
        raise _unreadable(f"the line is not JSON, from character {error.pos} on") from error
    except RecursionError as error:
        raise _unreadable("the line is nested too deeply") from error
    except ValueError as error:
        # Python refuses to read integers of several thousand digits.
        raise _unreadable("the line holds a number that is too long") from error
    if not isinstance(fields, dict):
        raise _unreadable("the line must hold one JSON object")
    return fields


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _unreadable("a field is given twice")
    return fields


def _no_number(_: str) -> NoReturn:
    raise _unreadable("NaN and Infinity are not numbers of JSON")


def _unreadable(message: str) -> CalendarRefused:
    return CalendarRefused(CalendarErrorCode.INVALID_MESSAGE, message)
