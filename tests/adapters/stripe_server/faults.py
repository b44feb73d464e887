"""What may go wrong on the way to Stripe and at Stripe: one word for one request."""

from enum import StrEnum
from typing import Final

from tests.adapters.stripe_server.errors import Refused


class Fault(StrEnum):
    """What happens to the next request. What is not said to come after the effect has none."""

    RATE_LIMITED = "rate_limited"
    """Too many calls. Rate limits come before the keys, so that nothing is stored."""
    LOCK_TIMEOUT = "lock_timeout"
    """Somebody else is at this object."""
    FORBIDDEN = "forbidden"
    """The restricted key may not do this."""
    OUT_OF_ORDER = "out_of_order"
    """Something broke before the endpoint began: not stored."""
    ERROR_BEFORE = "error_before"
    """Something broke in the endpoint: the 500 is stored, and comes again under the same key."""
    ERROR_AFTER = "error_after"
    """The same, when the money had moved."""
    CUT_BEFORE = "cut_before"
    """The line is cut before the request is read."""
    CUT_AFTER = "cut_after"
    """The line is cut after the effect."""
    CUT_IN_ANSWER = "cut_in_answer"
    """The line is cut in the middle of the answer."""
    SLOW_BEFORE = "slow_before"
    """No answer for a long time, and then too late: the request is given up without an effect."""
    SLOW_AFTER = "slow_after"
    """The effect, and then no answer for a long time."""
    UNREADABLE = "unreadable"
    """The effect, and an answer that is no JSON: a proxy's page."""
    BALANCE_INSUFFICIENT = "balance_insufficient"
    """Refused because of the account's balance."""
    REFUND_WINDOW = "refund_window"
    """Refused because the means of payment has a time limit that has passed; there is a code of its own."""


BEFORE: Final = {
    Fault.RATE_LIMITED: Refused(429, "invalid_request_error", "Too many requests", "rate_limit", kept=False),
    Fault.LOCK_TIMEOUT: Refused(
        429, "invalid_request_error", "This object cannot be accessed right now", "lock_timeout", kept=False
    ),
    Fault.FORBIDDEN: Refused(
        403, "invalid_request_error", "The provided key does not have the required permissions", kept=False
    ),
    Fault.OUT_OF_ORDER: Refused(503, "api_error", "An error occurred", kept=False),
    Fault.ERROR_BEFORE: Refused(500, "api_error", "An error occurred"),
    Fault.BALANCE_INSUFFICIENT: Refused(
        400, "invalid_request_error", "Insufficient funds in your Stripe balance", "balance_insufficient"
    ),
    Fault.REFUND_WINDOW: Refused(
        400, "invalid_request_error", "This payment is too old to be refunded", "charge_too_old_to_refund"
    ),
}
"""Answers in place of the endpoint's."""

AFTER: Final = {Fault.ERROR_AFTER: Refused(500, "api_error", "An error occurred")}
"""Answers when the endpoint has done its work."""
