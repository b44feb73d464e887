"""What tests do as callers about products: ordering, reactivating, and looking what came of it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from business_care.commands import PaymentsResumed
from business_care.deactivation.commands import Deactivate, Reactivate
from business_care.deactivation.views import DeactivationView
from business_care.deactivation.words import DeactivationKind
from business_care.errors import RuleViolation
from business_care.people import Actor, Role
from gateway.products import ProductGateway
from tests.gateway.callers import OPERATOR
from tests.gateway.marketplace import Marketplace
from tests.gateway.shelf import Product

PERMANENT = DeactivationKind.PERMANENT
BILLING = Actor(role=Role.SYSTEM, id="billing")
SOMEBODY_ELSE = Actor(role=Role.SELLER, id="S-somebody-else")
NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)

_numbers = count(1)


def an_order(
    product: Product,
    *,
    kind: DeactivationKind = DeactivationKind.TEMPORARY,
    command_id: str | None = None,
    by: Actor | None = None,
    product_id: str | None = None,
    takes_effect_at: datetime | None = None,
    until: datetime | None = None,
    reason: str | None = None,
) -> Deactivate:
    return Deactivate(
        command_id=command_id or f"d{next(_numbers)}",
        by=by or product.seller,
        product_id=product_id or product.id,
        kind=kind,
        takes_effect_at=takes_effect_at,
        until=until,
        reason=reason,
    )


def reactivation(by: Actor, *, command_id: str | None = None) -> Reactivate:
    return Reactivate(command_id=command_id or f"g{next(_numbers)}", by=by)


async def a_product_off_sale(products: ProductGateway, market: Marketplace) -> Product:
    """A product that its seller has switched off for a while, under the product's `order_id`."""
    product = await market.product()
    await products.deactivate(an_order(product, command_id=product.order_id))
    return product


async def a_product_back_on_sale(products: ProductGateway, market: Marketplace) -> Product:
    """A product that was switched off so, and on again by the command `on`."""
    product = await a_product_off_sale(products, market)
    await products.send(product.id, reactivation(product.seller, command_id="on"))
    await market.deactivation(product.id).result()
    return product


async def a_product_that_owes_a_charge(products: ProductGateway, market: Marketplace) -> Product:
    """A retired product with a charge that was paid meanwhile; the kill switch keeps it from going back."""
    product = await market.product(customers=1, bills=[["charge_in_flight_paid"]])
    await market.gateway().stop_payments(product.seller.id, OPERATOR)
    await products.deactivate(an_order(product, kind=DeactivationKind.PERMANENT))
    async with asyncio.timeout(60):
        while not (await products.progress(product.id)).in_flight:  # noqa: ASYNC110 -- nobody tells us
            await asyncio.sleep(0.05)
        await market.settle_charges(product)
        await look_again(products, product)
        while product.id not in await products.directory.waiting_for_payment(product.seller.id):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return product


async def look_again(products: ProductGateway, product: Product) -> None:
    """Charges that are waited for are looked at only after minutes, unless the deactivation is told to."""
    await products.send(product.id, PaymentsResumed(command_id=f"g{next(_numbers)}", by=BILLING))


async def until_counted(
    products: ProductGateway, product: Product, *, failed: int = 0, in_flight: int = 0
) -> DeactivationView:
    """Wait until the deactivation itself knows of so many troubles and has nothing else to do."""
    async with asyncio.timeout(60):
        while True:
            view = await products.status(product.id)
            known = view.renewals
            if known and (known.failed, known.in_flight, known.left) == (failed, in_flight, 0):
                return view
            await asyncio.sleep(0.05)


async def settled(products: ProductGateway, product: Product) -> DeactivationView:
    """The view once product and bundle are offline, and the records know it."""
    await until_recorded(products, product, "bundle_offline")
    return await products.status(product.id)


async def until_recorded(products: ProductGateway, product: Product, event: str) -> None:
    """Wait until the records know that it has happened."""
    async with asyncio.timeout(60):
        while event not in await happened(products, product):  # noqa: ASYNC110 -- nobody tells us
            await asyncio.sleep(0.05)


async def happened(products: ProductGateway, product: Product) -> Sequence[str]:
    """The names of what the records know to have happened, in order; nothing while they know nothing."""
    try:
        journal = await products.journal(product.id, as_recorded=True)
    except RuleViolation:
        return ()
    return [event.name for event in journal.events]


async def standing(market: Marketplace, product: Product) -> tuple[str, str, str]:
    """How the product, the other one of the bundle, and the bundle stand on the market."""
    products, bundles = await market.records.report.products(), await market.records.report.bundles()
    return products[product.id], products[product.other_id], bundles[product.bundle_id]


async def renewals(market: Marketplace, product: Product) -> list[str]:
    licences = await market.records.report.licences(datetime.now(UTC))
    return [licences[licence_id].renewal for licence_id in product.licences]


async def logged(market: Marketplace, product: Product) -> list[tuple[str, str | None]]:
    """The commands that were kept, each with its error."""
    entries = await market.records.commands.of_product(product.id)
    return [(entry.command, entry.error_code) for entry in entries]
