"""What a deactivation stores at each step, in one transaction; twice, or late, it changes nothing (R63)."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.deactivation_tables import (
    APPLIED_TO_DEACTIVATIONS,
    DEACTIVATION_EVENTS,
    DEACTIVATION_REJECTIONS,
    DEACTIVATIONS,
)
from adapters.records.journal_rows import applied_rows, event_rows, notice_rows, rejection_rows
from adapters.records.product_facts import lock_product, standing_deactivation
from adapters.records.request_tables import NOTICES
from adapters.records.retold import Telling, forget_what_its_run_tells_anew, not_read_before, told_under
from adapters.records.switched_in_vain import switch_back
from adapters.records.upsert import insert_missing, put_newer
from business_care.deactivation.possible import already_deactivated
from business_care.deactivation.views import DeactivationRecord
from business_care.deactivation.words import DeactivationOutcome
from business_care.errors import ErrorCode, RuleViolation
from business_care.notices import NoticeAbout


async def store_deactivation(connection: AsyncConnection, record: DeactivationRecord) -> None:
    """Store one step: the state unless a newer one is there, and all else that is still missing.

    Nothing of a step that its run has told otherwise since: it never happened.
    Raises `RuleViolation`: `already_deactivated` while another deactivation of the product stands (R50), and
    `command_id_reused` for an id under which another product was switched off (R60).
    Of a refused order nothing is kept but why: it may be judged anew (R60).
    """
    deactivation_id = record.view.deactivation_id
    owner = {"deactivation_id": deactivation_id}
    is_refused = record.view.outcome is DeactivationOutcome.REFUSED
    if not is_refused:
        await lock_product(connection, record.view.product_id)
    telling = Telling(
        deactivation_id, NoticeAbout.PRODUCT, DEACTIVATIONS, DEACTIVATION_EVENTS, APPLIED_TO_DEACTIVATIONS
    )
    told = await told_under(connection, telling, record.events)
    if told.is_newer and await _is_its_own(connection, record):
        return
    if not is_refused:
        await forget_what_its_run_tells_anew(connection, telling, record.run_id, told)
        await _demand_the_only_one(connection, record)
        if record.view.outcome is DeactivationOutcome.REVOKED and not await _is_revoked(connection, record):
            await switch_back(connection, record.view.product_id, deactivation_id)
        await put_newer(connection, DEACTIVATIONS, _row(record), by="seq")
        await insert_missing(connection, DEACTIVATION_EVENTS, event_rows(owner, record.events))
        await insert_missing(connection, APPLIED_TO_DEACTIVATIONS, applied_rows(owner, record.applied))
        unread = await not_read_before(connection, telling, record.notices)
        notices = notice_rows(NoticeAbout.PRODUCT, deactivation_id, unread, datetime.now(UTC))
        await insert_missing(connection, NOTICES, notices)
    rejections = rejection_rows({**owner, "product_id": record.view.product_id}, record.rejections)
    await insert_missing(connection, DEACTIVATION_REJECTIONS, rejections)


async def _is_its_own(connection: AsyncConnection, record: DeactivationRecord) -> bool:
    """Whether what is kept under the id was told by the same product; of a refused order, by the same run.

    Another order under the same id is no older telling of this one.
    """
    kept = DEACTIVATIONS.c.deactivation_id == record.view.deactivation_id
    if record.view.outcome is DeactivationOutcome.REFUSED:
        same = DEACTIVATIONS.c.run_id == record.run_id
    else:
        same = DEACTIVATIONS.c.product_id == record.view.product_id
    return await connection.scalar(select(DEACTIVATIONS.c.seq).where(kept, same)) is not None


async def _is_revoked(connection: AsyncConnection, record: DeactivationRecord) -> bool:
    kept = DEACTIVATIONS.c.deactivation_id == record.view.deactivation_id
    outcome: str | None = await connection.scalar(select(DEACTIVATIONS.c.outcome).where(kept))
    return outcome == DeactivationOutcome.REVOKED


async def _demand_the_only_one(connection: AsyncConnection, record: DeactivationRecord) -> None:
    """A record that comes late, when its deactivation has ended and another one stands, is no second one."""
    view = record.view
    query = select(DEACTIVATIONS.c.product_id, DEACTIVATIONS.c.seq)
    kept = (
        await connection.execute(query.where(DEACTIVATIONS.c.deactivation_id == view.deactivation_id))
    ).one_or_none()
    if kept is not None and kept.product_id != view.product_id:
        raise RuleViolation(
            ErrorCode.COMMAND_ID_REUSED,
            f"command_id: {view.deactivation_id} is the deactivation of product {kept.product_id}; "
            f"that of product {view.product_id} needs an id of its own",
        )
    if view.outcome is not None or (kept is not None and kept.seq > view.seq):
        return
    standing = await standing_deactivation(connection, view.product_id, besides=view.deactivation_id)
    if standing is not None:
        raise already_deactivated(view.product_id, standing)


def _row(record: DeactivationRecord) -> dict[str, object]:
    view = record.view
    return {
        "deactivation_id": view.deactivation_id,
        "product_id": view.product_id,
        "workflow_id": record.workflow_id,
        "run_id": record.run_id,
        "phase": view.state,
        "outcome": view.outcome,
        "ordered_at": view.ordered_at,
        "seq": view.seq,
        "state": record.state,
        "view": view,
        "rejections_dropped": record.rejections_dropped,
    }
