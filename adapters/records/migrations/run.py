"""Brings a database to the tables that this version expects; as a call, without configuration files."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from adapters.records.database import Database, is_sqlite
from business_care.errors import StepFailed

_HERE = Path(__file__).parent
_LOCK = 7_239_001
"""Any number, as long as all of our processes use the same one."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, all or nothing; a second process waits and finds it done.

    Raises `ValueError` for a URL that can't be used, `TemporarilyUnavailable` where no database answers.
    """
    # SQLite can't write a table anew while foreign keys are looked at.
    async with Database(url, foreign_keys=False) as database, database.writing() as connection:
        await connection.run_sync(_upgrade, revision)


def _upgrade(connection: Connection, revision: str) -> None:
    if not is_sqlite(connection.engine.url):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if is_sqlite(connection.engine.url) and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise StepFailed("the migration would leave rows that refer to nothing; nothing was changed")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
