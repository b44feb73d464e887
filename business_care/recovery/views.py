"""What others see of a recovery: status, journal, answers; and what its records keep."""

from datetime import datetime

from pydantic import Field

from business_care.applied import AcceptedAnswer, Applied
from business_care.commands import Command
from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.recovery.state import RecoveryNumber, RecoveryState, RecoveryStatus
from business_care.values import Currency, Identifier, Instant, MinorUnits, Text, Value, WorkflowId


class RecoveryView(Value):
    """The whole view of a recovery: query `status`, the workflow's result, and the row in the records."""

    recovery_id: WorkflowId
    licence_id: Identifier
    number: RecoveryNumber
    purpose: str
    request_id: Identifier
    seller_id: Identifier
    customer_id: Identifier
    product_id: Identifier
    state: RecoveryStatus
    amount: MinorUnits
    """What is owed; once it is recorded, what was paid."""
    currency: Currency
    failed_reference: Text
    reason: str
    failed_at: Instant
    since: Instant | None = None
    next_reminder_at: Instant | None = None
    reference: Text | None = None
    """How the operator paid."""
    paid_at: Instant | None = None
    ended_at: Instant | None = None
    seq: int = 0


class RecoveryAnswer(AcceptedAnswer):
    """The answer to an accepted command; a duplicate answers as the first time (R60)."""

    recovery_id: WorkflowId
    state: RecoveryStatus


class AppliedToRecovery(Applied[RecoveryAnswer]):
    """A command that a recovery accepted."""


class RecoveryJournalView(Value):
    """Query `journal`: everything that happened; the last 200 rejections, and counts of the rest (R61)."""

    recovery_id: WorkflowId
    events: tuple[Event, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    events_dropped: int = 0
    rejections_dropped: dict[str, int] = Field(default_factory=dict)


class StoredRecovery(Value):
    """A recovery as the records remember it: a run that begins again goes on from there."""

    state: RecoveryState
    applied: tuple[AppliedToRecovery, ...] = ()


class RecoveryRecord(Value):
    """What one step of a recovery stores, all or nothing; storing it twice changes nothing (R63)."""

    workflow_id: WorkflowId
    run_id: Identifier
    state: RecoveryState
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    applied: tuple[AppliedToRecovery, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    rejections_dropped: dict[str, int] = Field(default_factory=dict)


def view(state: RecoveryState) -> RecoveryView:
    """The recovery as others see it."""
    start, paid = state.start, state.paid
    money = start.money if paid is None else paid.money
    return RecoveryView(
        recovery_id=start.recovery_id,
        licence_id=start.licence_id,
        number=start.number,
        purpose=start.purpose,
        request_id=start.request_id,
        seller_id=start.seller_id,
        customer_id=start.customer_id,
        product_id=start.product_id,
        state=state.status,
        amount=money.amount,
        currency=money.currency,
        failed_reference=start.failed_reference,
        reason=start.reason,
        failed_at=start.failed_at,
        since=state.since,
        next_reminder_at=state.reminder.due if state.reminder else None,
        reference=paid.reference if paid else None,
        paid_at=paid.paid_at if paid else None,
        ended_at=state.ended_at,
        seq=state.seq,
    )


def answer(state: RecoveryState, command: Command, now: datetime) -> RecoveryAnswer:
    """The answer to a command that was just applied."""
    return RecoveryAnswer(
        command=command.NAME,
        command_id=command.command_id,
        decided_at=now,
        recovery_id=state.start.recovery_id,
        state=state.status,
    )
