"""The facts that judge a request, as the records hold them when it opens (R15, R31, R61)."""

from datetime import date

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import (
    CARE_SUBSCRIPTIONS,
    LICENCES,
    POLICY,
    PRODUCT_SHEETS,
    PRODUCTS,
    SELLERS,
)
from adapters.records.closure_days import closures_that_bind
from adapters.records.places import local_day, place_of
from business_care.entitlement import care_is_active
from business_care.errors import RecordMissing
from business_care.policy import Policy
from business_care.request import CareRequestOpening, CareTerm, LicenceFacts, PricePaid

ALL_LICENCES = (
    select(
        LICENCES,
        CARE_SUBSCRIPTIONS.c.licence_id.label("cared_for"),
        CARE_SUBSCRIPTIONS.c.starts_on,
        CARE_SUBSCRIPTIONS.c.ends_on,
        CARE_SUBSCRIPTIONS.c.auto_renew,
        CARE_SUBSCRIPTIONS.c.renewal_cancelled_on,
        CARE_SUBSCRIPTIONS.c.ended_on,
        PRODUCTS.c.seller_id,
        SELLERS.c.country,
        SELLERS.c.subdivision,
        SELLERS.c.timezone,
    )
    .join(PRODUCTS, PRODUCTS.c.id == LICENCES.c.product_id)
    .join(SELLERS, SELLERS.c.id == PRODUCTS.c.seller_id)
    .outerjoin(CARE_SUBSCRIPTIONS, CARE_SUBSCRIPTIONS.c.licence_id == LICENCES.c.id)
    .order_by(LICENCES.c.id)
)
"""Every licence with its care, its seller and the seller's place."""

_POLICY = select(POLICY.c.policy)
_SHEET = (
    select(PRODUCT_SHEETS.c.compatible_versions)
    .where(
        PRODUCT_SHEETS.c.product_id == bindparam("product_id"),
        PRODUCT_SHEETS.c.from_date <= bindparam("purchased_on"),
    )
    .order_by(PRODUCT_SHEETS.c.from_date.desc())
    .limit(1)
)
_ONE_LICENCE = ALL_LICENCES.where(LICENCES.c.id == bindparam("licence_id"))


async def find_licence(connection: AsyncConnection, licence_id: str) -> RowMapping:
    """The licence with its care and its seller's place. Raises `RecordMissing`."""
    found = await connection.execute(_ONE_LICENCE, {"licence_id": licence_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise RecordMissing(f"the records hold no licence {licence_id}")
    return row


async def licence_facts(connection: AsyncConnection, opening: CareRequestOpening) -> LicenceFacts:
    """All that judges the request. Raises `RecordMissing` for an unknown licence (R15)."""
    row = await find_licence(connection, opening.licence_id)
    place = place_of(row)
    care = care_term(row)
    return LicenceFacts(
        licence_id=row["id"],
        product_id=row["product_id"],
        seller_id=row["seller_id"],
        customer_id=row["customer_id"],
        purchased_at=row["purchased_at"],
        price=PricePaid(
            amount=row["price_amount"],
            currency=row["price_currency"],
            refunded_before=row["refunded_before"],
            payment_ref=row["payment_ref"],
        ),
        care=care,
        care_active=care_is_active(care, on=local_day(opening.opened_at, place)),
        shop_url=row["shop_url"],
        test_shop_urls=row["test_shop_urls"],
        advertised_versions=await _advertised(
            connection, row["product_id"], local_day(row["purchased_at"], place)
        ),
        place=place,
        closures=await closures_that_bind(connection, row["seller_id"], place, opening.opened_at),
        policy=await policy_in_force(connection),
    )


def care_term(row: RowMapping) -> CareTerm | None:
    """The care of a licence's row, None where it never had any."""
    if row["cared_for"] is None:
        return None
    return CareTerm(
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        auto_renew=row["auto_renew"],
        renewal_cancelled_on=row["renewal_cancelled_on"],
        ended_on=row["ended_on"],
    )


async def policy_in_force(connection: AsyncConnection) -> Policy:
    """The operator's policy, or the defaults while none was set."""
    policy: Policy | None = await connection.scalar(_POLICY)
    return policy or Policy()


async def _advertised(
    connection: AsyncConnection, product_id: str, purchased_on: date
) -> tuple[str, ...] | None:
    """What the sheet promised on the local day of the purchase; None when no snapshot is that old (R31)."""
    versions: tuple[str, ...] | None = await connection.scalar(
        _SHEET, {"product_id": product_id, "purchased_on": purchased_on}
    )
    return versions
