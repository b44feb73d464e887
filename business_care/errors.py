"""The two branches of what can go wrong: a rule says no, or a step could not be done."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a message was refused; wire format, listed in the glossary."""

    INVALID_MESSAGE = "invalid_message"
    ROLE_NOT_ALLOWED = "role_not_allowed"
    NOT_YOUR_REQUEST = "not_your_request"
    DUPLICATE_COMMAND = "duplicate_command"
    COMMAND_ID_REUSED = "command_id_reused"
    OCCURRED_AT_OUT_OF_RANGE = "occurred_at_out_of_range"
    OPENED_AT_OUT_OF_RANGE = "opened_at_out_of_range"
    REQUEST_CLOSED = "request_closed"
    REFUND_UNDER_WAY = "refund_under_way"
    WRONG_STATE = "wrong_state"
    DEADLINE_PASSED = "deadline_passed"
    AUTOMATIC_REPLY = "automatic_reply"
    NOT_A_REPLY = "not_a_reply"
    EMPTY_MESSAGE = "empty_message"
    REFERENCE_REQUIRED = "reference_required"
    REASON_REQUIRED = "reason_required"
    EXPLANATION_REQUIRED = "explanation_required"
    EVIDENCE_REQUIRED = "evidence_required"
    NEW_EVIDENCE_REQUIRED = "new_evidence_required"
    GROUND_UNUSABLE = "ground_unusable"
    GROUND_CONTRADICTED = "ground_contradicted"
    UPDATE_NOT_OFFERED = "update_not_offered"
    TOO_MANY_OFFERS = "too_many_offers"
    CURRENCY_MISMATCH = "currency_mismatch"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    PAID_AT_OUT_OF_RANGE = "paid_at_out_of_range"
    DUE_OUT_OF_RANGE = "due_out_of_range"
    UNKNOWN_CLOSURE = "unknown_closure"
    UNKNOWN_LICENCE = "unknown_licence"
    UNKNOWN_REQUEST = "unknown_request"
    UNKNOWN_SELLER = "unknown_seller"
    REQUEST_ID_REUSED = "request_id_reused"
    NOT_YOUR_PRODUCT = "not_your_product"
    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_DEACTIVATION = "unknown_deactivation"
    UNKNOWN_RECOVERY = "unknown_recovery"
    ALREADY_DEACTIVATED = "already_deactivated"
    DEACTIVATION_ENDED = "deactivation_ended"
    IMPOSED_BY_OPERATOR = "imposed_by_operator"
    NOTHING_TO_REVOKE = "nothing_to_revoke"
    UNTIL_OUT_OF_RANGE = "until_out_of_range"


class RuleViolation(Exception):
    """No, because: a rule forbids what was asked. Never retried; the message may be shown to its sender.

    The text repeats numbers, dates, enum words and ids only, never what people wrote (R62).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = str(code)
        self.message = message


class StepFailed(Exception):
    """Could not: an outside party did not do its part. Subclasses say whether trying again can help."""


class TemporarilyUnavailable(StepFailed):
    """The outside party did not answer, or answered that it can't now. Trying again can help."""


class RecordMissing(StepFailed):
    """The records do not hold what was asked for; trying again at once does not help."""
