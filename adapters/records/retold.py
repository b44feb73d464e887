"""What was stored of a task that the server never heard of: its run does it again, and tells it anew.

A run stores its steps from within its tasks. When the worker or the server dies before a task is completed,
the run does that task again, later, and perhaps in another order: a command that had been taken is lost with
the task, another one or a deadline comes before it. What counts is what the run tells last; what it had told
before under the same numbers never happened (R63).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, RowMapping, and_, cast, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.columns import ID
from adapters.records.request_tables import (
    APPLIED_COMMANDS,
    DEADLINE_PLANS,
    NOTICES,
    REQUEST_EVENTS,
    REQUEST_RUNS,
    REQUESTS,
)
from adapters.records.runs import numbered
from business_care.events import Event
from business_care.notices import Notice, NoticeAbout
from business_care.state import WindowKind
from business_care.views import StepRecord

TAKEN_BACK = "taken-back-"
"""The key, with the row's number, of a notice that was read and tells what never happened."""


async def forget_what_is_told_anew(connection: AsyncConnection, step: StepRecord, offset: int) -> None:
    """Take back what the step's run had told before of the numbers that it tells now, and all behind them.

    A step that was told earlier, and comes later, takes nothing back: a worker that was taken for dead stored
    it. A notice that was delivered can't be unread: it counts for the next one that says the same.
    """
    told = numbered(step.events, offset)
    kept = await _kept(connection, step, [event.seq for event in told])
    first = next((event.seq for event in told if event.seq in kept and kept[event.seq].at < event.at), None)
    if first is None or not await _is_the_last_run(connection, step):
        return
    await _forget(connection, step.view.request_id, first, offset)


async def _kept(connection: AsyncConnection, step: StepRecord, numbers: Sequence[int]) -> Mapping[int, Event]:
    query = select(REQUEST_EVENTS.c.event).where(
        REQUEST_EVENTS.c.request_id == step.view.request_id, REQUEST_EVENTS.c.seq.in_(numbers)
    )
    return {event.seq: event for event in await connection.scalars(query)}


async def _is_the_last_run(connection: AsyncConnection, step: StepRecord) -> bool:
    query = (
        select(REQUEST_RUNS.c.run_id)
        .where(REQUEST_RUNS.c.request_id == step.view.request_id)
        .order_by(REQUEST_RUNS.c.position.desc())
        .limit(1)
    )
    return await connection.scalar(query) == step.run_id


async def _forget(connection: AsyncConnection, request_id: str, first: int, offset: int) -> None:
    moot = (
        delete(REQUEST_EVENTS)
        .where(REQUEST_EVENTS.c.request_id == request_id, REQUEST_EVENTS.c.seq >= first)
        .returning(REQUEST_EVENTS.c.event)
    )
    events: list[Event] = list(await connection.scalars(moot))
    await connection.execute(
        delete(APPLIED_COMMANDS).where(
            APPLIED_COMMANDS.c.request_id == request_id,
            APPLIED_COMMANDS.c.command_id.in_({event.command_id for event in events if event.command_id}),
        )
    )
    window = DEADLINE_PLANS.c.clock.in_(list(WindowKind)) & (DEADLINE_PLANS.c.revision >= first)
    moved = DEADLINE_PLANS.c.told_at.in_({event.at for event in events})
    await connection.execute(
        delete(DEADLINE_PLANS).where(DEADLINE_PLANS.c.request_id == request_id, or_(window, moved))
    )
    await _take_notices_back(connection, request_id, first - offset, f"{offset}+" if offset else "")
    # A newer view must not be taken for an older one than that of what never happened.
    await connection.execute(
        update(REQUESTS)
        .where(REQUESTS.c.request_id == request_id, REQUESTS.c.seq >= first)
        .values(seq=first - 1)
    )


async def not_read_already(
    connection: AsyncConnection, request_id: str, notices: Sequence[Notice], offset: int
) -> tuple[Notice, ...]:
    """Those of the notices whose readers do not have them from a telling that was taken back."""
    if not notices:
        return ()
    query = select(NOTICES).where(_about(request_id), NOTICES.c.key.startswith(TAKEN_BACK))
    read = list((await connection.execute(query)).mappings())
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


async def _take_notices_back(connection: AsyncConnection, request_id: str, first: int, prefix: str) -> None:
    """A notice's key begins with the number of its event. Nobody hears any more of those that wait."""
    query = select(NOTICES.c.id, NOTICES.c.key).where(_about(request_id))
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


def _about(request_id: str) -> ColumnElement[bool]:
    return and_(NOTICES.c.about == NoticeAbout.REQUEST, NOTICES.c.subject_id == request_id)


def _says_the_same(row: RowMapping, notice: Notice) -> bool:
    told = (row["kind"], row["to_role"], row["to_id"], row["data"])
    return told == (notice.kind, notice.to.role, notice.to.id, notice.data)


def _number_in(key: str) -> int:
    number = key.partition("-")[0]
    return int(number) if number.isdecimal() else -1
