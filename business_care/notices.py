"""What is told to whom. The texts are the mail adapter's; a notice names its kind, its reader and what
fills it."""

from enum import StrEnum

from pydantic import Field

from business_care.people import Recipient
from business_care.values import Identifier, Instant, Value


class NoticeKind(StrEnum):
    """The kinds of notice; wire format."""

    REQUEST_OPENED = "request_opened"
    NOT_ENTITLED = "not_entitled"
    LICENCE_UNKNOWN = "licence_unknown"
    ACKNOWLEDGED = "acknowledged"
    FIX_DELIVERED = "fix_delivered"
    UPDATE_OFFERED = "update_offered"
    QUESTION_ASKED = "question_asked"
    REFUSED = "refused"
    DISPUTE_DECIDED = "dispute_decided"
    FIX_REJECTED = "fix_rejected"
    REFUSAL_DISPUTED = "refusal_disputed"
    WITHDRAWN = "withdrawn"
    CUSTOMER_REPLIED = "customer_replied"
    ACKNOWLEDGEMENT_REMINDER = "acknowledgement_reminder"
    RESOLUTION_REMINDER = "resolution_reminder"
    VERIFICATION_REMINDER = "verification_reminder"
    DISPUTE_REMINDER = "dispute_reminder"
    ACKNOWLEDGEMENT_MISSED = "acknowledgement_missed"
    BREACH_WITHDRAWN = "breach_withdrawn"
    REFUND_DUE = "refund_due"
    REFUND_PAID = "refund_paid"
    REFUND_MANUAL = "refund_manual"
    OPERATOR_REMINDER = "operator_reminder"
    DISPUTE_TO_DECIDE = "dispute_to_decide"
    QUESTION_OVERDUE = "question_overdue"
    DEADLINE_CHANGED = "deadline_changed"
    CLOSED = "closed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    RENEWAL_CANCELLED = "renewal_cancelled"
    RENEWAL_LEFT_OPEN = "renewal_left_open"
    OPERATOR_DIGEST = "operator_digest"


class NoticeAbout(StrEnum):
    """What notices are about. Their keys are unique within one of these."""

    REQUEST = "request"
    PRODUCT = "product"
    RECOVERY = "recovery"
    RENEWALS = "renewals"
    """Of one customer under one deactivation: the key is the customer's id, so that each is told once."""
    LICENCE = "licence"
    """What a refund left open at the billing service: the key says what, so that it is told once."""
    MARKETPLACE = "marketplace"
    """All of it: what the operator is told every day."""


class Notice(Value):
    """One notice to one reader, sent once: `key` is unique within what it is about."""

    key: Identifier
    kind: NoticeKind
    to: Recipient
    at: Instant
    data: dict[str, str] = Field(default_factory=dict)
    """What fills the text: ids, codes, instants and what people wrote for each other."""
