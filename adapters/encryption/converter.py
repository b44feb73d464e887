"""How values become payloads and back: in clear text, or locked where there are keys."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from adapters.encryption.keys import Keyring
from adapters.encryption.uses import KeyUses
from business_care.errors import StepFailed

_LOCKED: Final = b"binary/encrypted"


class EncryptionNotInstalled(StepFailed):
    """The package that locks and unlocks is not there."""


_PARTS: Final = PydanticPayloadConverter()


class CarePayloadConverter(PydanticPayloadConverter):
    """Our values as JSON. A locked payload of which nobody said what it is stays as it is.

    A worker that lacks the key must not fail a step for good because its last sign of life can't be read;
    what has a type is still demanded, and tried again until a worker with the key is there.
    """

    def __init__(self) -> None:
        # The SDK makes one for each activation of a workflow: all share their parts, and what those remember.
        vars(self).update(vars(_PARTS))

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values; see the base class."""
        if type_hints is None and any(_is_locked(payload) for payload in payloads):
            type_hints = [RawValue] * len(payloads)
        return super().from_payloads(payloads, type_hints)


DATA_CONVERTER: Final = DataConverter(payload_converter_class=CarePayloadConverter)
"""Turns our values into JSON and back; every client of this service must use it, or the one with its keys."""


def data_converter(keyring: Keyring, uses: KeyUses | None = None) -> DataConverter:
    """The converter of a process with these keys; with `uses` it notes which workflows they lock.

    With a key that locks, the words and stack traces of failures are locked as well.
    """
    if not keyring:
        return DATA_CONVERTER
    try:
        from adapters.encryption.codec import EncryptionCodec  # noqa: PLC0415 -- needs an optional extra
    except ModuleNotFoundError as missing:
        raise EncryptionNotInstalled(
            "there are encryption keys, but not what uses them; pip install '.[encryption]'"
        ) from missing

    locked = replace(DATA_CONVERTER, payload_codec=EncryptionCodec(keyring, uses))
    if keyring.locking is None:
        return locked
    return replace(locked, failure_converter_class=DefaultFailureConverterWithEncodedAttributes)


def _is_locked(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == _LOCKED
