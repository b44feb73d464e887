"""The life of a request as a row: acts change it in a transaction, a scanner carries out what has become due.

One row a request with its state and the next instant at which something happens; the scanner takes due rows
in order, a page in a transaction, and leaves those to others that another scanner holds.
"""

import asyncio
import sys
from datetime import UTC, datetime

import asyncpg

from benchmarks.rivals.asked import Rival, serve
from benchmarks.rivals.books import due_after, lateness, note, opened_books, pay_back

TABLE = """
CREATE TABLE IF NOT EXISTS requests (id text PRIMARY KEY, licence text, customer text, seller text,
    state text,
    acknowledge_by timestamptz, resolve_by timestamptz, next_due timestamptz);
CREATE INDEX IF NOT EXISTS requests_due ON requests (next_due) WHERE next_due IS NOT NULL;
"""
SCAN_EVERY_SECONDS = 1.0
PAGE = 200


async def opened(
    connection: asyncpg.Connection, request: str, licence: str, opened_at: datetime, due: datetime | None
) -> None:
    """A new request; `due` is a deadline that an operator has corrected."""
    row = await connection.fetchrow("SELECT * FROM licences WHERE id = $1", licence)
    if row["care_until"] < opened_at:
        await note(connection, request, "not_entitled", row["customer"])
        return
    acknowledge_by, resolve_by = due_after(opened_at, 1), due or due_after(opened_at, 30)
    await connection.execute(
        "INSERT INTO requests VALUES ($1, $2, $3, $4, 'open', $5, $6, $7) ON CONFLICT DO NOTHING",
        *(request, licence, row["customer"], row["seller"]),
        *(acknowledge_by, resolve_by, min(acknowledge_by, resolve_by)),
    )
    await note(connection, request, "opened", row["customer"], row["seller"])


async def acted(connection: asyncpg.Connection, request: str, act: str) -> None:
    """What a party does to an open request."""
    row = await connection.fetchrow("SELECT * FROM requests WHERE id = $1 FOR UPDATE", request)
    match act, row["state"]:
        case "acknowledge", "open" | "late":
            await _moves(connection, row, "in_progress", row["resolve_by"])
            await note(connection, request, "acknowledged", row["customer"])
        case "fix", "open" | "late" | "in_progress":
            await _moves(connection, row, "verifying", due_after(datetime.now(UTC), 5))
            await note(connection, request, "fixed", row["customer"])
        case "confirm_fix", "verifying":
            await _moves(connection, row, "resolved", None)
            await note(connection, request, "resolved", row["customer"], row["seller"])
        case "reject_fix", "verifying":
            await _moves(connection, row, "in_progress", row["resolve_by"])
        case _:
            raise ValueError(f"{act} is not possible: the request is {row['state']}")


async def carried_out(connection: asyncpg.Connection, row: asyncpg.Record, now: datetime) -> None:
    """What happens by itself at a row's next instant."""
    parties = (row["customer"], row["seller"])
    if row["state"] == "verifying":
        await _moves(connection, row, "resolved", None)
        await note(connection, row["id"], "resolved", *parties)
        return
    if row["state"] == "open":
        await _moves(connection, row, "late", row["resolve_by"])
        await note(connection, row["id"], "acknowledgement_missed", row["seller"], "operator")
    if row["resolve_by"] <= now:
        await pay_back(connection, row["id"], row["licence"])
        await _moves(connection, row, "refunded", None)
        await note(connection, row["id"], "refunded", *parties)


async def scan(pool: asyncpg.Pool) -> int:
    """Carry out one page of what is due; how many that were."""
    async with pool.acquire() as connection, connection.transaction():
        now = datetime.now(UTC)
        due = await connection.fetch(
            "SELECT * FROM requests WHERE next_due <= $1 ORDER BY next_due LIMIT $2 FOR UPDATE SKIP LOCKED",
            now,
            PAGE,
        )
        for row in due:
            await carried_out(connection, row, now)
        return len(due)


async def scan_forever(pool: asyncpg.Pool) -> None:
    """As cron would start it, and again at once while there is more."""
    while True:
        if not await scan(pool):
            await asyncio.sleep(SCAN_EVERY_SECONDS)


async def _moves(
    connection: asyncpg.Connection, row: asyncpg.Record, state: str, next_due: datetime | None
) -> None:
    await connection.execute(
        "UPDATE requests SET state = $2, next_due = $3 WHERE id = $1", row["id"], state, next_due
    )


class ByCron(Rival):
    """Lives and deadlines as rows."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def live(self, number: int) -> None:
        """A happy life."""
        await self._open(number, None)
        for act in ("acknowledge", "fix", "confirm_fix"):
            async with self._pool.acquire() as connection, connection.transaction():
                await acted(connection, f"R{number}", act)

    async def open_due(self, number: int, due: datetime) -> None:
        """A request whose last deadline is this one."""
        await self._open(number, due)

    async def late(self, due: datetime, wanted: int) -> list[float]:
        """How late each refund came."""
        return list(await lateness(self._pool, "refunded", due, wanted))

    async def _open(self, number: int, due: datetime | None) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await opened(connection, f"R{number}", f"L{number}", datetime.now(UTC), due)


async def _main(url: str) -> None:
    pool = await opened_books(url)
    await pool.execute(TABLE)
    scanner = asyncio.create_task(scan_forever(pool))
    await serve(ByCron(pool))
    scanner.cancel()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
