"""Says in one sentence what is wrong in a scenario file: the key, what was given, what is allowed."""

import json
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from adapters.near_names import or_near
from business_care.values import Instant
from console.scenario_spelling import spelled
from console.scenario_yaml import ScenarioRefused

Model = TypeVar("Model", bound=BaseModel)

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_SHOWN = re.compile(r"[!-~]{1,60}")


def read_model(model: type[Model], section: object, key: str) -> Model:
    """A part of the file as a value. Raises `ScenarioRefused` with a sentence for each wrong key."""
    mapping = demand_mapping(section, key)
    try:
        return model.model_validate_json(json.dumps(spelled(mapping, model)))
    except ValidationError as error:
        allowed = [field.alias or name for name, field in model.model_fields.items()]
        raise ScenarioRefused(*_sentences(error, key, allowed)) from None


def read_instant(given: object, key: str) -> datetime:
    """An instant with its offset. Raises `ScenarioRefused`."""
    try:
        return _INSTANT.validate_python(given)
    except ValidationError:
        raise ScenarioRefused(
            f"{key}: {_quoted(given)} was given; an instant with its offset is allowed, "
            "such as 2031-03-01T10:00:00+01:00"
        ) from None


def demand_mapping(given: object, key: str) -> dict[str, object]:
    """The mapping at a key; nothing at all counts as an empty one. Raises `ScenarioRefused`."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ScenarioRefused(f"{key}: {_quoted(given)} was given; a mapping is allowed")
    return given


def demand_list(given: object, key: str) -> list[object]:
    """The list at a key; nothing at all counts as an empty one. Raises `ScenarioRefused`."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise ScenarioRefused(f"{key}: {_quoted(given)} was given; a list is allowed")
    return given


def unknown_keys(given: Collection[str], allowed: Collection[str], where: str) -> Iterator[str]:
    """A sentence for each key that nobody reads."""
    for key in given:
        if key not in allowed:
            yield f"{where}{key}: this key is unknown{_near(key, allowed)}; allowed are {', '.join(allowed)}"


def one_of(given: object, allowed: Collection[str], key: str) -> str:
    """A word of a list. Raises `ScenarioRefused`."""
    if isinstance(given, str) and given in allowed:
        return given
    raise ScenarioRefused(f"{key}: {_quoted(given)} was given; allowed are {', '.join(allowed)}")


def _sentences(error: ValidationError, key: str, allowed: Collection[str]) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        yield _sentence(detail, key, allowed)


def _sentence(detail: ErrorDetails, key: str, allowed: Collection[str]) -> str:
    place = key + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
    match detail["type"]:
        case "missing":
            return f"{place}: this key is missing"
        case "extra_forbidden":
            name, *inner = detail["loc"]
            hint = "" if inner else f"{_near(str(name), allowed)}; allowed are {', '.join(allowed)}"
            return f"{place}: this key is unknown{hint}"
        case _:
            what = detail["msg"].removeprefix("Value error, ")
            return f"{place}: {_quoted(detail['input'])} was given; {what[0].lower()}{what[1:]}"


def _near(key: str, allowed: Collection[str]) -> str:
    _, meant, near = or_near(key, allowed).partition("did you mean ")
    return f" ({meant}{near}?)" if near else ""


def _quoted(given: object) -> str:
    """What was given, where it is short and plain."""
    match given:
        case None:
            return "nothing"
        case bool():
            return str(given).lower()
        case str() if _SHOWN.fullmatch(given) or not given:
            return given or "an empty text"
        case int() | float():
            return str(given)
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return "a text"
