"""Reads the YAML of scenario files: one document, no key twice, nothing guessed from how a text looks.

The words are those of YAML 1.2: `NO` is a text, a date is a text, and a number knows how it was written.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Self, TypeVar

import yaml

from console.harmless import harmless

MAX_NESTING = 32
MAX_NODES = 1_000_000
"""As much as a file may hold once its aliases are followed."""

_PREFIX = "tag:yaml.org,2002:"

Node = TypeVar("Node", bound=yaml.Node)


class ScenarioRefused(Exception):
    """A file that can't be played or loaded: a sentence for each fault, naming its key."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class WrittenInt(int):
    """A whole number that knows how it was written: `007` may be an id."""

    written: str

    @classmethod
    def read(cls, written: str) -> Self:
        """The number of a text; Raises `ValueError` for digits of another kind."""
        number = cls(int(written, 0) if written[:2] in ("0x", "0o") else int(written))
        number.written = written
        return number


class WrittenFloat(float):
    """A number with a fraction that knows how it was written: `8.10` may be a version."""

    written: str

    @classmethod
    def read(cls, written: str) -> Self:
        """The number of a text."""
        number = cls(written.casefold().replace(".inf", "inf").replace(".nan", "nan"))
        number.written = written
        return number


def read_yaml(path: Path) -> dict[str, object]:
    """The mapping that a file holds. Raises `ScenarioRefused`."""
    named = harmless(str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScenarioRefused(f"{named}: the file can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ScenarioRefused(f"{named}: the file is not UTF-8 text") from None
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a loader of plain values only
    except yaml.YAMLError as error:
        raise ScenarioRefused(f"{named}: not YAML that can be read: {_where_and_why(error)}") from None
    except (RecursionError, ValueError) as error:
        raise ScenarioRefused(f"{named}: not YAML that can be read: {error}") from None
    if document is None:
        raise ScenarioRefused(f"{named}: the file is empty")
    if not isinstance(document, dict):
        raise ScenarioRefused(
            f"{named}: a mapping is expected (records: …, requests: …), not {_kind(document)}"
        )
    _demand_bounded(document, path)
    return document


class _Loader(yaml.SafeLoader):
    """Plain values only; the tables of the parent class, which guess more, are not taken over."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - yaml's own way

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        own = [key for key, _ in node.value if key.tag != f"{_PREFIX}merge"]
        seen: set[object] = set()
        for key in own:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a text", key.start_mark)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name} stands there twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


_WORDS = (
    ("merge", r"^<<$", "<"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
)
for _name, _pattern, _first in _WORDS:
    _Loader.add_implicit_resolver(f"{_PREFIX}{_name}", re.compile(_pattern), list(_first))


def _read_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return WrittenInt.read(str(loader.construct_scalar(node)))


def _read_float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return WrittenFloat.read(str(loader.construct_scalar(node)))


def _refuse_tag(_loader: _Loader, node: Node) -> object:
    raise yaml.constructor.ConstructorError(
        None, None, "a tag is used; plain values only are allowed", node.start_mark
    )


_Loader.add_constructor(f"{_PREFIX}int", _read_int)
_Loader.add_constructor(f"{_PREFIX}float", _read_float)
for _tag in ("binary", "timestamp", "omap", "pairs", "set"):
    _Loader.add_constructor(f"{_PREFIX}{_tag}", _refuse_tag)
_Loader.add_constructor(None, _refuse_tag)


def _where_and_why(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return problem if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


def _kind(document: object) -> str:
    return "a list" if isinstance(document, list) else "a single value"


def _demand_bounded(document: object, path: Path) -> None:
    open_values, nodes = [(document, 1)], 0
    while open_values:
        value, level = open_values.pop()
        nodes += 1
        if level > MAX_NESTING or nodes > MAX_NODES:
            raise ScenarioRefused(
                f"{path}: nested deeper than {MAX_NESTING} levels, or more than {MAX_NODES} values"
            )
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        open_values.extend((child, level + 1) for child in children)
