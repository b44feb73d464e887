"""How the simulated provider behaves: one word for each attempt to pay."""

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.money_tables import SIMULATED_ATTEMPTS
from adapters.records.simulated_words import next_word

PAYMENT = "payment"


class PaymentBehaviour(StrEnum):
    """What comes of one attempt to pay."""

    OK = "ok"
    ERROR = "error"
    """The provider answers that something broke on its side; nothing was paid."""
    TIMEOUT_BEFORE = "timeout_before"
    """No answer, and nothing was paid."""
    TIMEOUT_AFTER_EFFECT = "timeout_after_effect"
    """No answer, and the money has moved."""
    PENDING = "pending"
    """Under way; it has succeeded when asked a day later."""
    PENDING_THEN_FAILED = "pending_then_failed"
    """Under way; it has failed when asked a day later."""
    SUCCEEDED_THEN_FAILED = "succeeded_then_failed"
    """Paid at once, as far as anybody can tell; it has failed when asked ten days later (R42)."""
    REFUSED = "refused"
    """Refused for good: the time in which this payment could be refunded is over."""


async def next_behaviour(connection: AsyncConnection, licence_id: str) -> PaymentBehaviour:
    """The word for the next attempt, which is counted; after the last word all attempts are `ok`."""
    return PaymentBehaviour(await next_word(connection, PAYMENT, SIMULATED_ATTEMPTS, licence_id))
