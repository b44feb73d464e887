"""Recognises a key again without keeping it: a known text that it has locked."""

import base64
import binascii
from typing import Final

from temporalio.api.common.v1 import Payload

from adapters.encryption.codec import EncryptionCodec
from adapters.encryption.keys import EncryptionKey, Keyring

_TEXT: Final = b"business-care: the key under this id"


def canary_of(key: EncryptionKey) -> str:
    """What is kept of a key; nobody can make it without the key, or find the key from it."""
    locked = _codec(key).lock(Payload(data=_TEXT))
    return base64.b64encode(locked.data).decode()


def is_same_key(key: EncryptionKey, canary: str) -> bool:
    """Whether this key has locked the canary."""
    try:
        data = base64.b64decode(canary, validate=True)
    except binascii.Error:
        return False
    locked = Payload(
        metadata={"encoding": b"binary/encrypted", "encryption-key-id": key.id.encode()}, data=data
    )
    return _codec(key).unlock(locked).data == _TEXT


def _codec(key: EncryptionKey) -> EncryptionCodec:
    return EncryptionCodec(Keyring(key, {key.id: key}))
