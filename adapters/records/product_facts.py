"""What the records know about a product that is to be switched off, and about its deactivations (R50)."""

from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import PRODUCTS
from adapters.records.deactivation_tables import APPLIED_TO_DEACTIVATIONS, DEACTIVATIONS, PRODUCT_BLOCKERS
from adapters.records.journal_rows import applied_in
from adapters.records.licence_facts import policy_in_force
from business_care.deactivation.state import DeactivationState, ProductFacts
from business_care.deactivation.views import AppliedToDeactivation, StoredDeactivation
from business_care.deactivation.words import SaleState
from business_care.errors import RecordMissing

MAX_SAID_BEFORE = 100
"""How many earlier commands a new deactivation is told of: what is repeated is repeated soon."""


async def product_facts(
    connection: AsyncConnection, product_id: str, *, besides: str | None = None
) -> ProductFacts | None:
    """The product, None for an unknown one; `besides` is a deactivation that does not count as another."""
    query = select(PRODUCTS.c.seller_id, PRODUCTS.c.state).where(PRODUCTS.c.id == product_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return ProductFacts(
        product_id=product_id,
        seller_id=row.seller_id,
        state=SaleState(row.state),
        max_backdating_hours=(await policy_in_force(connection)).max_backdating_hours,
        deactivated_by=await standing_deactivation(connection, product_id, besides=besides),
    )


async def standing_deactivation(
    connection: AsyncConnection, product_id: str, *, besides: str | None = None
) -> str | None:
    """The id of the deactivation of the product that has not ended; there is one at most."""
    query = select(DEACTIVATIONS.c.deactivation_id).where(
        DEACTIVATIONS.c.product_id == product_id, DEACTIVATIONS.c.outcome.is_(None)
    )
    if besides is not None:
        query = query.where(DEACTIVATIONS.c.deactivation_id != besides)
    standing: str | None = await connection.scalar(query)
    return standing


async def lock_product(connection: AsyncConnection, product_id: str) -> SaleState:
    """The state of the product, which is this transaction's alone to change. Raises `RecordMissing`."""
    # Licences may be sold meanwhile: they refer to the product, and change nothing of it.
    query = select(PRODUCTS.c.state).where(PRODUCTS.c.id == product_id).with_for_update(key_share=True)
    state: str | None = await connection.scalar(query)
    if state is None:
        raise RecordMissing(f"the records hold no product {product_id}")
    return SaleState(state)


async def is_blocked_by_another(connection: AsyncConnection, product_id: str, deactivation_id: str) -> bool:
    """Whether another deactivation than this one keeps the product's bundles offline (R52)."""
    blocked = exists().where(
        PRODUCT_BLOCKERS.c.product_id == product_id, PRODUCT_BLOCKERS.c.deactivation_id != deactivation_id
    )
    return bool(await connection.scalar(select(blocked)))


async def stored_deactivation(connection: AsyncConnection, deactivation_id: str) -> StoredDeactivation | None:
    """A deactivation with the commands that it accepted, without their bodies: a hash tells them apart."""
    state: DeactivationState | None = await connection.scalar(
        select(DEACTIVATIONS.c.state).where(DEACTIVATIONS.c.deactivation_id == deactivation_id)
    )
    if state is None:
        return None
    commands = (
        select(APPLIED_TO_DEACTIVATIONS)
        .where(APPLIED_TO_DEACTIVATIONS.c.deactivation_id == deactivation_id)
        .order_by(APPLIED_TO_DEACTIVATIONS.c.id)
    )
    return StoredDeactivation(state=state, applied=await _without_bodies(connection, commands))


async def said_before(
    connection: AsyncConnection, product_id: str, *, besides: str
) -> tuple[AppliedToDeactivation, ...]:
    """The last commands that the product's deactivations accepted, besides one of them; the oldest first."""
    query = commands_about(product_id).where(APPLIED_TO_DEACTIVATIONS.c.deactivation_id != besides)
    return (await _without_bodies(connection, query.limit(MAX_SAID_BEFORE)))[::-1]


def commands_about(product_id: str) -> Select[Any]:
    """The commands that deactivations of a product accepted, the latest first."""
    return (
        select(APPLIED_TO_DEACTIVATIONS)
        .join(DEACTIVATIONS, DEACTIVATIONS.c.deactivation_id == APPLIED_TO_DEACTIVATIONS.c.deactivation_id)
        .where(DEACTIVATIONS.c.product_id == product_id)
        .order_by(APPLIED_TO_DEACTIVATIONS.c.id.desc())
    )


async def _without_bodies(
    connection: AsyncConnection, query: Select[Any]
) -> tuple[AppliedToDeactivation, ...]:
    rows = (await connection.execute(query)).mappings()
    return tuple(applied_in(row, AppliedToDeactivation).model_copy(update={"body": None}) for row in rows)
