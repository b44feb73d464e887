"""What a request's run tells anew: deadlines and windows too, under the numbers that its run has in the
records."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.request_tables import (
    APPLIED_COMMANDS,
    DEADLINE_PLANS,
    REQUEST_EVENTS,
    REQUEST_RUNS,
    REQUESTS,
)
from adapters.records.retold import Telling, first_told_anew, forget_from, is_out_of_date, not_read_before
from adapters.records.runs import numbered
from business_care.notices import Notice, NoticeAbout
from business_care.state import WindowKind
from business_care.views import StepRecord


async def was_told_otherwise_since(connection: AsyncConnection, step: StepRecord, offset: int) -> bool:
    """Whether the step never happened: its run has told its numbers again, with a later instant."""
    return await is_out_of_date(connection, _telling(step.view.request_id), numbered(step.events, offset))


async def forget_what_is_told_anew(connection: AsyncConnection, step: StepRecord, offset: int) -> None:
    """Take back what the step's run had told before of the numbers that it tells now, and all behind them."""
    request_id = step.view.request_id
    telling = _telling(request_id)
    first = await first_told_anew(connection, telling, numbered(step.events, offset))
    if first is None or not await _is_the_last_run(connection, step):
        return
    events = await forget_from(connection, telling, first, offset)
    window = DEADLINE_PLANS.c.clock.in_(list(WindowKind)) & (DEADLINE_PLANS.c.revision >= first)
    moved = DEADLINE_PLANS.c.told_at.in_({event.at for event in events})
    await connection.execute(
        delete(DEADLINE_PLANS).where(DEADLINE_PLANS.c.request_id == request_id, or_(window, moved))
    )


async def not_read_already(
    connection: AsyncConnection, request_id: str, notices: Sequence[Notice], offset: int
) -> tuple[Notice, ...]:
    """Those of the notices whose readers do not have them from a telling that was taken back."""
    return await not_read_before(connection, _telling(request_id), notices, offset)


async def _is_the_last_run(connection: AsyncConnection, step: StepRecord) -> bool:
    query = (
        select(REQUEST_RUNS.c.run_id)
        .where(REQUEST_RUNS.c.request_id == step.view.request_id)
        .order_by(REQUEST_RUNS.c.position.desc())
        .limit(1)
    )
    return await connection.scalar(query) == step.run_id


def _telling(request_id: str) -> Telling:
    return Telling(request_id, NoticeAbout.REQUEST, REQUESTS, REQUEST_EVENTS, APPLIED_COMMANDS)
