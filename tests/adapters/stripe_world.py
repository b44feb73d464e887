"""Stripe for a test: payments that were made there, and the adapter over the simulation's address."""

from contextlib import AbstractAsyncContextManager

from adapters.payments.stripe_client import opened_stripe
from adapters.payments.stripe_provider import StripeProvider
from adapters.stripe_account import StripeAccount
from tests.adapters.stripe_server.payments import Payment
from tests.adapters.stripe_server.server import API_KEY, StripeServer

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
