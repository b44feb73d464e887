"""The connection to Stripe: one session for a process, closed in order."""

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import stripe

from adapters.payments.stripe_provider import StripeProvider
from adapters.stripe_account import StripeAccount

SECONDS_TO_ANSWER: Final = 15.0


@asynccontextmanager
async def opened_stripe(
    account: StripeAccount, seconds_to_answer: float = SECONDS_TO_ANSWER
) -> AsyncIterator[StripeProvider]:
    """Refunds from an account at Stripe, as long as the block lasts."""
    # The library logs the texts of errors, which may hold what people wrote (R62).
    logging.getLogger("stripe").setLevel(logging.WARNING)
    # Else it keeps an id of this machine in a file, and sends it along.
    stripe.enable_telemetry = False
    patience = aiohttp.ClientTimeout(total=seconds_to_answer)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=_trusted())) as session:
        client = stripe.StripeClient(
            account.api_key,
            base_addresses={"api": account.api_base.rstrip("/")} if account.api_base else None,
            # Every retry is ours, because ours looks first whether the money has moved.
            max_network_retries=0,
            http_client=stripe.AIOHTTPClient(timeout=patience, session=session),
        )
        yield StripeProvider(client)


def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts, a proxy of ours among them, and whom the library does."""
    context = ssl.create_default_context()
    context.load_verify_locations(stripe.ca_bundle_path)
    return context
