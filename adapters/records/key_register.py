"""Which keys lock payloads, and which workflows need them: told from the records, without any key in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, literal, or_, select

from adapters.encryption.keys import EncryptionKey, Keyring
from adapters.encryption.uses import KeyUse
from adapters.records.database import Database
from adapters.records.deactivation_tables import DEACTIVATIONS
from adapters.records.encryption_tables import ENCRYPTION_KEY_USES, ENCRYPTION_KEYS
from adapters.records.recovery_tables import RECOVERIES
from adapters.records.request_tables import REQUESTS
from adapters.records.upsert import insert_missing

RECOVERY_PREFIX = "refund-recovery-"
"""What the workflow of a recovery is called before its id; the others keep their workflow's id."""


@dataclass(frozen=True)
class OpenUses:
    """What a key has locked that is not over: open in the records, or unknown to them."""

    open: int
    unrecorded: tuple[str, ...]
    """Workflows that never came as far as the records: their server knows whether they still run."""


class SqlKeyRegister:
    """The keys that have ever locked anything, by their ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def canaries(self) -> Mapping[str, str]:
        """What is kept of each key, to recognise it again."""
        query = select(ENCRYPTION_KEYS.c.key_id, ENCRYPTION_KEYS.c.canary).order_by(ENCRYPTION_KEYS.c.key_id)
        async with self._database.reading() as connection:
            return {row.key_id: row.canary for row in await connection.execute(query)}

    async def differing(self, keyring: Keyring) -> Sequence[str]:
        """Ids under which another key was in use than the one that is given now."""
        known = await self.canaries()
        return [key.id for key in keyring.by_id.values() if key.id in known and _differs(key, known[key.id])]

    async def enter(self, keyring: Keyring) -> None:
        """Know these keys from now on; those that are known already stay as they are."""
        if not keyring:
            return
        from adapters.encryption.canary import canary_of  # noqa: PLC0415 -- cryptography is an optional extra

        rows = [{"key_id": key.id, "canary": canary_of(key)} for key in keyring.by_id.values()]
        async with self._database.writing() as connection:
            await insert_missing(connection, ENCRYPTION_KEYS, rows)

    async def forget(self, key_id: str) -> bool:
        """Know nothing of a key that is lost, nor of what it has locked; whether it was known."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(ENCRYPTION_KEY_USES).where(ENCRYPTION_KEY_USES.c.key_id == key_id)
            )
            gone = await connection.execute(delete(ENCRYPTION_KEYS).where(ENCRYPTION_KEYS.c.key_id == key_id))
            return gone.rowcount > 0

    async def note(self, uses: Iterable[KeyUse]) -> None:
        """Keep what keys have locked; noting it twice changes nothing."""
        rows = [{"key_id": use.key_id, "workflow_id": use.workflow_id} for use in uses]
        if rows:
            async with self._database.writing() as connection:
                await insert_missing(connection, ENCRYPTION_KEY_USES, rows)

    async def open_uses(self, key_id: str) -> OpenUses:
        """What needs this key."""
        uses = ENCRYPTION_KEY_USES.c
        request = exists().where(REQUESTS.c.workflow_id == uses.workflow_id)
        deactivation = exists().where(DEACTIVATIONS.c.workflow_id == uses.workflow_id)
        id_of_recovery = literal(RECOVERY_PREFIX).concat(RECOVERIES.c.recovery_id)
        recovery = exists().where(id_of_recovery == uses.workflow_id)
        is_open = or_(
            request.where(REQUESTS.c.outcome.is_(None)),
            deactivation.where(DEACTIVATIONS.c.outcome.is_(None)),
            recovery.where(RECOVERIES.c.ended_at.is_(None)),
        )
        of_key = select(uses.workflow_id).where(uses.key_id == key_id)
        async with self._database.reading() as connection:
            standing = await connection.scalars(of_key.where(is_open))
            count = len(standing.all())
            unknown = await connection.scalars(of_key.where(and_(~request, ~deactivation, ~recovery)))
            return OpenUses(count, tuple(unknown))


def _differs(key: EncryptionKey, canary: str) -> bool:
    from adapters.encryption.canary import is_same_key  # noqa: PLC0415 -- cryptography is an optional extra

    return not is_same_key(key, canary)
