"""One walk over the renewals: page by page, each kept together with how far the walk is then."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.database import Database
from adapters.records.deactivation_tables import RENEWAL_WALKS
from adapters.records.renewal_counts import cascade_totals
from adapters.records.upsert import insert_missing
from business_care.deactivation.renewals import CascadeTotals, WalkOrder, WalkStanding
from business_care.errors import TemporarilyUnavailable

SHORTEST_MEASURE_SECONDS = 0.05
"""A rate over less than that says more about the clock than about the walk."""


@dataclass(frozen=True)
class Page:
    """Renewals that were looked at, up to the licence `last`; `keep` writes what came of them."""

    seen: int
    last: str | None
    keep: Callable[[AsyncConnection], Awaitable[None]]


Look = Callable[[str | None, int], Awaitable[Page]]
"""Looks at the next renewals behind a licence, at most so many; fewer mean that there are no more."""


@dataclass(frozen=True)
class _Place:
    """Where a walk stands: a row of `renewal_walks`."""

    cursor: str | None
    seen: int
    pages: int
    finished: bool


async def walk(
    database: Database, order: WalkOrder, look: Look, page_size: int
) -> AsyncIterator[WalkStanding]:
    """Walk on from the page that was kept last, and tell after each page how far it is."""
    place, totals = await _resume(database, order)
    began, seen_before = time.perf_counter(), place.seen
    if place.finished or place.seen >= order.until_seen:
        yield WalkStanding(seen=place.seen, finished=place.finished, totals=totals)
    while not place.finished and place.seen < order.until_seen:
        limit = min(page_size, order.until_seen - place.seen)
        page = await look(place.cursor or order.range.after, limit)
        async with database.writing() as connection:
            if page.seen:
                await page.keep(connection)
            rate = _per_second(place.seen + page.seen - seen_before, time.perf_counter() - began)
            place = await _move(connection, order, place, page, finished=page.seen < limit, per_second=rate)
            totals = await cascade_totals(connection, order.cascade.deactivation_id)
        yield WalkStanding(seen=place.seen, finished=place.finished, per_second=rate, totals=totals)


async def _resume(database: Database, order: WalkOrder) -> tuple[_Place, CascadeTotals]:
    deactivation_id = order.cascade.deactivation_id
    row = {
        "deactivation_id": deactivation_id,
        "round": order.walk.round,
        "number": order.walk.number,
        "updated_at": datetime.now(UTC),
    }
    columns = (RENEWAL_WALKS.c[name] for name in ("cursor", "seen", "pages", "finished"))
    async with database.writing() as connection:
        await insert_missing(connection, RENEWAL_WALKS, [row])
        found = (await connection.execute(select(*columns).where(_of(order)))).one()
        return _Place(*found), await cascade_totals(connection, deactivation_id)


async def _move(
    connection: AsyncConnection,
    order: WalkOrder,
    before: _Place,
    page: Page,
    *,
    finished: bool,
    per_second: float | None,
) -> _Place:
    """Keep how far the walk is. Raises `TemporarilyUnavailable` where another one has moved it meanwhile.

    That one does all that is to be done: a worker that was taken for dead, and was not, leaves it alone.
    """
    place = _Place(page.last or before.cursor, before.seen + page.seen, before.pages + 1, finished)
    moved = await connection.execute(
        update(RENEWAL_WALKS)
        .where(_of(order), RENEWAL_WALKS.c.pages == before.pages)
        .values(
            cursor=place.cursor,
            seen=place.seen,
            pages=place.pages,
            finished=finished,
            per_second=per_second,
            updated_at=datetime.now(UTC),
        )
    )
    if moved.rowcount != 1:
        walk_id = f"{order.walk.round}/{order.walk.number}"
        raise TemporarilyUnavailable(
            f"walk {walk_id} of deactivation {order.cascade.deactivation_id} goes on elsewhere"
        )
    return place


def _of(order: WalkOrder) -> ColumnElement[bool]:
    return and_(
        RENEWAL_WALKS.c.deactivation_id == order.cascade.deactivation_id,
        RENEWAL_WALKS.c.round == order.walk.round,
        RENEWAL_WALKS.c.number == order.walk.number,
    )


def _per_second(seen: int, seconds: float) -> float | None:
    return seen / seconds if seen and seconds >= SHORTEST_MEASURE_SECONDS else None
