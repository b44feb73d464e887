"""What others see of a care request: status, deadlines, journal, answers; and what its records keep."""

from enum import StrEnum

from pydantic import Field

from business_care.applied import AcceptedAnswer, Applied
from business_care.commands import ClockName
from business_care.counting import DeadlinePlan
from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.people import Actor
from business_care.refund import RefundCause, RefundStatus
from business_care.request import CareRequestOpening, RequestKind
from business_care.state import (
    AcknowledgementStatus,
    Outcome,
    Phase,
    Revision,
    TaskKind,
    Wait,
    WindowKind,
)
from business_care.values import Currency, Identifier, Instant, MinorUnits, Text, Value, WorkflowId


class CareStateName(StrEnum):
    """The state of a request in one word, for lists and the search attribute `CareState`."""

    OPENING = "opening"
    AWAITING_ACKNOWLEDGEMENT = "awaiting_acknowledgement"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    REFUSED = "refused"
    DISPUTED = "disputed"
    QUESTION_OVERDUE = "question_overdue"
    REFUND_DUE = "refund_due"
    REFUND_HELD = "refund_held"
    REFUND_PENDING = "refund_pending"
    REFUND_MANUAL = "refund_manual"
    CLOSED = "closed"


NOT_SETTLED = (
    CareStateName.REFUND_DUE,
    CareStateName.REFUND_HELD,
    CareStateName.REFUND_PENDING,
    CareStateName.REFUND_MANUAL,
)
"""The states in which money is owed and has not arrived."""

WAITING_FOR_OPERATOR = (
    CareStateName.DISPUTED,
    CareStateName.QUESTION_OVERDUE,
    CareStateName.REFUND_HELD,
    CareStateName.REFUND_MANUAL,
)
"""The states that go on when an operator acts."""


class AcknowledgementView(Value):
    """The first promise. `due` is null for a request that was never entitled."""

    status: AcknowledgementStatus
    due: Instant | None = None
    acted_at: Instant | None = None
    breached_at: Instant | None = None


class WindowView(Value):
    """An open window; `due` is null while it is being counted."""

    kind: WindowKind
    opened_at: Instant
    due: Instant | None = None


class ResolutionView(Value):
    """The second promise."""

    phase: Phase
    due: Instant | None = None
    missed_at: Instant | None = None
    window: WindowView | None = None
    fix_reference: Text | None = None
    ground: str | None = None
    waiting_for_customer: bool = False
    waits: tuple[Wait, ...] = ()


class RefundView(Value):
    """A refund, once one is due."""

    status: RefundStatus
    amount: MinorUnits | None = None
    currency: Currency | None = None
    cause: RefundCause | None = None
    due_at: Instant | None = None
    requested_at: Instant | None = None
    settled_at: Instant | None = None
    reference: Text | None = None
    manual_reason: str | None = None


class TaskView(Value):
    """What waits for the operator, and since when (R28)."""

    kind: TaskKind
    since: Instant
    next_reminder_at: Instant | None = None


class RequestView(Value):
    """The whole view of one request: query `status`, and the row in the records."""

    request_id: Identifier
    licence_id: Identifier
    product_id: Identifier | None = None
    seller_id: Identifier | None = None
    customer_id: Identifier | None = None
    kind: RequestKind
    state: CareStateName
    opened_at: Instant
    acknowledgement: AcknowledgementView
    resolution: ResolutionView
    refund: RefundView | None = None
    held_since: Instant | None = None
    chargeback: str | None = None
    waits_for_operator: tuple[TaskView, ...] = ()
    breached: bool = False
    next_due_at: Instant | None = None
    """The next deadline that somebody must keep; null at the end."""
    next_wake_at: Instant | None = None
    """When the workflow does something by itself next; null while it only waits for messages."""
    outcome: Outcome | None = None
    closed_at: Instant | None = None
    revisions: int = 0
    seq: int = 0


class CommandAnswer(AcceptedAnswer):
    """The answer to an accepted command; a duplicate answers as the first time (R60)."""

    state: CareStateName
    acknowledgement: AcknowledgementStatus
    acknowledge_by: Instant | None = None
    resolve_by: Instant | None = None
    refund: RefundStatus | None = None
    outcome: Outcome | None = None


class OpenedAnswer(Value):
    """The answer of the update `opened`: both due instants, or the outcome of a request that ended at
    once."""

    request_id: Identifier
    state: CareStateName
    acknowledge_by: Instant | None = None
    resolve_by: Instant | None = None
    outcome: Outcome | None = None

    @classmethod
    def of(cls, request: RequestView) -> "OpenedAnswer":
        """The answer for a request as its view shows it."""
        return cls(
            request_id=request.request_id,
            state=request.state,
            acknowledge_by=request.acknowledgement.due,
            resolve_by=request.resolution.due,
            outcome=request.outcome,
        )


class DeadlineView(Value):
    """One deadline with its day-by-day explanation and every move (R8)."""

    due: Instant
    plan: DeadlinePlan
    revisions: tuple[Revision, ...] = ()


class DeadlinesView(Value):
    """Query `deadlines`: both promises explained, and the window that is open."""

    request_id: Identifier
    acknowledgement: DeadlineView | None = None
    resolution: DeadlineView | None = None
    window: DeadlineView | None = None


class JournalView(Value):
    """Query `journal`: everything that happened; the last 200 rejections, and counts of the rest (R61)."""

    request_id: Identifier
    events: tuple[Event, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    events_dropped: int = 0
    rejections_dropped: dict[str, int] = Field(default_factory=dict)


class AppliedCommand(Applied[CommandAnswer]):
    """A command that a request accepted."""


class PlanRecord(Value):
    """A deadline as it was told: which clock, the how-manyth revision, and its explanation (R8, R63)."""

    clock: ClockName | WindowKind
    revision: int
    due: Instant
    cause: str
    plan: DeadlinePlan
    at: Instant | None = None
    """When it was told, and by whom it was moved; null in a first plan and in old records."""
    by: Actor | None = None


class ClosureCut(Value):
    """A closure of the seller that ended early; customers were told at `notified_at` (R7)."""

    closure_id: Identifier
    seller_id: Identifier
    notified_at: Instant


class StepRecord(Value):
    """What one step of a workflow stores in the records, all or nothing; storing it twice changes nothing
    (R63)."""

    workflow_id: WorkflowId
    run_id: Identifier
    view: RequestView
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    applied: tuple[AppliedCommand, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    rejections_dropped: dict[str, int] = Field(default_factory=dict)
    plans: tuple[PlanRecord, ...] = ()
    reopenings: tuple[ClosureCut, ...] = ()
    opening: CareRequestOpening | None = None
    """How the request was opened: compulsory in its first step, kept by the records from then on."""
