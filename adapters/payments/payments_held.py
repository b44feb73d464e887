"""What a payment still holds: the bound that every provider keeps, whatever it is asked for."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES
from business_care.refund import PURCHASE_PRICE, RefundOrder


class PaymentRefusal(StrEnum):
    """Why a provider refuses a refund for good."""

    UNKNOWN_PAYMENT = "unknown_payment"
    OTHER_CURRENCY = "other_currency"
    ABOVE_PAYMENT = "amount_above_payment"
    WINDOW_CLOSED = "window_closed"


async def refusal_of(connection: AsyncConnection, order: RefundOrder) -> PaymentRefusal | None:
    """Why the payment of the licence does not cover the order; None when it does.

    Called first in the transaction that makes the refund: it locks the licence, so that its refunds come one
    after the other. There is one refund under a key, so that what the payment holds is its price less what
    had been given back before.
    """
    query = select(LICENCES.c.price_amount, LICENCES.c.price_currency, LICENCES.c.refunded_before)
    locked = query.where(LICENCES.c.id == order.licence_id).with_for_update()
    paid = (await connection.execute(locked)).one_or_none()
    if paid is None or order.purpose != PURCHASE_PRICE:
        return PaymentRefusal.UNKNOWN_PAYMENT
    if paid.price_currency != order.money.currency:
        return PaymentRefusal.OTHER_CURRENCY
    if order.money.amount > paid.price_amount - paid.refunded_before:
        return PaymentRefusal.ABOVE_PAYMENT
    return None
