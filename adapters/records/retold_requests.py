"""What a request's run tells anew: deadlines and windows too, under the numbers that its run has in the
records."""

from collections.abc import Sequence

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.request_tables import APPLIED_COMMANDS, DEADLINE_PLANS, REQUEST_EVENTS, REQUESTS
from adapters.records.retold import Telling, ToldBefore, forget_from, not_read_before, told_under
from business_care.events import Event
from business_care.notices import Notice, NoticeAbout
from business_care.state import WindowKind


async def told_before(connection: AsyncConnection, request_id: str, events: Sequence[Event]) -> ToldBefore:
    """What was told of a request before, under the numbers of these events."""
    return await told_under(connection, _telling(request_id), events)


async def forget_from_first(connection: AsyncConnection, request_id: str, first: int, offset: int) -> None:
    """Take back what was told of a request under this number and all behind it."""
    events = await forget_from(connection, _telling(request_id), first, offset)
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


def _telling(request_id: str) -> Telling:
    return Telling(request_id, NoticeAbout.REQUEST, REQUESTS, REQUEST_EVENTS, APPLIED_COMMANDS)
