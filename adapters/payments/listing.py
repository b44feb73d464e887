"""Reads a provider's table from its first row to its last, a page in each transaction."""

from collections.abc import AsyncIterator

from sqlalchemy import RowMapping, Table, select

from adapters.records.database import Database

PAGE = 500


async def rows_in_pages(database: Database, table: Table) -> AsyncIterator[RowMapping]:
    """Every row in the order of its number; writers of other processes get their turn in between."""
    behind = 0
    while True:
        query = select(table).where(table.c.id > behind).order_by(table.c.id).limit(PAGE)
        async with database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        behind = rows[-1]["id"]
