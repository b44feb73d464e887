"""The keys of payloads: how they are written down, which one locks, and which ones unlock."""

import base64
import binascii
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32
PLAIN: Final = "plain"
"""Stands in the first place for no key at all: nothing is locked, and what was locked is still read."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ALLOWED_ID: Final = (
    "1 to 64 letters, digits, dots, hyphens and underscores, begins with a letter or digit, "
    f"and is not {PLAIN}"
)


class KeysRefused(ValueError):
    """Keys that can't be used. The message says which entry and why, and shows nothing of what was given."""


def is_key_id(text: str) -> bool:
    """Whether a key may be called so."""
    return _ID.fullmatch(text) is not None and text != PLAIN


@dataclass(frozen=True)
class EncryptionKey:
    """One AES-256 key under the id that stands beside whatever it has locked."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Keyring:
    """The keys of a process. All of them unlock; `locking` is the one that locks, or None for clear text."""

    locking: EncryptionKey | None = None
    by_id: Mapping[str, EncryptionKey] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any key."""
        return bool(self.by_id)


def new_key_line(key_id: str) -> str:
    """A fresh key as the settings take it. Raises `KeysRefused` for what no key may be called."""
    if not is_key_id(key_id):
        raise KeysRefused(f"a key's id has {_ALLOWED_ID}")
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def read_keys(text: str) -> Keyring:
    """The keys of `id:base64,id:base64`; the first one locks. Raises `KeysRefused`."""
    return _keyring([entry.strip() for entry in text.split(",")])


def read_key_file(file: Path) -> Keyring:
    """The keys of a file, one a line; empty lines are passed over. Raises `KeysRefused`."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise KeysRefused(f"the file can't be read ({type(error).__name__})") from None
    except UnicodeDecodeError:
        raise KeysRefused("the file holds other signs than those of keys") from None
    return _keyring([line.strip() for line in lines if line.strip()])


def _keyring(entries: Sequence[str]) -> Keyring:
    in_clear = entries[:1] == [PLAIN]
    keys = list(_keys(entries[1:], first=2) if in_clear else _keys(entries, first=1))
    if not keys:
        raise KeysRefused("there is no key")
    return Keyring(None if in_clear else keys[0], {key.id: key for key in keys})


def _keys(entries: Sequence[str], first: int) -> Iterator[EncryptionKey]:
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, first):
        key = _key(entry, number)
        if key.id in seen:
            raise KeysRefused(f"key {number} has the same id as key {seen[key.id]}")
        seen[key.id] = number
        yield key


def _key(entry: str, number: int) -> EncryptionKey:
    key_id, colon, encoded = entry.partition(":")
    if not colon:
        raise KeysRefused(f"key {number} is not written as id:base64")
    if not is_key_id(key_id):
        raise KeysRefused(f"the id of key {number} can't be used; an id has {_ALLOWED_ID}")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise KeysRefused(f"key {number} is not base64") from None
    if len(secret) != KEY_BYTES:
        raise KeysRefused(f"key {number} has {len(secret)} bytes; {KEY_BYTES} are needed")
    return EncryptionKey(key_id, secret)
