"""The deadlines of a request, told again from the plans that were kept (R8)."""

from itertools import pairwise

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.request_tables import DEADLINE_PLANS
from business_care.commands import ClockName
from business_care.people import Actor, Role
from business_care.state import Revision, RevisionCause
from business_care.views import DeadlinesView, DeadlineView, RequestView, WindowView

_UNNAMED = Actor(role=Role.SYSTEM, id="system")


async def deadlines_of(connection: AsyncConnection, view: RequestView) -> DeadlinesView:
    """Both deadlines with every move, and the window that is open."""
    query = (
        select(DEADLINE_PLANS)
        .where(DEADLINE_PLANS.c.request_id == view.request_id)
        .order_by(DEADLINE_PLANS.c.clock, DEADLINE_PLANS.c.revision)
    )
    rows = list((await connection.execute(query)).mappings())
    return DeadlinesView(
        request_id=view.request_id,
        acknowledgement=_clock(rows, ClockName.ACKNOWLEDGEMENT),
        resolution=_clock(rows, ClockName.RESOLUTION),
        window=_open_window(rows, view.resolution.window),
    )


def _clock(rows: list[RowMapping], clock: ClockName) -> DeadlineView | None:
    told = [row for row in rows if row["clock"] == clock]
    if not told:
        return None
    revisions = tuple(_revision(before, after) for before, after in pairwise(told))
    return DeadlineView(due=told[-1]["due"], plan=told[-1]["plan"], revisions=revisions)


def _revision(before: RowMapping, after: RowMapping) -> Revision:
    return Revision(
        # Records of the first version did not say when a deadline was moved, nor by whom.
        at=after["told_at"] or before["due"],
        cause=RevisionCause(after["cause"]),
        by=after["by"] or _UNNAMED,
        previous_due=before["due"],
        due=after["due"],
        previous_plan=before["plan"],
    )


def _open_window(rows: list[RowMapping], window: WindowView | None) -> DeadlineView | None:
    if window is None or window.due is None:
        return None
    counted = [row for row in rows if row["clock"] == window.kind and row["due"] == window.due]
    return DeadlineView(due=window.due, plan=counted[-1]["plan"]) if counted else None
