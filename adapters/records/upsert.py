"""Writing rows that may be there already, in the one way that both databases understand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]


async def insert_missing(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that no unique constraint knows yet; those that are there stay as they are."""
    if rows:
        await connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


async def insert_returning_id(connection: AsyncConnection, table: Table, row: Row) -> int | None:
    """Insert a row and return its number; None where a unique constraint knows it already."""
    statement = _insert(connection, table).values(row).on_conflict_do_nothing().returning(table.c.id)
    number: int | None = await connection.scalar(statement)
    return number


async def put(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or bring those with the same primary key up to date; other columns stay as they are."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = _insert(connection, table)
    changes = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    if changes:
        statement = insert.on_conflict_do_update(index_elements=keys, set_=changes)
    else:
        statement = insert.on_conflict_do_nothing()
    await connection.execute(statement, rows)


async def put_newer(connection: AsyncConnection, table: Table, row: Row, *, by: str) -> None:
    """Insert a row, or bring it up to date unless the one that is there is newer by its column `by`."""
    keys = [column.name for column in table.primary_key]
    insert = _insert(connection, table)
    changes = {name: insert.excluded[name] for name in row if name not in keys}
    not_older = insert.excluded[by] >= table.c[by]
    statement = insert.on_conflict_do_update(index_elements=keys, set_=changes, where=not_older)
    await connection.execute(statement, [row])


def _insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
