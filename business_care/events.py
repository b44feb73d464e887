"""What happened to a request, or to a product, in order: the entries of its journal (R63)."""

from enum import StrEnum

from pydantic import Field

from business_care.people import Actor
from business_care.values import Identifier, Instant, Value


class EventName(StrEnum):
    """What happened by itself; an accepted command is an event under the command's own name."""

    OPENED = "opened"
    REJECTED = "rejected"
    ACKNOWLEDGEMENT_MISSED = "acknowledgement_missed"
    BREACH_WITHDRAWN = "breach_withdrawn"
    REMINDER = "reminder"
    RESOLUTION_MISSED = "resolution_missed"
    DEADLINE_CHANGED = "deadline_changed"
    LICENCE_UNKNOWN = "licence_unknown"
    QUESTION_OVERDUE = "question_overdue"
    REFUND_DUE = "refund_due"
    REFUND_REQUESTED = "refund_requested"
    REFUND_SETTLED = "refund_settled"
    REFUND_MANUAL = "refund_manual"
    CARE_ENDED = "care_ended"
    RENEWAL_CANCELLED = "renewal_cancelled"
    CLOSED = "closed"

    # Of a refund that failed after its request had closed.
    REFUND_FAILED_LATE = "refund_failed_late"

    # Of a product that is switched off.
    ORDERED = "ordered"
    IN_EFFECT = "in_effect"
    PLANNED_END_REACHED = "planned_end_reached"
    OFFLINE = "offline"
    ON_SALE = "on_sale"
    RETIRED = "retired"
    BUNDLE_OFFLINE = "bundle_offline"
    BUNDLE_ON_SALE = "bundle_on_sale"
    BUNDLE_RETIRED = "bundle_retired"
    RENEWALS_COUNTED = "renewals_counted"
    RENEWALS_FAILED = "renewals_failed"
    RENEWALS_CANCELLED = "renewals_cancelled"
    ENDED = "ended"


class Event(Value):
    """One entry of the journal: ids and codes only (R62); `rule` cites the contract, such as `R24`."""

    seq: int
    at: Instant
    name: str
    rule: str
    by: Actor | None = None
    command_id: Identifier | None = None
    occurred_at: Instant | None = None
    detail: dict[str, str] = Field(default_factory=dict)


class Rejection(Value):
    """A message that changed nothing: what it was called, why it was refused, and the hash of what it said
    (R61)."""

    at: Instant
    message: str
    code: str
    command_id: Identifier | None = None
    sha256: str
