"""What a request stores at each step, all in one transaction; twice, or late, it changes nothing (R63)."""

from datetime import UTC, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.closure_days import cut_short
from adapters.records.counted import counted
from adapters.records.journal_rows import applied_rows, event_rows, notice_rows, rejection_rows
from adapters.records.refund_marks import mark_payment_by_hand
from adapters.records.request_tables import (
    APPLIED_COMMANDS,
    DEADLINE_PLANS,
    NOTICES,
    REJECTIONS,
    REQUEST_EVENTS,
    REQUESTS,
)
from adapters.records.retold_requests import forget_from_first, not_read_already, told_before
from adapters.records.runs import keep_run, lock_runs
from adapters.records.upsert import insert_missing, put_newer
from business_care.notices import Notice, NoticeAbout
from business_care.state import WindowKind
from business_care.views import PlanRecord, StepRecord

_OPEN = update(REQUESTS).where(REQUESTS.c.request_id == bindparam("of"), REQUESTS.c.opening.is_(None))


async def store_step(connection: AsyncConnection, step: StepRecord) -> None:
    """Store one step: the projection unless a newer one is there, and all else that is still missing.

    Nothing of a step that its run has told otherwise since: it never happened.
    """
    now = datetime.now(UTC)
    request_id = step.view.request_id
    owner = {"request_id": request_id}
    runs = await lock_runs(connection, step)
    offset = runs.offset
    if not runs.goes_on:
        told = await told_before(connection, request_id, runs.events)
        if told.is_newer:
            return
        if told.first_older is not None and runs.is_last:
            await forget_from_first(connection, request_id, told.first_older, offset)
    await _project(connection, step, offset)
    await keep_run(connection, runs)
    await insert_missing(connection, REQUEST_EVENTS, event_rows(owner, runs.events))
    await insert_missing(connection, REJECTIONS, rejection_rows(owner, step.rejections))
    await insert_missing(connection, APPLIED_COMMANDS, applied_rows(owner, step.applied))
    await insert_missing(connection, DEADLINE_PLANS, _plans(request_id, step.plans, offset))
    notices = notice_rows(NoticeAbout.REQUEST, request_id, await _to_be_told(connection, step, offset), now)
    await insert_missing(connection, NOTICES, notices)
    for cut in step.reopenings:
        await cut_short(connection, cut.closure_id, cut.notified_at)
    await mark_payment_by_hand(connection, step.view, now)


async def _project(connection: AsyncConnection, step: StepRecord, offset: int) -> None:
    view = step.view
    row = {
        "request_id": view.request_id,
        "licence_id": view.licence_id,
        "seller_id": view.seller_id,
        "product_id": view.product_id,
        "workflow_id": step.workflow_id,
        "run_id": step.run_id,
        "state": view.state,
        "outcome": view.outcome,
        "breached": view.breached,
        "opened_at": view.opened_at,
        "next_due_at": view.next_due_at,
        "seq": view.seq + offset,
        "view": view,
        "rejections_dropped": step.rejections_dropped,
        **counted(view),
    }
    await put_newer(connection, REQUESTS, row, by="seq")
    if step.opening is not None:
        await connection.execute(_OPEN, {"of": view.request_id, "opening": step.opening})


async def _to_be_told(connection: AsyncConnection, step: StepRecord, offset: int) -> tuple[Notice, ...]:
    """The notices of a step that its readers do not have yet.

    A run that began again may use the same keys for what was never told before.
    """
    notices = await not_read_already(connection, step.view.request_id, step.notices, offset)
    if not offset or not notices:
        return notices
    query = select(NOTICES).where(
        NOTICES.c.about == NoticeAbout.REQUEST,
        NOTICES.c.subject_id == step.view.request_id,
        NOTICES.c.key.in_([notice.key for notice in notices]),
    )
    told = {
        (row["key"], row["to_id"], tuple(row["data"].items()))
        for row in (await connection.execute(query)).mappings()
    }
    return tuple(
        notice.model_copy(update={"key": f"{offset}+{notice.key}"})
        for notice in notices
        if (notice.key, notice.to.id, tuple(notice.data.items())) not in told
    )


def _plans(request_id: str, plans: tuple[PlanRecord, ...], offset: int) -> list[dict[str, object]]:
    """The plans. A run that began again may open further windows; the deadlines told before stay (R8)."""
    return [
        {
            "request_id": request_id,
            "clock": record.clock,
            "revision": record.revision + (offset if isinstance(record.clock, WindowKind) else 0),
            "due": record.due,
            "cause": record.cause,
            "plan": record.plan,
            "told_at": record.at,
            "by": record.by,
        }
        for record in plans
    ]
