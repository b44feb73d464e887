"""Whose product it is (R60)."""

from business_care.commands import Command
from business_care.deactivation.state import ProductFacts
from business_care.errors import ErrorCode, RuleViolation
from business_care.people import SELLER_SIDE


def demand_own_product(product: ProductFacts, command: Command) -> None:
    """Raise `not_your_product` for a seller who does not sell it (R60)."""
    if command.by.role in SELLER_SIDE and not command.by.acts_for_seller(product.seller_id):
        raise RuleViolation(
            ErrorCode.NOT_YOUR_PRODUCT,
            f"by: {command.by.role} {command.by.id} does not act for the seller of product "
            f"{product.product_id}",
        )
