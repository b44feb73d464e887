"""How bundles stand on the market: it follows from their members, and is kept nowhere (R52)."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, case, exists, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import BUNDLE_MEMBERS, BUNDLES, PRODUCTS
from adapters.records.deactivation_tables import BUNDLE_MOVES, PRODUCT_BLOCKERS
from adapters.records.upsert import Row, insert_missing
from business_care.deactivation.words import SaleState

_HAS_RETIRED_MEMBER = exists().where(
    BUNDLE_MEMBERS.c.bundle_id == BUNDLES.c.id,
    PRODUCTS.c.id == BUNDLE_MEMBERS.c.product_id,
    PRODUCTS.c.state == SaleState.RETIRED,
)
_IS_BLOCKED = exists().where(
    BUNDLE_MEMBERS.c.bundle_id == BUNDLES.c.id,
    PRODUCT_BLOCKERS.c.product_id == BUNDLE_MEMBERS.c.product_id,
)
_STATE = case(
    (or_(BUNDLES.c.retired, _HAS_RETIRED_MEMBER), SaleState.RETIRED.value),
    (or_(not_(BUNDLES.c.on_sale), _IS_BLOCKED), SaleState.OFFLINE.value),
    else_=SaleState.ON_SALE.value,
)
# A member is retired a step before its bundles follow: until then nobody has told that they are retired.
_HAS_FOLLOWED_INTO_RETIREMENT = exists().where(
    BUNDLE_MEMBERS.c.bundle_id == BUNDLES.c.id,
    PRODUCT_BLOCKERS.c.product_id == BUNDLE_MEMBERS.c.product_id,
    BUNDLE_MOVES.c.deactivation_id == PRODUCT_BLOCKERS.c.deactivation_id,
    BUNDLE_MOVES.c.sale_state == SaleState.RETIRED,
)


async def bundle_states(
    connection: AsyncConnection, bundle_ids: Collection[str] | None = None
) -> dict[str, SaleState]:
    """How these bundles stand, or all of them, in the order of their ids.

    A retired member retires its bundles, also one that it joins later; any member that is blocked keeps them
    offline, and so does a marketplace that does not want to sell them.
    """
    query: Select[str, str] = select(BUNDLES.c.id, _STATE).order_by(BUNDLES.c.id)
    if bundle_ids is not None:
        query = query.where(BUNDLES.c.id.in_(bundle_ids))
    return {bundle_id: SaleState(state) for bundle_id, state in await connection.execute(query)}


async def let_bundles_follow(
    connection: AsyncConnection, product_id: str, deactivation_id: str, to: SaleState
) -> tuple[str, ...]:
    """Add this blocker, take it away, or retire the bundles for good; those that stand otherwise than before.

    The caller has locked the product. The bundles are locked too, so that of two members that move at the
    same time the second one sees what the first one did.
    """
    bundles = await _locked_bundles(connection, product_id)
    blocker: Row = {"product_id": product_id, "deactivation_id": deactivation_id}
    if to is SaleState.RETIRED:
        told = await _told_as_retired(connection, bundles)
        await insert_missing(connection, PRODUCT_BLOCKERS, [blocker])
        await connection.execute(update(BUNDLES).where(BUNDLES.c.id.in_(bundles)).values(retired=True))
        return tuple(bundle_id for bundle_id in bundles if bundle_id not in told)
    before = await bundle_states(connection, bundles)
    if to is SaleState.OFFLINE:
        await insert_missing(connection, PRODUCT_BLOCKERS, [blocker])
    else:
        await connection.execute(
            PRODUCT_BLOCKERS.delete().where(
                PRODUCT_BLOCKERS.c.product_id == product_id,
                PRODUCT_BLOCKERS.c.deactivation_id == deactivation_id,
            )
        )
    after = await bundle_states(connection, bundles)
    return tuple(bundle_id for bundle_id in bundles if before[bundle_id] is not after[bundle_id])


async def _locked_bundles(connection: AsyncConnection, product_id: str) -> Sequence[str]:
    """The bundles that hold the product, locked in the order of their ids, in which everybody locks them."""
    members = (
        select(BUNDLE_MEMBERS.c.bundle_id)
        .where(BUNDLE_MEMBERS.c.product_id == product_id)
        .order_by(BUNDLE_MEMBERS.c.bundle_id)
    )
    lock = select(BUNDLES.c.id).where(BUNDLES.c.id.in_(members)).order_by(BUNDLES.c.id)
    await connection.execute(lock.with_for_update(key_share=True))
    # Read anew: whoever held a lock may have changed what the bundle is composed of.
    return list(await connection.scalars(members))


async def _told_as_retired(connection: AsyncConnection, bundle_ids: Collection[str]) -> set[str]:
    query = select(BUNDLES.c.id).where(
        BUNDLES.c.id.in_(bundle_ids), or_(BUNDLES.c.retired, _HAS_FOLLOWED_INTO_RETIREMENT)
    )
    return set(await connection.scalars(query))
