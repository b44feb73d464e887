"""The records as the steps of a deactivation use them: the port `ProductRecords`."""

from sqlalchemy import exists, select, update

from adapters.records.bundle_states import let_bundles_follow
from adapters.records.catalogue_tables import PRODUCTS
from adapters.records.database import Database
from adapters.records.deactivation_steps import store_deactivation
from adapters.records.deactivation_tables import BUNDLE_MOVES, DEACTIVATION_IDS, PRODUCT_MOVES
from adapters.records.product_facts import (
    is_blocked_by_another,
    lock_product,
    product_facts,
    said_before,
    stored_deactivation,
)
from adapters.records.upsert import insert_missing
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.views import BundleChange, DeactivationRecord, FoundProduct
from business_care.deactivation.words import SaleState


class SqlProductRecords:
    """`ProductRecords` in the database.

    Each step remembers that it was taken. One whose answer was lost is delivered again, perhaps when the
    deactivation has long gone on: it changes nothing then, and answers as the first time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_product(self, order: Deactivate) -> FoundProduct:
        async with self._database.reading() as connection:
            return FoundProduct(
                product=await product_facts(connection, order.product_id, besides=order.command_id),
                earlier=await stored_deactivation(connection, order.command_id),
                said_before=await said_before(connection, order.product_id, besides=order.command_id),
            )

    async def claim_id(self, order: Deactivate) -> str:
        claim = {"deactivation_id": order.command_id, "product_id": order.product_id}
        query = select(DEACTIVATION_IDS.c.product_id).where(
            DEACTIVATION_IDS.c.deactivation_id == order.command_id
        )
        async with self._database.writing() as connection:
            await insert_missing(connection, DEACTIVATION_IDS, [claim])
            return str(await connection.scalar(query))

    async def switch_product(self, product_id: str, deactivation_id: str, to: SaleState) -> None:
        move = {"deactivation_id": deactivation_id, "sale_state": to}
        taken = exists().where(*(PRODUCT_MOVES.c[name] == value for name, value in move.items()))
        async with self._database.writing() as connection:
            state = await lock_product(connection, product_id)
            if await connection.scalar(select(taken)):
                return
            await insert_missing(connection, PRODUCT_MOVES, [move])
            if state is SaleState.RETIRED:
                return
            comes_back = to is SaleState.ON_SALE
            if comes_back and await is_blocked_by_another(connection, product_id, deactivation_id):
                return
            await connection.execute(update(PRODUCTS).where(PRODUCTS.c.id == product_id).values(state=to))

    async def switch_bundles(self, product_id: str, deactivation_id: str, to: SaleState) -> BundleChange:
        move = {"deactivation_id": deactivation_id, "sale_state": to}
        taken = select(BUNDLE_MOVES.c.changed).where(
            *(BUNDLE_MOVES.c[name] == value for name, value in move.items())
        )
        async with self._database.writing() as connection:
            await lock_product(connection, product_id)
            changed: tuple[str, ...] | None = await connection.scalar(taken)
            if changed is None:
                changed = await let_bundles_follow(connection, product_id, deactivation_id, to)
                await insert_missing(connection, BUNDLE_MOVES, [{**move, "changed": changed}])
            return BundleChange(changed=changed)

    async def store(self, record: DeactivationRecord) -> None:
        async with self._database.writing() as connection:
            await store_deactivation(connection, record)
