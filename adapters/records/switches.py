"""The kill switch of automatic payments: the port `PaymentSwitches`."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, and_, bindparam, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import PAYMENT_SWITCHES
from adapters.records.database import Database
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.request_tables import REQUESTS
from adapters.records.upsert import put
from business_care.listing import PaymentState, PaymentSwitch
from business_care.people import Actor, Role
from business_care.refund import PURCHASE_PRICE
from business_care.views import CareStateName

EVERYBODY = ""

_STOPPED = (
    select(PAYMENT_SWITCHES.c.scope)
    .where(
        or_(PAYMENT_SWITCHES.c.scope == EVERYBODY, PAYMENT_SWITCHES.c.scope == bindparam("seller_id")),
        PAYMENT_SWITCHES.c.stopped.is_(True),
    )
    .limit(1)
)


async def payments_stopped(connection: AsyncConnection, seller_id: str) -> bool:
    """Whether the switch is on, for all or for this seller (R44)."""
    return await connection.scalar(_STOPPED, {"seller_id": seller_id}) is not None


class SqlPaymentSwitches:
    """`PaymentSwitches` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_payments(self, switch: PaymentSwitch) -> None:
        row = {
            "scope": switch.seller_id or EVERYBODY,
            "stopped": switch.state is PaymentState.STOPPED,
            "at": switch.at,
            "by_role": switch.by.role,
            "by_id": switch.by.id,
            "by_seller_id": switch.by.seller_id,
        }
        async with self._database.writing() as connection:
            await put(connection, PAYMENT_SWITCHES, [row])

    async def payment_switches(self) -> Sequence[PaymentSwitch]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(PAYMENT_SWITCHES).order_by(PAYMENT_SWITCHES.c.scope))
            return [_switch(row) for row in rows.mappings()]

    async def waiting_for_payment(self, seller_id: str | None) -> Sequence[str]:
        # A switch that came between a request's decision to pay and the payment left nothing at the provider.
        # A renewal charge of the same licence that was given back is another refund (R41).
        sent = exists().where(
            REFUND_INTENTS.c.licence_id == REQUESTS.c.licence_id,
            REFUND_INTENTS.c.purpose == PURCHASE_PRICE,
            REFUND_INTENTS.c.attempts > 0,
        )
        pending_unsent = and_(REQUESTS.c.state == CareStateName.REFUND_PENDING, not_(sent))
        query = (
            select(REQUESTS.c.request_id)
            .where(or_(REQUESTS.c.state == CareStateName.REFUND_DUE, pending_unsent))
            .order_by(REQUESTS.c.opened_at, REQUESTS.c.request_id)
        )
        if seller_id is not None:
            query = query.where(REQUESTS.c.seller_id == seller_id)
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))


def _switch(row: RowMapping) -> PaymentSwitch:
    return PaymentSwitch(
        state=PaymentState.STOPPED if row["stopped"] else PaymentState.RESUMED,
        seller_id=row["scope"] or None,
        at=row["at"],
        by=Actor(role=Role(row["by_role"]), id=row["by_id"], seller_id=row["by_seller_id"]),
    )
