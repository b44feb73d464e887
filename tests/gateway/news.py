"""What a payment provider tells, and requests in the states that it finds them in."""

import asyncio
from collections.abc import Callable

from sqlalchemy import update

from adapters.records.catalogue_tables import LICENCES
from business_care.commands import ChargebackStatus, OrderRefund, SettlementStatus
from business_care.people import Actor, Role
from business_care.provider_news import ChargebackNews, RefundNews
from business_care.refund import Money
from business_care.views import RequestView
from gateway.client import CareGateway
from tests.gateway.callers import OPERATOR
from tests.gateway.marketplace import NOON, Licence, Marketplace

BILLING = Actor(role=Role.SYSTEM, id="billing")
FAILED, SUCCEEDED = SettlementStatus.FAILED, SettlementStatus.SUCCEEDED


def news_of(licence: Licence, status: SettlementStatus, reference: str = "re_1") -> RefundNews:
    return RefundNews(
        news_id=f"evt-{status}-{licence.id}",
        licence_id=licence.id,
        purpose="purchase_price",
        reference=reference,
        status=status,
        reason="expired_card" if status is FAILED else None,
        occurred_at=NOON,
    )


async def until(gateway: CareGateway, request_id: str, holds: Callable[[RequestView], bool]) -> RequestView:
    async with asyncio.timeout(60):
        while not holds(view := await gateway.status(request_id)):  # noqa: ASYNC110 -- nothing tells us when it changes
            await asyncio.sleep(0.05)
    return view


async def ordered(gateway: CareGateway, market: Marketplace, licence: Licence) -> str:
    """A request whose refund an operator has just ordered."""
    request_id = (await gateway.open_request(market.opening(licence.id))).request_id
    await gateway.send(
        request_id, OrderRefund(command_id=f"order-{request_id}", by=OPERATOR, reason="Promised")
    )
    return request_id


async def pending(gateway: CareGateway, market: Marketplace, licence: Licence) -> str:
    """A request whose refund is under way at the provider."""
    request_id = await ordered(gateway, market, licence)
    await until(
        gateway,
        request_id,
        lambda view: view.refund is not None and view.refund.reference is not None,
    )
    return request_id


async def paid(gateway: CareGateway, market: Marketplace, licence: Licence) -> tuple[str, str]:
    """A request that has closed since its refund was paid, and what the provider calls that refund."""
    request_id = await ordered(gateway, market, licence)
    closed = await until(gateway, request_id, lambda view: view.outcome is not None)
    assert closed.refund is not None
    return request_id, str(closed.refund.reference)


async def bought_together(market: Marketplace, *licences: Licence) -> str:
    """The one payment that has bought these licences."""
    payment = f"pi_{licences[0].id}"
    async with market.records.database.writing() as connection:
        of_all = update(LICENCES).where(LICENCES.c.id.in_([licence.id for licence in licences]))
        await connection.execute(of_all.values(payment_ref=payment))
    return payment


def disputed(
    payment: str, status: ChargebackStatus, amount: Money | None = None, *, dispute: str | None = "dp_1"
) -> ChargebackNews:
    return ChargebackNews(
        news_id=f"evt-{dispute}-{status}-{payment}",
        payment_ref=payment,
        dispute_id=dispute,
        status=status,
        amount=amount,
        occurred_at=NOON,
    )
