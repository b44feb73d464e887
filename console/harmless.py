"""Makes what others wrote safe to show: a terminal obeys some characters, others mislead the reader."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""They turn the order of what stands on a line: `moc.elpmaxe` reads as `example.com`."""
_BREAKS = "\u2028\u2029"
_HALVES = "\ud800-\udfff"
"""No text has them, and none can be written out with them: they come from arguments that are no UTF-8."""

_OBEYED = re.compile(f"[\x00-\x1f\x7f-\x9f{_BREAKS}{_BIDIRECTIONAL}{_HALVES}]")
_OBEYED_IN_JSON = re.compile(f"[\x7f-\x9f{_BREAKS}{_BIDIRECTIONAL}{_HALVES}]")


def harmless(text: str) -> str:
    """One line in which each character that a terminal would obey is written out as its number.

    Everything else stays as it is, in whatever script.
    """
    return _OBEYED.sub(lambda found: _escaped(found.group()), text)


def harmless_json(document: str) -> str:
    """The same document to whoever reads JSON, and nothing in it for a terminal to obey.

    JSON itself escapes the characters below the space; those between its values break lines and indent.
    """
    return _OBEYED_IN_JSON.sub(lambda found: _escaped(found.group()), document)


def cell(text: str, style: str = "") -> "Text":
    """What others wrote, in a table: no markup either."""
    from rich.text import Text

    return Text(harmless(text), style=style)


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}"
