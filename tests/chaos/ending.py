"""The end of a run: nobody kills any more, and everything comes to rest, within bounds."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

LOOK_EVERY_SECONDS = 0.25

_OPEN_REQUESTS = "SELECT count(*) FROM requests WHERE outcome IS NULL"
_STANDING = "SELECT count(*) FROM deactivations WHERE outcome IS NULL"
_UNDELIVERED = "SELECT count(*) FROM notices WHERE delivered_at IS NULL"


async def until_at_rest(records: Path, at_most_seconds: float) -> bool:
    """Wait until every request is closed and every deactivation has ended."""
    return await _until_none(records, (_OPEN_REQUESTS, _STANDING), at_most_seconds)


async def until_delivered(records: Path, at_most_seconds: float) -> bool:
    """Wait until every notice is delivered, as if the minutes had passed that a dead sender's are in hand."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    with closing(sqlite3.connect(records, timeout=30)) as connection, connection:
        connection.execute("UPDATE notices SET next_try_at = ? WHERE delivered_at IS NULL", (now,))
    return await _until_none(records, (_UNDELIVERED,), at_most_seconds)


async def _until_none(records: Path, counts: tuple[str, ...], at_most_seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + at_most_seconds
    while any(_count(records, query) for query in counts):
        if loop.time() > give_up_at:
            return False
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return True


def _count(records: Path, query: str) -> int:
    with closing(sqlite3.connect(records, timeout=30)) as connection:
        return int(connection.execute(query).fetchone()[0])
