"""Looks whether the keys at hand are those that open requests need, before anything is touched."""

from collections.abc import Sequence

from temporalio.client import Client

from adapters.encryption.keys import Keyring
from adapters.logs import get_logger
from adapters.records.key_register import SqlKeyRegister
from business_care.errors import StepFailed
from business_care.values import Value
from gateway.running import count_running

log = get_logger("encryption")


class KeysMissing(StepFailed):
    """Open requests are locked with keys that are not here, or not the same: work must not begin."""


class KeyStanding(Value):
    """A key that was ever in use: whether it is at hand, and how much that is open needs it."""

    key_id: str
    locks: bool
    """It is the first of the keys at hand."""
    at_hand: bool
    is_other: bool
    """Under this id there is another key now."""
    needed_by: int
    """Open requests, deactivations and recoveries with something in them that it has locked."""

    def in_words(self) -> str:
        """How it stands, and what may be done with it."""
        if self.is_other:
            return f"another key is at hand under this id; {_open(self.needed_by)} locked with the old one"
        if not self.at_hand:
            return f"MISSING, and {_open(self.needed_by)} locked with it" if self.needed_by else "retired"
        if self.locks:
            return f"locks; {_open(self.needed_by)} locked with it"
        if self.needed_by:
            return f"unlocks; {_open(self.needed_by)} locked with it"
        return "unlocks; nothing that is open is locked with it: it may be retired"


async def standings(register: SqlKeyRegister, keyring: Keyring, client: Client) -> Sequence[KeyStanding]:
    """Every key that the records know. Raises `ServerNotReached`."""
    others = set(await register.differing(keyring))
    found = []
    for key_id in await register.canaries():
        uses = await register.open_uses(key_id)
        needed_by = uses.open + await count_running(client, uses.unrecorded)
        found.append(
            KeyStanding(
                key_id=key_id,
                locks=keyring.locking is not None and keyring.locking.id == key_id,
                at_hand=key_id in keyring.by_id,
                is_other=key_id in others,
                needed_by=needed_by,
            )
        )
    return found


async def demand_keys(register: SqlKeyRegister, keyring: Keyring, client: Client) -> None:
    """Refuse to work without a key that something open needs, or with another one under its id.

    A key that nothing open needs may be gone: that is a note. Another key under a known id is always refused:
    nobody could tell afterwards which of the two has locked a message. Enters the keys that are new.

    Raises `KeysMissing`, `ServerNotReached`.
    """
    found = await standings(register, keyring, client)
    for standing in found:
        if not (standing.at_hand or standing.is_other or standing.needed_by):
            log.info("encryption.key_no_longer_needed", key_id=standing.key_id)
    if wrong := complaints(found):
        raise KeysMissing("\n".join(wrong))
    await register.enter(keyring)


def complaints(found: Sequence[KeyStanding]) -> Sequence[str]:
    """What must be mended before anything may work, a sentence for each key."""
    wrong = []
    for standing in found:
        if standing.is_other:
            wrong.append(_another(standing))
        elif not standing.at_hand and standing.needed_by:
            wrong.append(_missing(standing))
    return wrong


def _missing(standing: KeyStanding) -> str:
    return (
        f"the encryption key {standing.key_id} is missing, and {_open(standing.needed_by)} locked with it; "
        "add it to BUSINESS_CARE_ENCRYPTION_KEYS (behind the first, if another key locks by now)"
    )


def _another(standing: KeyStanding) -> str:
    return (
        f"the encryption key {standing.key_id} is another one than the one that was in use under this id "
        f"({_open(standing.needed_by)} locked with that one); give the old one back, "
        "and a new one an id of its own"
    )


def _open(count: int) -> str:
    return f"{count} open {'workflow is' if count == 1 else 'workflows are'}"
