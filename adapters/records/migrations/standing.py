"""Whether a database has the tables that this version expects; asked at every start, so without Alembic."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from adapters.records.database import Database

_VERSIONS = Path(__file__).parent / "versions"


async def is_current(url: str) -> bool:
    """Whether the database has the tables that this version expects, and nothing newer.

    Raises `ValueError` for a URL that can't be used, `TemporarilyUnavailable` where no database answers.
    """
    async with Database(url) as database, database.glancing() as connection:
        stands_at = await connection.run_sync(_revisions)
    return stands_at == [newest_revision()]


def newest_revision() -> str:
    """The revision that an upgrade leads to: each migration's file begins with its own, which is a number."""
    return max(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*.py"))


def _revisions(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.scalars(text("SELECT version_num FROM alembic_version")))
