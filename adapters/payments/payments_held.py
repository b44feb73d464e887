"""What a payment still holds: the bound that every provider keeps, whatever it is asked for."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES
from adapters.records.money_tables import SIMULATED_CHARGES
from business_care.deactivation.charges import ChargeStatus, purpose_of_charge
from business_care.refund import PURCHASE_PRICE, RefundOrder

_PURCHASE: Select[Any] = (
    select(LICENCES.c.price_amount - LICENCES.c.refunded_before, LICENCES.c.price_currency)
    .where(LICENCES.c.id == bindparam("licence_id"))
    .with_for_update()
)
_CHARGE: Select[Any] = (
    select(SIMULATED_CHARGES.c.amount, SIMULATED_CHARGES.c.currency)
    .where(
        SIMULATED_CHARGES.c.charge_id == bindparam("charge_id"),
        SIMULATED_CHARGES.c.licence_id == bindparam("licence_id"),
        SIMULATED_CHARGES.c.settles_as == ChargeStatus.PAID,
        SIMULATED_CHARGES.c.settles_at <= bindparam("at"),
    )
    .with_for_update()
)


class PaymentRefusal(StrEnum):
    """Why a provider refuses a refund for good."""

    UNKNOWN_PAYMENT = "unknown_payment"
    OTHER_CURRENCY = "other_currency"
    ABOVE_PAYMENT = "amount_above_payment"
    WINDOW_CLOSED = "window_closed"


async def refusal_of(connection: AsyncConnection, order: RefundOrder, at: datetime) -> PaymentRefusal | None:
    """Why the payment that the order names does not cover it; None when it does.

    Called first in the transaction that makes the refund: it locks the payment, so that its refunds come one
    after the other. There is one refund under a key, so that what a purchase holds is its price less what
    had been given back before, and what a charge holds is the whole of it.
    """
    paid = await _payment(connection, order, at)
    if paid is None:
        return PaymentRefusal.UNKNOWN_PAYMENT
    amount, currency = paid
    if currency != order.money.currency:
        return PaymentRefusal.OTHER_CURRENCY
    if order.money.amount > amount:
        return PaymentRefusal.ABOVE_PAYMENT
    return None


async def _payment(connection: AsyncConnection, order: RefundOrder, at: datetime) -> tuple[int, str] | None:
    """What the payment holds, in which currency: the purchase of the licence, or the charge of one period."""
    if order.purpose == PURCHASE_PRICE:
        query: Select[Any] = _PURCHASE
        of_it: dict[str, Any] = {"licence_id": order.licence_id}
    elif order.payment_ref is not None and order.purpose == purpose_of_charge(order.payment_ref):
        query = _CHARGE
        of_it = {"licence_id": order.licence_id, "charge_id": order.payment_ref, "at": at}
    else:
        return None
    row = (await connection.execute(query, of_it)).one_or_none()
    return None if row is None else (row[0], row[1])
