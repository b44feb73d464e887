"""Locks payloads with AES-256-GCM and unlocks them, in the envelope of Temporal's own
examples, with the key's id as associated data (docs/encryption.md)."""

import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from adapters.encryption.keys import Keyring
from adapters.encryption.uses import KeyUse, KeyUses

ENCODING: Final = b"binary/encrypted"
KEY_ID: Final = "encryption-key-id"
NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class EncryptionCodec(PayloadCodec, WithSerializationContext):
    """Locks with the keyring's first key, each payload under a random nonce of 96 bits; unlocks with all.

    The whole payload is locked, its metadata included, and the key's id is authenticated with it. What can't
    be unlocked passes unchanged: an unknown key, a payload that was cut off or tampered with, one that was
    never locked. Whoever reads it judges it as unreadable.
    """

    def __init__(self, keyring: Keyring, uses: KeyUses | None = None, workflow_id: str | None = None) -> None:
        self._keyring = keyring
        self._ciphers = {key.id: AESGCM(key.secret) for key in keyring.by_id.values()}
        self._locking = keyring.locking.id if keyring.locking else None
        self._uses = uses
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> "EncryptionCodec":
        """The same codec, which knows whose payloads it sees."""
        if self._uses is None or not isinstance(
            context, WorkflowSerializationContext | ActivitySerializationContext
        ):
            return self
        return EncryptionCodec(self._keyring, self._uses, context.workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Lock every payload; those that are locked already pass."""
        return [self.lock(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Unlock what can be unlocked. Never raises."""
        return [self.unlock(payload) for payload in payloads]

    def lock(self, payload: Payload) -> Payload:
        """The payload as only holders of the key can read it."""
        if self._locking is None or payload.metadata.get("encoding") == ENCODING:
            return payload
        nonce = os.urandom(NONCE_BYTES)
        bound = self._locking.encode()
        locked = self._ciphers[self._locking].encrypt(nonce, payload.SerializeToString(), bound)
        self._note(self._locking)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: bound}, data=nonce + locked)

    def unlock(self, payload: Payload) -> Payload:
        """The payload as it was, or what was given where that can't be found out."""
        bound = payload.metadata.get(KEY_ID, b"")
        key_id = bound.decode(errors="replace")
        cipher = self._ciphers.get(key_id)
        is_whole = len(payload.data) >= NONCE_BYTES + _TAG_BYTES
        if payload.metadata.get("encoding") != ENCODING or cipher is None or not is_whole:
            return payload
        try:
            clear = Payload.FromString(
                cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], bound)
            )
        except (InvalidTag, DecodeError):
            return payload
        self._note(key_id)
        return clear

    def _note(self, key_id: str) -> None:
        if self._uses is not None and self._workflow_id:
            self._uses.note(KeyUse(key_id, self._workflow_id))
