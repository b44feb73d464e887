"""What a workflow stores at each step, all in one transaction; twice, or late, it changes nothing (R63)."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.closure_days import cut_short
from adapters.records.refund_marks import mark_payment_by_hand
from adapters.records.request_tables import (
    APPLIED_COMMANDS,
    DEADLINE_PLANS,
    NOTICES,
    REJECTIONS,
    REQUEST_EVENTS,
    REQUESTS,
)
from adapters.records.runs import keep_run, numbered, seq_offset
from adapters.records.upsert import insert_missing, put_newer
from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.state import WindowKind
from business_care.views import AppliedCommand, PlanRecord, StepRecord


async def store_step(connection: AsyncConnection, step: StepRecord) -> None:
    """Store one step: the projection unless a newer one is there, and all else that is still missing."""
    now = datetime.now(UTC)
    request_id = step.view.request_id
    offset = await seq_offset(connection, step)
    await _project(connection, step, offset)
    await keep_run(connection, step, offset)
    await insert_missing(connection, REQUEST_EVENTS, _events(request_id, numbered(step.events, offset)))
    await insert_missing(connection, REJECTIONS, _rejections(request_id, step.rejections))
    await insert_missing(connection, APPLIED_COMMANDS, _applied(request_id, step.applied))
    await insert_missing(connection, DEADLINE_PLANS, _plans(request_id, step.plans, offset))
    notices = await _to_be_told(connection, step, offset)
    await insert_missing(connection, NOTICES, _notices(request_id, notices, now))
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
    }
    await put_newer(connection, REQUESTS, row, by="seq")
    if step.opening is not None:
        await connection.execute(
            update(REQUESTS)
            .where(REQUESTS.c.request_id == view.request_id, REQUESTS.c.opening.is_(None))
            .values(opening=step.opening)
        )


async def _to_be_told(connection: AsyncConnection, step: StepRecord, offset: int) -> tuple[Notice, ...]:
    """The notices of a step. A run that began again may use the same keys for what was never told before."""
    if not offset or not step.notices:
        return step.notices
    query = select(NOTICES).where(
        NOTICES.c.request_id == step.view.request_id,
        NOTICES.c.key.in_([notice.key for notice in step.notices]),
    )
    told = {
        (row["key"], row["to_id"], tuple(row["data"].items()))
        for row in (await connection.execute(query)).mappings()
    }
    return tuple(
        notice.model_copy(update={"key": f"{offset}+{notice.key}"})
        for notice in step.notices
        if (notice.key, notice.to.id, tuple(notice.data.items())) not in told
    )


def _events(request_id: str, events: tuple[Event, ...]) -> list[dict[str, object]]:
    return [
        {
            "request_id": request_id,
            "seq": event.seq,
            "name": event.name,
            "rule": event.rule,
            "at": event.at,
            "event": event,
        }
        for event in events
    ]


def _rejections(request_id: str, rejections: tuple[Rejection, ...]) -> list[dict[str, object]]:
    rows, alike = [], Counter[tuple[datetime, str, str]]()
    for rejection in rejections:
        what = (rejection.at, rejection.code, rejection.sha256)
        rows.append(
            {
                "request_id": request_id,
                "at": rejection.at,
                "message": rejection.message,
                "code": rejection.code,
                "sha256": rejection.sha256,
                "occurrence": alike[what],
                "command_id": rejection.command_id,
            }
        )
        alike[what] += 1
    return rows


def _applied(request_id: str, applied: tuple[AppliedCommand, ...]) -> list[dict[str, object]]:
    return [
        {
            "request_id": request_id,
            "command_id": command.command_id,
            "command": command.command,
            "sha256": command.sha256,
            "by": command.by,
            "answer": command.answer,
            "body": command.body,
        }
        for command in applied
    ]


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


def _notices(request_id: str, notices: tuple[Notice, ...], now: datetime) -> list[dict[str, object]]:
    return [
        {
            "request_id": request_id,
            "key": notice.key,
            "kind": notice.kind,
            "to_role": notice.to.role,
            "to_id": notice.to.id,
            "at": notice.at,
            "data": notice.data,
            "created_at": now,
            "next_try_at": now,
        }
        for notice in notices
    ]
