"""Stripe for a test: payments that were made there, and the adapter over the simulation's address."""

import json
from contextlib import AbstractAsyncContextManager

from adapters.payments.news import News
from adapters.payments.stripe_client import opened_stripe
from adapters.payments.stripe_provider import StripeProvider
from adapters.payments.stripe_webhooks import news_in
from adapters.stripe_account import StripeAccount
from business_care.refund import RefundAnswer, RefundOrder
from tests.adapters.care_world import OPENED_AT, an_order
from tests.adapters.stripe_server.errors import Json
from tests.adapters.stripe_server.events import signature_header
from tests.adapters.stripe_server.payments import Payment
from tests.adapters.stripe_server.server import API_KEY, StripeServer

WEBHOOK_SECRET = "whsec_of_the_endpoint"
"""Of the endpoint that the simulation tells its events to."""
IMPATIENT = 0.3
"""Seconds to answer, for a test in which the server is slow on purpose."""


def stripe_at(
    server: StripeServer, *, api_key: str = API_KEY, seconds_to_answer: float = 15
) -> AbstractAsyncContextManager[StripeProvider]:
    """The adapter, as the settings open it."""
    return opened_stripe(StripeAccount(api_key, server.url), seconds_to_answer)


def paid(
    server: StripeServer,
    payment_id: str = "pi_L1",
    amount: int = 12_900,
    currency: str = "eur",
    *,
    refunded_before: int = 0,
) -> Payment:
    """A payment, of which some may have been given back by hand in Stripe's dashboard."""
    payment = server.book.take_payment(payment_id, amount, currency, server.now)
    if refunded_before:
        server.book.give_back(payment, refunded_before, {}, server.now)
    return payment


async def create(server: StripeServer, order: RefundOrder | None = None) -> RefundAnswer:
    """Ask for a refund over a connection of its own."""
    async with stripe_at(server) as stripe:
        return await stripe.create_refund(order or an_order(), OPENED_AT)


async def find(server: StripeServer, order: RefundOrder | None = None) -> RefundAnswer | None:
    """Look for a refund over a connection of its own."""
    async with stripe_at(server) as stripe:
        return await stripe.find_refund(order or an_order(), OPENED_AT)


def posts(server: StripeServer) -> int:
    """How often Stripe was asked to pay."""
    return [method for method, _ in server.requests].count("POST")


def signed(event: Json, *secrets: str) -> tuple[bytes, str]:
    """The body of an event, and its signature by each of the secrets."""
    body = json.dumps(event).encode()
    return body, signature_header(body, *(secrets or (WEBHOOK_SECRET,)))


def read(event: Json) -> tuple[News, ...]:
    """What an event tells us."""
    return news_in(*signed(event), WEBHOOK_SECRET)


async def a_refund(server: StripeServer, payment_id: str = "pi_L1") -> None:
    """A refund of ours, `re_0001`, that is still under way."""
    paid(server, payment_id)
    server.book.next_statuses.append("pending")
    async with stripe_at(server) as stripe:
        await stripe.create_refund(an_order().model_copy(update={"payment_ref": payment_id}), OPENED_AT)
