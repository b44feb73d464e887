"""What a payment still holds: the bound that every provider keeps, whatever it is asked for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES
from adapters.records.money_tables import SIMULATED_CHARGES
from business_care.deactivation.charges import ChargeStatus, purpose_of_charge
from business_care.refund import PURCHASE_PRICE, RefundOrder


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
        query = select(LICENCES.c.price_amount - LICENCES.c.refunded_before, LICENCES.c.price_currency).where(
            LICENCES.c.id == order.licence_id
        )
    elif order.payment_ref is not None and order.purpose == purpose_of_charge(order.payment_ref):
        query = select(SIMULATED_CHARGES.c.amount, SIMULATED_CHARGES.c.currency).where(
            SIMULATED_CHARGES.c.charge_id == order.payment_ref,
            SIMULATED_CHARGES.c.licence_id == order.licence_id,
            SIMULATED_CHARGES.c.settles_as == ChargeStatus.PAID,
            SIMULATED_CHARGES.c.settles_at <= at,
        )
    else:
        return None
    row = (await connection.execute(query.with_for_update())).one_or_none()
    return None if row is None else (row[0], row[1])
