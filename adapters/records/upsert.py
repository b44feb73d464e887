"""Writing rows that may be there already, in the one way that both databases understand.

The statements are kept: to build one anew takes longer than the database takes to carry it out.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert


async def insert_missing(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that no unique constraint knows yet; those that are there stay as they are."""
    if rows:
        await connection.execute(_missing(connection.dialect.name, table), rows)


async def insert_returning_id(connection: AsyncConnection, table: Table, row: Row) -> int | None:
    """Insert a row and return its number; None where a unique constraint knows it already."""
    statement = _missing(connection.dialect.name, table).returning(table.c.id)
    number: int | None = await connection.scalar(statement, row)
    return number


async def put(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or bring those with the same primary key up to date; other columns stay as they are."""
    if rows:
        await connection.execute(_upsert(connection.dialect.name, table, tuple(rows[0])), rows)


async def put_newer(connection: AsyncConnection, table: Table, row: Row, *, by: str) -> None:
    """Insert a row, or bring it up to date unless the one that is there is newer by its column `by`."""
    await connection.execute(_upsert(connection.dialect.name, table, tuple(row), by), [row])


@cache
def _missing(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], by: str | None = None) -> Insert:
    keys = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    changes = {name: insert.excluded[name] for name in columns if name not in keys}
    if not changes:
        return insert.on_conflict_do_nothing()
    not_older = None if by is None else insert.excluded[by] >= table.c[by]
    return insert.on_conflict_do_update(index_elements=keys, set_=changes, where=not_older)


def _insert(dialect: str, table: Table) -> Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
