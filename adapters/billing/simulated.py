"""The simulated billing service: product code, so that a demo and every test need no account anywhere."""

import asyncio
import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.database import Database
from adapters.records.licence_facts import care_term, find_licence
from adapters.records.money_tables import SIMULATED_CANCELLATIONS, SIMULATED_CHARGES
from adapters.records.places import local_day, place_of
from adapters.records.simulated_words import next_word
from business_care.deactivation.charges import (
    BillingAnswer,
    ChargeStatus,
    RenewalCharge,
    RenewalNotCancelled,
    RenewalOrder,
)
from business_care.entitlement import care_runs_until
from business_care.refund import Money
from business_care.request import CareTerm
from business_care.values import known

BILLING = "billing"
TIME_TO_SETTLE = timedelta(hours=1)
SLOW_SECONDS = 0.3
PROVIDER_ERROR = "provider_error"


class BillingBehaviour(StrEnum):
    """What comes of one attempt to cancel a renewal."""

    OK = "ok"
    ERROR = "error"
    """Refused for this customer: the renewal goes on."""
    SLOW = "slow"
    """The answer takes some real time."""
    CHARGE_IN_FLIGHT_PAID = "charge_in_flight_paid"
    """The next period was being charged; it has been paid when asked an hour later."""
    CHARGE_IN_FLIGHT_FAILED = "charge_in_flight_failed"
    """The same, but the charge has failed when asked an hour later."""


_SETTLES_AS = {
    BillingBehaviour.CHARGE_IN_FLIGHT_PAID: ChargeStatus.PAID,
    BillingBehaviour.CHARGE_IN_FLIGHT_FAILED: ChargeStatus.FAILED,
}


class SimulatedBilling:
    """The port `BillingProvider` with knobs: behaves as it was told, and always knows what it did.

    What it did is in the database, so that it survives a restart; time is what the caller says it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
        async with self._database.writing() as connection:
            behaviour = BillingBehaviour(
                await next_word(connection, BILLING, SIMULATED_CANCELLATIONS, order.licence_id)
            )
            charge = await _charge(connection, order, at)
            if charge is None and behaviour in _SETTLES_AS:
                await _begin_charge(connection, order, _SETTLES_AS[behaviour], at)
                charge = await _charge(connection, order, at)
        if behaviour is BillingBehaviour.ERROR:
            raise RenewalNotCancelled(order.licence_id, PROVIDER_ERROR)
        if behaviour is BillingBehaviour.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        return BillingAnswer(charge=charge)

    async def find_charge(self, order: RenewalOrder, at: datetime) -> RenewalCharge | None:
        async with self._database.reading() as connection:
            return await _charge(connection, order, at)


async def _charge(connection: AsyncConnection, order: RenewalOrder, at: datetime) -> RenewalCharge | None:
    query = select(SIMULATED_CHARGES).where(SIMULATED_CHARGES.c.licence_id == order.licence_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _standing(row, at)


def _standing(row: RowMapping, at: datetime) -> RenewalCharge:
    settled = at >= row["settles_at"]
    return RenewalCharge(
        charge_id=row["charge_id"],
        status=ChargeStatus(row["settles_as"]) if settled else ChargeStatus.IN_FLIGHT,
        money=Money(amount=row["amount"], currency=row["currency"]),
        period_starts_on=row["period_starts_on"],
    )


async def _begin_charge(
    connection: AsyncConnection, order: RenewalOrder, settles_as: ChargeStatus, at: datetime
) -> None:
    licence = await find_licence(connection, order.licence_id)
    care = care_term(licence)
    if care is None:
        return
    row = {
        "charge_id": charge_id_of(order.licence_id),
        "licence_id": order.licence_id,
        "amount": licence["price_amount"],
        "currency": licence["price_currency"],
        "period_starts_on": _next_period(care, local_day(at, place_of(licence))),
        "settles_as": settles_as,
        "settles_at": at + TIME_TO_SETTLE,
    }
    await connection.execute(insert(SIMULATED_CHARGES).values(**row))


def charge_id_of(licence_id: str) -> str:
    """The id of the one charge of a licence; short, whatever the length of the licence's own."""
    return f"charge-{hashlib.sha256(licence_id.encode()).hexdigest()[:24]}"


def _next_period(care: CareTerm, today: date) -> date:
    """The first day of the period after the one that runs today: what a renewal charges."""
    cancelled_today = care.model_copy(update={"auto_renew": True, "renewal_cancelled_on": today})
    last_day = known(care_runs_until(cancelled_today))
    return min(last_day, date.max - timedelta(days=1)) + timedelta(days=1)
