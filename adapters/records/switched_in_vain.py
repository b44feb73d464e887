"""What a task had switched that died with its worker, and whose deactivation was then revoked (R54).

At the planned instant product and bundles are switched from within a workflow task. When the worker dies
before the server has that task, it is done again, and a revocation that was on its way may come first.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import BUNDLES, PRODUCTS
from adapters.records.deactivation_tables import BUNDLE_MOVES, PRODUCT_BLOCKERS, PRODUCT_MOVES
from adapters.records.product_facts import is_blocked_by_another
from adapters.records.upsert import insert_missing
from business_care.deactivation.words import SaleState

_OFF = (SaleState.OFFLINE, SaleState.RETIRED)


async def switch_back(connection: AsyncConnection, product_id: str, deactivation_id: str) -> None:
    """Undo what the deactivation has switched off, and let nothing of it switch off any more.

    The caller has locked the product, and calls once for each deactivation.
    """
    mine = PRODUCT_MOVES.c.deactivation_id == deactivation_id
    has_moved = await connection.scalar(select(PRODUCT_MOVES.c.sale_state).where(mine)) is not None
    retired = await _retired_bundles(connection, deactivation_id)
    moves = [{"deactivation_id": deactivation_id, "sale_state": to} for to in _OFF]
    await insert_missing(connection, PRODUCT_MOVES, moves)
    await insert_missing(connection, BUNDLE_MOVES, [{**move, "changed": ()} for move in moves])
    if not has_moved:
        return
    await connection.execute(
        PRODUCT_BLOCKERS.delete().where(
            PRODUCT_BLOCKERS.c.product_id == product_id, PRODUCT_BLOCKERS.c.deactivation_id == deactivation_id
        )
    )
    await connection.execute(update(BUNDLES).where(BUNDLES.c.id.in_(retired)).values(retired=False))
    if not await is_blocked_by_another(connection, product_id, deactivation_id):
        back = update(PRODUCTS).where(PRODUCTS.c.id == product_id).values(state=SaleState.ON_SALE)
        await connection.execute(back)


async def _retired_bundles(connection: AsyncConnection, deactivation_id: str) -> Sequence[str]:
    changed: tuple[str, ...] | None = await connection.scalar(
        select(BUNDLE_MOVES.c.changed).where(
            BUNDLE_MOVES.c.deactivation_id == deactivation_id, BUNDLE_MOVES.c.sale_state == SaleState.RETIRED
        )
    )
    return changed or ()
