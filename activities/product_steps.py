"""A product, its bundles and the record of its deactivation (R50, R52, R63)."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.ports import ProductRecords
from business_care.deactivation.views import BundleChange, DeactivationRecord, FoundProduct
from business_care.deactivation.words import SaleState
from business_care.values import Identifier, Value


class SaleSwitch(Value):
    """A product, or the bundles that hold it, is to stand in this way on the market."""

    product_id: Identifier
    deactivation_id: Identifier
    to: SaleState


@dataclass(frozen=True)
class ProductSteps:
    """The steps that need the records of products."""

    products: ProductRecords

    @activity.defn
    async def find_product(self, order: Deactivate) -> FoundProduct:
        """The product of an order, and the order itself if it was taken before (R50)."""
        with translated():
            return await self.products.find_product(order)

    @activity.defn
    async def claim_id(self, order: Deactivate) -> str:
        """Keep the order's id for its product; the product that has it, which may be another's (R60)."""
        with translated():
            return await self.products.claim_id(order)

    @activity.defn
    async def switch_product(self, switch: SaleSwitch) -> None:
        """Stop the sales of a product, or start them again; safe to repeat (R55)."""
        with translated():
            await self.products.switch_product(switch.product_id, switch.deactivation_id, switch.to)

    @activity.defn
    async def switch_bundles(self, switch: SaleSwitch) -> BundleChange:
        """Let the bundles follow; repeated, it answers as the first time (R52)."""
        with translated():
            return await self.products.switch_bundles(switch.product_id, switch.deactivation_id, switch.to)

    @activity.defn
    async def store_deactivation(self, record: DeactivationRecord) -> None:
        """Keep one step of the deactivation: state, view, events, notices, commands (R63)."""
        with translated():
            await self.products.store(record)
