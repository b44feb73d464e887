"""What was stored of a task that the server never heard of: its run does it again, and tells it anew.

A run stores its steps from within its tasks. When the worker or the server dies before a task is completed,
the run does that task again, later, and perhaps in another order: a command that had been taken is lost with
the task, another one or a deadline comes before it. What counts is what the run tells last; what it had told
before under the same numbers never happened (R63), also when a worker that was taken for dead stores it last.
Money is another matter: a payment that was once booked stays booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    delete,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.columns import ID
from adapters.records.request_tables import NOTICES
from business_care.events import Event
from business_care.notices import Notice, NoticeAbout

TAKEN_BACK = "taken-back-"
"""The key, with the row's number, of a notice that was read and tells what never happened."""

_READ_AND_TAKEN_BACK = select(NOTICES).where(
    NOTICES.c.about == bindparam("about"),
    NOTICES.c.subject_id == bindparam("subject_id"),
    NOTICES.c.key.startswith(TAKEN_BACK),
)


@dataclass(frozen=True)
class Telling:
    """What the records have of one workflow's telling, and in which tables.

    `views` holds one row for each workflow; its key is a column of the other two as well.
    """

    owner_id: str
    about: NoticeAbout
    views: Table
    events: Table
    applied: Table

    def of(self, table: Table) -> ColumnElement[bool]:
        """The rows of this workflow in one of its tables."""
        (key,) = self.views.primary_key
        column: Column[str] = table.c[key.name]
        return column == self.owner_id

    @property
    def notices(self) -> ColumnElement[bool]:
        """The notices of this workflow."""
        return and_(NOTICES.c.about == self.about, NOTICES.c.subject_id == self.owner_id)


@dataclass(frozen=True)
class ToldBefore:
    """How the events of a step compare with what was told before under their numbers.

    The instants are the server's own, of the task in which something was told.
    """

    is_newer: bool
    """Whether one of the numbers was told with a later instant: then the whole step never happened."""
    first_older: int | None
    """The number from which on something was told before, and is told again with a later instant."""


async def told_under(connection: AsyncConnection, telling: Telling, events: Sequence[Event]) -> ToldBefore:
    """What was told before under the numbers of these events, which follow each other.

    The caller sees to it that no other step of the workflow is stored at the same time.
    """
    if not events:
        return ToldBefore(is_newer=False, first_older=None)
    numbers = {"owner_id": telling.owner_id, "first": events[0].seq, "last": events[-1].seq}
    rows = await connection.scalars(_told(telling.views, telling.events), numbers)
    kept: dict[int, Event] = {event.seq: event for event in rows}
    again = [event for event in events if event.seq in kept]
    return ToldBefore(
        is_newer=any(kept[event.seq].at > event.at for event in again),
        first_older=next((event.seq for event in again if kept[event.seq].at < event.at), None),
    )


async def forget_what_its_run_tells_anew(
    connection: AsyncConnection, telling: Telling, run_id: str, told: ToldBefore
) -> None:
    """Take back what the same run had told before of the numbers that it tells now, and all behind them.

    For workflows whose runs go on counting where the one before has stopped.
    """
    if told.first_older is None:
        return
    query = select(telling.views.c.run_id).where(telling.of(telling.views))
    if await connection.scalar(query.with_for_update()) == run_id:
        await forget_from(connection, telling, told.first_older)


async def forget_from(
    connection: AsyncConnection, telling: Telling, first: int, offset: int = 0
) -> Sequence[Event]:
    """Take back every event from a number on, with its command and its notices; the events.

    A notice that was delivered can't be unread: it counts for the next one that says the same.
    """
    moot = (
        delete(telling.events)
        .where(telling.of(telling.events), telling.events.c.seq >= first)
        .returning(telling.events.c.event)
    )
    events: list[Event] = list(await connection.scalars(moot))
    await connection.execute(
        delete(telling.applied).where(
            telling.of(telling.applied),
            telling.applied.c.command_id.in_({event.command_id for event in events if event.command_id}),
        )
    )
    await _take_notices_back(connection, telling, first - offset, f"{offset}+" if offset else "")
    # A newer view must not be taken for an older one than that of what never happened.
    await connection.execute(
        update(telling.views)
        .where(telling.of(telling.views), telling.views.c.seq >= first)
        .values(seq=first - 1)
    )
    return events


async def not_read_before(
    connection: AsyncConnection, telling: Telling, notices: Sequence[Notice], offset: int = 0
) -> tuple[Notice, ...]:
    """Those of the notices whose readers do not have them from a telling that was taken back."""
    if not notices:
        return ()
    of_it = {"about": telling.about, "subject_id": telling.owner_id}
    read = list((await connection.execute(_READ_AND_TAKEN_BACK, of_it)).mappings())
    left: list[Notice] = []
    for notice in notices:
        same = next((row for row in read if _says_the_same(row, notice)), None)
        if same is None:
            left.append(notice)
            continue
        read.remove(same)
        key = f"{offset}+{notice.key}" if offset else notice.key
        await connection.execute(
            update(NOTICES).where(NOTICES.c.id == same["id"]).values(key=key, at=notice.at)
        )
    return tuple(left)


@cache
def _told(views: Table, events: Table) -> Select[Any]:
    (key,) = views.primary_key
    return select(events.c.event).where(
        events.c[key.name] == bindparam("owner_id"),
        events.c.seq.between(bindparam("first"), bindparam("last")),
    )


async def _take_notices_back(connection: AsyncConnection, telling: Telling, first: int, prefix: str) -> None:
    """A notice's key begins with the number of its event. Nobody hears any more of those that wait."""
    query = select(NOTICES.c.id, NOTICES.c.key).where(telling.notices)
    moot = [
        number
        for number, key in await connection.execute(query)
        if key.startswith(prefix) and _number_in(key.removeprefix(prefix)) >= first
    ]
    await connection.execute(delete(NOTICES).where(NOTICES.c.id.in_(moot), NOTICES.c.delivered_at.is_(None)))
    await connection.execute(
        update(NOTICES)
        .where(NOTICES.c.id.in_(moot))
        .values(key=literal(TAKEN_BACK).concat(cast(NOTICES.c.id, ID)))
    )


def _says_the_same(row: RowMapping, notice: Notice) -> bool:
    told = (row["kind"], row["to_role"], row["to_id"], row["data"])
    return told == (notice.kind, notice.to.role, notice.to.id, notice.data)


def _number_in(key: str) -> int:
    number = key.partition("-")[0]
    return int(number) if number.isdecimal() else -1
