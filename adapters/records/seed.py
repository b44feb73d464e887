"""Loads the records of a file. The same file twice changes nothing; a changed one brings them up to date.

What the software itself has decided meanwhile stays: care that was ended, renewals that were cancelled,
closures that were cut short, products that went offline, bundles that were retired. What the file does not
name stays too.
"""

from collections.abc import Sequence

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import (
    BUNDLE_MEMBERS,
    BUNDLES,
    CARE_SUBSCRIPTIONS,
    CLOSURES,
    LICENCES,
    POLICY,
    PRODUCT_SHEETS,
    PRODUCTS,
    SELLERS,
    SIMULATED_BEHAVIOURS,
)
from adapters.records.database import Database
from adapters.records.seed_file import (
    BillingBehaviourEntry,
    CareEntry,
    LicenceEntry,
    PaymentBehaviourEntry,
    RecordsFile,
    SellerEntry,
)
from adapters.records.upsert import Row, put
from business_care.policy import Policy


async def load(database: Database, file: RecordsFile, *, policy: Policy | None = None) -> None:
    """Load a file, all or nothing; without `policy` the one in force stays."""
    async with database.writing() as connection:
        await put(connection, SELLERS, [_seller(entry) for entry in file.sellers])
        await _load_products(connection, file)
        await _load_bundles(connection, file)
        await put(connection, LICENCES, [_licence(entry) for entry in file.licences])
        care = [_care(entry.id, entry.care) for entry in file.licences if entry.care is not None]
        await put(connection, CARE_SUBSCRIPTIONS, care)
        await put(connection, CLOSURES, _closures(file))
        await put(connection, SIMULATED_BEHAVIOURS, _behaviours("payment", file.payment_provider))
        await put(connection, SIMULATED_BEHAVIOURS, _behaviours("billing", file.billing_provider))
        if policy is not None:
            await put(connection, POLICY, [{"id": 1, "policy": policy}])


async def _load_products(connection: AsyncConnection, file: RecordsFile) -> None:
    products = [{"id": entry.id, "seller_id": entry.seller_id, "name": entry.name} for entry in file.products]
    sheets = [
        {
            "product_id": product.id,
            "from_date": sheet.from_date,
            "compatible_versions": sheet.compatible_versions,
        }
        for product in file.products
        for sheet in product.sheets
    ]
    await put(connection, PRODUCTS, products)
    await _replace(connection, PRODUCT_SHEETS, "product_id", [entry.id for entry in file.products], sheets)


async def _load_bundles(connection: AsyncConnection, file: RecordsFile) -> None:
    # In the order in which bundles are locked when a member of theirs comes or goes (bundle_states.py).
    in_order = sorted(file.bundles, key=lambda entry: entry.id)
    bundles = [{"id": entry.id, "name": entry.name, "on_sale": entry.on_sale} for entry in in_order]
    members = [
        {"bundle_id": bundle.id, "product_id": product_id}
        for bundle in file.bundles
        for product_id in bundle.product_ids
    ]
    await put(connection, BUNDLES, bundles)
    await _replace(connection, BUNDLE_MEMBERS, "bundle_id", [entry.id for entry in file.bundles], members)


async def _replace(
    connection: AsyncConnection, table: Table, owner: str, owners: Sequence[str], rows: Sequence[Row]
) -> None:
    """Put the rows of the owners that are named in place of all that they had."""
    if owners:
        await connection.execute(delete(table).where(table.c[owner].in_(owners)))
    await put(connection, table, rows)


def _seller(entry: SellerEntry) -> Row:
    place = entry.calendar
    return {
        "id": entry.id,
        "name": entry.name,
        "email": entry.email,
        "country": place.country if place else None,
        "subdivision": place.subdivision if place else None,
        "timezone": place.timezone if place else None,
        "language": entry.language,
    }


def _licence(entry: LicenceEntry) -> Row:
    return {
        "id": entry.id,
        "product_id": entry.product_id,
        "customer_id": entry.customer_id,
        "customer_email": entry.customer_email,
        "customer_language": entry.customer_language,
        "purchased_at": entry.purchased_at,
        "price_amount": entry.price.amount,
        "price_currency": entry.price.currency,
        "refunded_before": entry.refunded_before,
        "payment_ref": entry.payment_ref,
        "shop_url": entry.shop_url,
        "test_shop_urls": entry.test_shop_urls,
    }


def _care(licence_id: str, entry: CareEntry) -> Row:
    return {
        "licence_id": licence_id,
        "starts_on": entry.starts_on,
        "ends_on": entry.ends_on,
        "auto_renew": entry.auto_renew,
    }


def _closures(file: RecordsFile) -> list[Row]:
    return [
        {
            "id": entry.id,
            "seller_id": entry.seller_id,
            "start_date": entry.start,
            "end_date": entry.end,
            "notified_at": entry.notified_at,
        }
        for entry in file.closures
    ]


def _behaviours(
    provider: str, entries: Sequence[PaymentBehaviourEntry] | Sequence[BillingBehaviourEntry]
) -> list[Row]:
    return [
        {"provider": provider, "licence_id": entry.licence_id, "words": entry.behave} for entry in entries
    ]
