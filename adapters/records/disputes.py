"""What customers' banks do to payments: kept also when no request is open that it concerns (R44)."""

from datetime import UTC, datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.money_tables import DISPUTES
from adapters.records.upsert import put
from business_care.commands import ChargebackStatus
from business_care.provider_news import ChargebackNews, DisputeStanding

_IS_DISPUTED = select(
    exists().where(
        DISPUTES.c.payment_ref == bindparam("payment_ref"), DISPUTES.c.status != ChargebackStatus.WON
    )
)


async def keep_dispute(connection: AsyncConnection, news: ChargebackNews) -> DisputeStanding:
    """Remember how the dispute stands by now; one without a name can't be told apart, and is not."""
    if news.dispute_id is None:
        return DisputeStanding()
    of_payment = DISPUTES.c.payment_ref == news.payment_ref
    mine = DISPUTES.c.dispute_id == news.dispute_id
    kept = await connection.scalar(select(DISPUTES.c.status).where(of_payment, mine).with_for_update())
    if kept not in (None, ChargebackStatus.OPENED) and news.status is ChargebackStatus.OPENED:
        return DisputeStanding(is_over=True)
    row = {
        "payment_ref": news.payment_ref,
        "dispute_id": news.dispute_id,
        "status": news.status,
        "updated_at": datetime.now(UTC),
    }
    await put(connection, DISPUTES, [row])
    others = exists().where(of_payment, ~mine, DISPUTES.c.status != ChargebackStatus.WON)
    return DisputeStanding(others_hold=bool(await connection.scalar(select(others))))


async def is_disputed(connection: AsyncConnection, payment_ref: str | None) -> bool:
    """Whether a bank holds the payment, or has taken of it: no program pays it back beside that."""
    if payment_ref is None:
        return False
    return bool(await connection.scalar(_IS_DISPUTED, {"payment_ref": payment_ref}))
