"""Every command that went through the gateway: the port `CommandLog`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select

from adapters.records.database import Database
from adapters.records.request_tables import COMMAND_LOG
from business_care.listing import CommandLogEntry

_NOTE = insert(COMMAND_LOG)


class SqlCommandLog:
    """`CommandLog` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, entry: CommandLogEntry) -> None:
        row = {name: getattr(entry, name) for name in CommandLogEntry.model_fields}
        async with self._database.writing() as connection:
            await connection.execute(_NOTE, row)

    async def of_request(self, request_id: str) -> Sequence[CommandLogEntry]:
        return await self._entries(COMMAND_LOG.c.request_id == request_id)

    async def of_product(self, product_id: str) -> Sequence[CommandLogEntry]:
        return await self._entries(COMMAND_LOG.c.product_id == product_id)

    async def of_recovery(self, recovery_id: str) -> Sequence[CommandLogEntry]:
        return await self._entries(COMMAND_LOG.c.recovery_id == recovery_id)

    async def _entries(self, wanted: ColumnElement[bool]) -> Sequence[CommandLogEntry]:
        query = (
            select(*(COMMAND_LOG.c[name] for name in CommandLogEntry.model_fields))
            .where(wanted)
            .order_by(COMMAND_LOG.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings()
            return [CommandLogEntry(**row) for row in rows]
