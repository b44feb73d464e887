"""What both rivals read and write in PostgreSQL: licences, facts, refunds, and notices to be sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from adapters.public_holidays import PublicHolidays
from business_care.calendar import MARKETPLACE_PLACE, CalendarProfile

TABLES = """
CREATE TABLE IF NOT EXISTS licences (id text PRIMARY KEY, customer text, seller text, care_until timestamptz,
    price bigint);
CREATE TABLE IF NOT EXISTS facts (request text, what text, at timestamptz, PRIMARY KEY (request, what));
CREATE TABLE IF NOT EXISTS notices (id bigserial PRIMARY KEY, request text, recipient text, what text,
    UNIQUE (request, recipient, what));
CREATE TABLE IF NOT EXISTS refunds (licence text PRIMARY KEY, request text, amount bigint);
"""
LICENCES = 20_000
_PLANNER = PublicHolidays()


async def opened_books(url: str) -> asyncpg.Pool:
    """Connections to the tables, with so many licences in them."""
    pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
    await pool.execute(TABLES)
    await pool.execute(
        "INSERT INTO licences SELECT 'L' || n, 'C' || n, 'S1', now() + interval '1 year', 12900 + n"
        " FROM generate_series(1, $1::int) AS n ON CONFLICT DO NOTHING",
        LICENCES,
    )
    return pool


def due_after(opened_at: datetime, business_days: int) -> datetime:
    """The deadline by the product's own planner, explanation and all."""
    plan = _PLANNER.plan(opened_at, business_days, MARKETPLACE_PLACE, CalendarProfile.WORKING_DAYS)
    return plan.due


async def note(connection: asyncpg.Connection, request: str, what: str, *recipients: str) -> None:
    """A fact, and a notice of it to each recipient; a second time it changes nothing."""
    await connection.execute(
        "INSERT INTO facts VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", request, what, datetime.now(UTC)
    )
    rows = [(request, recipient, what) for recipient in recipients]
    await connection.executemany(
        "INSERT INTO notices (request, recipient, what) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", rows
    )


async def pay_back(connection: asyncpg.Connection, request: str, licence: str) -> None:
    """The price of the licence, once whatever happens."""
    await connection.execute(
        "INSERT INTO refunds SELECT id, $1, price FROM licences WHERE id = $2 ON CONFLICT DO NOTHING",
        request,
        licence,
    )


async def lateness(pool: asyncpg.Pool, what: str, due: datetime, wanted: int) -> Sequence[float]:
    """The seconds after `due` at which each request was noted to be `what`, in order."""
    rows = await pool.fetch("SELECT at FROM facts WHERE what = $1 AND at >= $2 ORDER BY at", what, due)
    late = [(row["at"] - due) / timedelta(seconds=1) for row in rows]
    if len(late) != wanted:
        raise AssertionError(f"{len(late)} of {wanted} deadlines were seen")
    return late
