"""Reads raw JSON into messages, and says in one sentence what was wrong with what could not be read (R60)."""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from typing import NoReturn, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from business_care.commands import ALL_COMMANDS, Command
from business_care.errors import ErrorCode, RuleViolation

MAX_MESSAGE_BYTES = 64 * 1024
MAX_NESTING = 32
MAX_NUMBER_CHARACTERS = 40
MAX_ERRORS_TOLD = 5

_NOT_JSON = "the message is not valid JSON; one JSON object is expected"

Model = TypeVar("Model", bound=BaseModel)


def read_message(model: type[Model], raw: bytes) -> Model:
    """Read one JSON object as `model`.

    Raises:
        RuleViolation: `invalid_message`, naming the field and what is allowed, never repeating a text (R60,
        R62).
    """
    if len(raw) > MAX_MESSAGE_BYTES:
        _refuse(f"the message has {len(raw)} bytes; at most {MAX_MESSAGE_BYTES} are allowed")
    _check_json(raw, model)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":  # half a character, which other libraries let pass
            _refuse(_NOT_JSON)
        details = error.errors(include_url=False)[:MAX_ERRORS_TOLD]
        _refuse("; ".join(_sentence(detail, model) for detail in details))


def fingerprint(command: Command) -> str:
    """A hash of what the command says: equal for equal bodies, whatever their spelling (R60).

    The command's own id is left out, and so is an `occurred_at` that was not given.
    """
    said = command.model_dump(mode="json", exclude={"command_id"}, exclude_unset=False, exclude_none=True)
    canonical = json.dumps([command.NAME, said], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check_json(raw: bytes, model: type[BaseModel]) -> None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("the message is not UTF-8 text; one JSON object is expected")
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=_short_integer,
            parse_float=_finite_number,
            parse_constant=_no_constant,
        )
    except _GivenTwice as twice:
        _refuse(f"{_field([twice.name], model)}: given twice; each field may be given once")
    except _Unreadable as error:
        _refuse(str(error))
    except (json.JSONDecodeError, RecursionError):
        _refuse(_NOT_JSON)
    if not isinstance(parsed, dict):
        _refuse(f"the message is a JSON {_json_type(parsed)}; one JSON object is expected")
    if _depth(parsed) > MAX_NESTING:
        _refuse(f"the message is nested too deep; at most {MAX_NESTING} levels are allowed")


class _Unreadable(ValueError):
    """JSON that parses in some libraries and must not be accepted here."""


class _GivenTwice(_Unreadable):
    """A field that other libraries would take the first or the last of."""

    def __init__(self, name: str) -> None:
        super().__init__("a field is given twice")
        self.name = name


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise _GivenTwice(name)
        fields[name] = value
    return fields


def _no_constant(_name: str) -> NoReturn:
    raise _Unreadable("the message holds NaN or Infinity; numbers are finite")


def _short_integer(digits: str) -> int:
    # Bounded before it is read: reading and writing a number of many digits takes the square of their count.
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise _Unreadable(
            f"the message holds a number of {len(digits)} characters; "
            f"at most {MAX_NUMBER_CHARACTERS} are allowed"
        )
    return int(digits)


def _finite_number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Unreadable("the message holds a number that is too large to be read")
    return number


def _depth(value: object) -> int:
    deepest, open_values = 0, [(value, 1)]
    while open_values:
        current, level = open_values.pop()
        deepest = max(deepest, level)
        if level > MAX_NESTING:
            return level
        children = (
            current.values() if isinstance(current, dict) else current if isinstance(current, list) else ()
        )
        open_values.extend((child, level + 1) for child in children)
    return deepest


def _json_type(value: object) -> str:
    names = {
        type(None): "null",
        bool: "boolean",
        int: "number",
        float: "number",
        str: "string",
        list: "array",
    }
    return names.get(type(value), "value")


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """One error of pydantic's in words; the input itself is repeated only where it can't be private (R62)."""
    field = _field(detail["loc"], model)
    if detail["type"] == "extra_forbidden":
        allowed = _names_allowed(detail["loc"][:-1], model)
        return f"{field}: unknown field" + (f"; allowed: {', '.join(allowed)}" if allowed else "")
    return f"{field}: {_reason(detail)}{_given(detail)}"


def _reason(detail: ErrorDetails) -> str:
    reason, given = detail["msg"].removeprefix("Value error, "), detail["input"]
    # Validators written in Python may hand on what a library said, and libraries like to quote.
    quoted = isinstance(given, str) and repr(given) in reason
    return "this value is not allowed" if quoted else reason


def _field(place: Sequence[int | str], model: type[BaseModel]) -> str:
    """Where in the message; a name that is none of ours was typed by the sender and may hold anything."""
    ours = {name for known in (model, *ALL_COMMANDS) for name in _field_names(known)}
    shown = (str(part) if isinstance(part, int) or part in ours else "(not shown)" for part in place)
    return ".".join(shown) or "the message"


def _field_names(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        for nested in _models_in(field.annotation):
            yield from _field_names(nested)


def _names_allowed(place: Sequence[int | str], model: type[BaseModel]) -> Sequence[str]:
    """The fields of the object at `place`, or none where it is one of several kinds of object."""
    held = model
    for name in (part for part in place if isinstance(part, str)):
        field = held.model_fields.get(name)
        nested = [] if field is None else list(_models_in(field.annotation))
        if len(nested) != 1:
            return ()
        held = nested[0]
    return tuple(held.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that a field may hold, alone, optional or in a tuple."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _given(detail: ErrorDetails) -> str:
    given = detail["input"]
    return f" (given: {json.dumps(given)})" if isinstance(given, bool | int | float) else ""


def _refuse(message: str) -> NoReturn:
    raise RuleViolation(ErrorCode.INVALID_MESSAGE, message)
