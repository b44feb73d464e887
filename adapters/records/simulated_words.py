"""The words that tell simulated providers how to behave: one for each attempt, used one by one."""

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import SIMULATED_BEHAVIOURS
from adapters.records.upsert import put

OK = "ok"


async def next_word(connection: AsyncConnection, provider: str, attempts: Table, licence_id: str) -> str:
    """The word for the next attempt, which is counted in that table; after the last word all are `ok`."""
    query = select(attempts.c.attempts).where(attempts.c.licence_id == licence_id)
    earlier: int = await connection.scalar(query.with_for_update()) or 0
    await put(connection, attempts, [{"licence_id": licence_id, "attempts": earlier + 1}])
    words: tuple[str, ...] | None = await connection.scalar(
        select(SIMULATED_BEHAVIOURS.c.words).where(
            SIMULATED_BEHAVIOURS.c.provider == provider, SIMULATED_BEHAVIOURS.c.licence_id == licence_id
        )
    )
    return words[earlier] if words and earlier < len(words) else OK
