"""Unmistakable words in what a person can say of requests and products, and how they could be written."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

RECORDS_ONLY = ("agents@studio-uno", "shop@customer", "Studio Uno")
"""Mail addresses and a name, which belong to the records alone (`tests/lives/catalogue.py` seeds them)."""

ANY_CANARY = ("Kanari", "kanari")
"""What all words begin with; a shop's address is also kept in small letters."""


@dataclass
class Canaries:
    """Hands out words, each once, and remembers into which field each went."""

    fields: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str) -> str:
        word = f"Kanari{len(self.fields) + 1:03d}x"
        self.fields[word] = name
        return word

    def found_in(self, data: bytes) -> set[str]:
        """The fields whose words stand there, in any spelling."""
        return {name for word, name in self.fields.items() if is_in(word, data)}


def is_in(word: str, data: bytes) -> bool:
    return any(spelling in data for spelling in spellings(word))


def spellings(word: str) -> Iterator[bytes]:
    """The word as text, as UTF-16, percent-encoded, in hexadecimal digits, and inside base64 at any place."""
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield "".join(f"%{byte:02x}" for byte in plain).encode()
    yield "".join(f"%{byte:02X}" for byte in plain).encode()
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        # The signs at both ends depend on what stands beside the word.
        inner = encoded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def leaked(words: Iterable[str], data: bytes) -> list[str]:
    return [word for word in words if is_in(word, data)]


def all_of(folder: Path, names: str) -> bytes:
    """The bytes of every file below a folder whose name matches."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and re.fullmatch(names, file.name)]
    assert files, f"there is no {names}"
    return b"\n".join(file.read_bytes() for file in files)
