"""What the records' database promises about a transaction that it has acknowledged, as it tells by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.database import Database
from business_care.errors import StepFailed

_SYNCHRONOUS = {0: "off", 1: "normal", 2: "full", 3: "extra"}
_OF_POSTGRESQL = ("synchronous_commit", "synchronous_standby_names", "fsync", "full_page_writes")


@dataclass(frozen=True)
class SqliteDurability:
    """`journal_mode` and `synchronous` of a connection like every one of ours, in SQLite's words."""

    journal_mode: str
    synchronous: str


@dataclass(frozen=True)
class PostgresDurability:
    """What `SHOW` answers in a session of ours: the server's settings, those of our database and our role
    included."""

    synchronous_commit: str
    synchronous_standby_names: str
    fsync: str
    full_page_writes: str


async def durability(url: str) -> SqliteDurability | PostgresDurability:
    """The settings in effect for our own sessions.

    Raises `StepFailed` where the records can't be asked, `ValueError` for a URL that can't be used.
    """
    database = Database(url)
    try:
        async with database.reading() as connection:
            if database.is_sqlite:
                return await _of_sqlite(connection)
            shown = await _shown(connection)
            return PostgresDurability(**shown)
    finally:
        await database.close()


async def _of_sqlite(connection: AsyncConnection) -> SqliteDurability:
    journal_mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar_one()
    synchronous = (await connection.execute(text("PRAGMA synchronous"))).scalar_one()
    if synchronous not in _SYNCHRONOUS:
        raise StepFailed(f"SQLite answers synchronous={synchronous}, which this version does not know")
    return SqliteDurability(str(journal_mode), _SYNCHRONOUS[synchronous])


async def _shown(connection: AsyncConnection) -> Mapping[str, str]:
    shown: dict[str, str] = {}
    for setting in _OF_POSTGRESQL:
        shown[setting] = str((await connection.execute(text(f"SHOW {setting}"))).scalar_one())
    return shown
