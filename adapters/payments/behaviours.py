"""How the simulated provider behaves: one word for each attempt to pay."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import SIMULATED_BEHAVIOURS
from adapters.records.money_tables import SIMULATED_ATTEMPTS
from adapters.records.upsert import put

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
    REFUSED = "refused"
    """Refused for good: the time in which this payment could be refunded is over."""


async def next_behaviour(connection: AsyncConnection, licence_id: str) -> PaymentBehaviour:
    """The word for the next attempt, which is counted; after the last word all attempts are `ok`."""
    query = select(SIMULATED_ATTEMPTS.c.attempts).where(SIMULATED_ATTEMPTS.c.licence_id == licence_id)
    earlier: int = await connection.scalar(query.with_for_update()) or 0
    await put(connection, SIMULATED_ATTEMPTS, [{"licence_id": licence_id, "attempts": earlier + 1}])
    words: tuple[str, ...] | None = await connection.scalar(
        select(SIMULATED_BEHAVIOURS.c.words).where(
            SIMULATED_BEHAVIOURS.c.provider == PAYMENT, SIMULATED_BEHAVIOURS.c.licence_id == licence_id
        )
    )
    return PaymentBehaviour(words[earlier]) if words and earlier < len(words) else PaymentBehaviour.OK
