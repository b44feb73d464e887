"""What happened to a request, in order: the entries of its journal (R63)."""

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
