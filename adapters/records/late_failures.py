"""What a refund that failed late changes in the records: its success is taken back, and somebody pays by hand
(R42)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import RowMapping, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.bookings import book
from adapters.records.journal_rows import applied_rows, event_rows, notice_rows, rejection_rows
from adapters.records.licence_facts import find_licence, policy_in_force
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.places import place_of
from adapters.records.recovery_tables import (
    APPLIED_TO_RECOVERIES,
    RECOVERIES,
    RECOVERY_EVENTS,
    RECOVERY_REJECTIONS,
)
from adapters.records.refund_marks import ByHand, IntentStatus
from adapters.records.request_tables import NOTICES
from adapters.records.retold import (
    Telling,
    forget_what_its_run_tells_anew,
    not_read_before,
    told_under,
)
from adapters.records.upsert import insert_missing, put_newer
from business_care.books import BookingKind
from business_care.events import Event
from business_care.notices import Notice, NoticeAbout
from business_care.recovery.moves import recovery_begun
from business_care.recovery.state import LateFailure, RecoveryStart, RecoveryState
from business_care.recovery.views import RecoveryRecord, view
from business_care.refund import SETTLED_AS_FAILED, Money


async def begin_recovery(
    connection: AsyncConnection, failure: LateFailure, at: datetime
) -> RecoveryStart | None:
    """Begin a recovery, unless it has begun, or there is nothing to recover; the operator is told at once."""
    intent = await _locked_intent(connection, failure)
    if intent is None:
        return None
    reference = failure.reference or intent["reference"] or ""
    begun = await _begun_for(connection, failure, reference)
    if begun is not None:
        return begun
    if intent["status"] != IntentStatus.SUCCEEDED or reference != (intent["reference"] or ""):
        return None
    start = await _start(connection, failure, intent, reference)
    told = recovery_begun(RecoveryState(start=start), at)
    await _store(connection, told.state, events=told.events, notices=told.notices)
    await _book(connection, BookingKind.RETURNED_BY_PROVIDER, start, start.money, reference, at)
    await connection.execute(
        update(REFUND_INTENTS)
        .where(REFUND_INTENTS.c.id == intent["id"])
        .values(
            status=IntentStatus.FAILED,
            reason=start.reason,
            by_hand=ByHand.EXPECTED,
            by_hand_request_id=start.recovery_id,
            updated_at=datetime.now(UTC),
        )
    )
    return start


async def store_recovery(connection: AsyncConnection, record: RecoveryRecord) -> None:
    """Store one step of a recovery: the state unless a newer one is there, and all that is still missing.

    Nothing of a step that its run has told otherwise since: it never happened.
    """
    telling = _telling(record.state.start.recovery_id)
    # One step of a recovery at a time.
    await connection.execute(select(RECOVERIES.c.seq).where(telling.of(RECOVERIES)).with_for_update())
    told = await told_under(connection, telling, record.events)
    if told.is_newer:
        return
    await forget_what_its_run_tells_anew(connection, telling, record.run_id, told)
    await _store(
        connection,
        record.state,
        record.run_id,
        record.rejections_dropped,
        events=record.events,
        notices=record.notices,
    )
    owner = {"recovery_id": record.state.start.recovery_id}
    await insert_missing(connection, RECOVERY_REJECTIONS, rejection_rows(owner, record.rejections))
    await insert_missing(connection, APPLIED_TO_RECOVERIES, applied_rows(owner, record.applied))
    await _mark_paid(connection, record.state)


async def _store(
    connection: AsyncConnection,
    state: RecoveryState,
    run_id: str | None = None,
    dropped: Mapping[str, int] | None = None,
    *,
    events: Sequence[Event],
    notices: Sequence[Notice],
) -> None:
    recovery_id = state.start.recovery_id
    telling = _telling(recovery_id)
    row = {**_row(state), "run_id": run_id, "rejections_dropped": dropped or {}}
    await put_newer(connection, RECOVERIES, row, by="seq")
    await insert_missing(connection, RECOVERY_EVENTS, event_rows({"recovery_id": recovery_id}, events))
    unread = await not_read_before(connection, telling, notices)
    told = notice_rows(NoticeAbout.RECOVERY, recovery_id, unread, datetime.now(UTC))
    await insert_missing(connection, NOTICES, told)


async def _mark_paid(connection: AsyncConnection, state: RecoveryState) -> None:
    """Keep that an operator has paid: from here on the licence counts as refunded again (R41)."""
    paid = state.paid
    if paid is None:
        return
    await _book(connection, BookingKind.PAID_BY_HAND, state.start, paid.money, paid.reference, paid.paid_at)
    await connection.execute(
        update(REFUND_INTENTS)
        .where(
            REFUND_INTENTS.c.licence_id == state.start.licence_id,
            REFUND_INTENTS.c.purpose == state.start.purpose,
            REFUND_INTENTS.c.by_hand == ByHand.EXPECTED,
            REFUND_INTENTS.c.by_hand_request_id == state.start.recovery_id,
        )
        .values(by_hand=ByHand.PAID, reference=paid.reference, updated_at=datetime.now(UTC))
    )


async def _book(
    connection: AsyncConnection,
    kind: BookingKind,
    start: RecoveryStart,
    money: Money,
    reference: str,
    at: datetime,
) -> None:
    await book(
        connection,
        kind,
        licence_id=start.licence_id,
        purpose=start.purpose,
        request_id=start.request_id,
        seller_id=start.seller_id,
        money=money,
        reference=reference,
        at=at,
    )


def _telling(recovery_id: str) -> Telling:
    return Telling(recovery_id, NoticeAbout.RECOVERY, RECOVERIES, RECOVERY_EVENTS, APPLIED_TO_RECOVERIES)


def _row(state: RecoveryState) -> dict[str, object]:
    start = state.start
    return {
        "recovery_id": start.recovery_id,
        "licence_id": start.licence_id,
        "number": start.number,
        "purpose": start.purpose,
        "failed_reference": start.failed_reference,
        "failed_at": start.failed_at,
        "ended_at": state.ended_at,
        "seq": state.seq,
        "state": state,
        "view": view(state),
    }


async def _locked_intent(connection: AsyncConnection, failure: LateFailure) -> RowMapping | None:
    query = select(REFUND_INTENTS).where(
        REFUND_INTENTS.c.licence_id == failure.licence_id, REFUND_INTENTS.c.purpose == failure.purpose
    )
    return (await connection.execute(query.with_for_update())).mappings().one_or_none()


async def _begun_for(
    connection: AsyncConnection, failure: LateFailure, reference: str
) -> RecoveryStart | None:
    """The recovery of the same refund; told without a reference, the last one that is open."""
    same = RECOVERIES.c.failed_reference == reference
    if failure.reference is None:
        same = same | RECOVERIES.c.ended_at.is_(None)
    query = (
        select(RECOVERIES.c.state)
        .where(
            and_(RECOVERIES.c.licence_id == failure.licence_id, RECOVERIES.c.purpose == failure.purpose), same
        )
        .order_by(RECOVERIES.c.number.desc())
        .limit(1)
    )
    state: RecoveryState | None = await connection.scalar(query)
    return None if state is None else state.start


async def _start(
    connection: AsyncConnection, failure: LateFailure, intent: RowMapping, reference: str
) -> RecoveryStart:
    licence = await find_licence(connection, failure.licence_id)
    policy = await policy_in_force(connection)
    last = await connection.scalar(
        select(func.max(RECOVERIES.c.number)).where(RECOVERIES.c.licence_id == failure.licence_id)
    )
    return RecoveryStart(
        licence_id=failure.licence_id,
        number=(last or 0) + 1,
        purpose=failure.purpose,
        request_id=intent["request_id"],
        seller_id=intent["seller_id"] or licence["seller_id"],
        customer_id=licence["customer_id"],
        product_id=licence["product_id"],
        money=Money(amount=intent["amount"], currency=intent["currency"]),
        failed_reference=reference,
        reason=failure.reason or SETTLED_AS_FAILED,
        failed_at=failure.failed_at,
        place=place_of(licence),
        profile=policy.profile,
        reminder_business_days=policy.operator_reminder_business_days,
    )
