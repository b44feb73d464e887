"""The payment provider as the settings want it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from adapters.payments.ledger import LedgerProvider
from adapters.payments.simulated import SimulatedProvider
from adapters.records.database import Database
from adapters.settings import PaymentProviderName, Settings, SettingsRefused, variable_of
from adapters.stripe_account import StripeAccount
from business_care.ports import PaymentProvider

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from adapters.payments.stripe_provider import StripeProvider


@asynccontextmanager
async def opened_provider(database: Database, settings: Settings) -> AsyncIterator[PaymentProvider]:
    """The port `PaymentProvider`, as long as the block lasts. Raises `SettingsRefused`."""
    if settings.payment_provider is not PaymentProviderName.STRIPE:
        yield embedded_provider(database, settings.payment_provider)
        return
    async with opened_account(settings) as provider:
        yield provider


def embedded_provider(database: Database, name: PaymentProviderName) -> PaymentProvider:
    """A provider that lives in the records. Raises `SettingsRefused` for one that does not."""
    match name:
        case PaymentProviderName.LEDGER:
            return LedgerProvider(database)
        case PaymentProviderName.SIMULATED:
            return SimulatedProvider(database)
        case PaymentProviderName.STRIPE:
            raise SettingsRefused(f"the provider {name} has to be opened with its settings")


def opened_account(settings: Settings) -> "AbstractAsyncContextManager[StripeProvider]":
    """Refunds from the settings' account at Stripe. Raises `SettingsRefused`."""
    account: StripeAccount | None = settings.stripe_account
    if account is None:
        raise SettingsRefused(f"{variable_of('stripe_api_key')} is missing")
    need_stripe()
    from adapters.payments.stripe_client import opened_stripe  # noqa: PLC0415 -- an optional extra

    return opened_stripe(account)


def need_stripe() -> None:
    """Raises `SettingsRefused` when the libraries for Stripe are not installed."""
    missing = [name for name in ("stripe", "aiohttp") if find_spec(name) is None]
    if missing:
        raise SettingsRefused(
            f"Stripe needs the package {' and '.join(missing)}, which is not installed here: "
            "pip install '.[stripe]'"
        )
