"""Orders that come again, and ids that come again with something else (R50, R60)."""

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.party import demand_own_product
from business_care.deactivation.views import FoundProduct, StoredDeactivation
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import demand_role, same_command


def deactivation_begun_by(order: Deactivate, found: FoundProduct) -> StoredDeactivation | None:
    """The deactivation that this very order began, if it was taken before: there is no second one (R50).

    Raises:
        RuleViolation: `role_not_allowed`, `not_your_product`; `command_id_reused` for an id under which
        something else was accepted, or another product was switched off (R60).
    """
    demand_role(order)
    if found.product is not None:
        demand_own_product(found.product, order)
    for accepted in found.accepted:
        if accepted.command_id == order.command_id:
            same_command(accepted, order)
    return found.earlier


def demand_own_id(order: Deactivate, claimed_for: str) -> None:
    """Raise `command_id_reused` where another product's order took the id a moment before (R60)."""
    if claimed_for != order.product_id:
        raise RuleViolation(
            ErrorCode.COMMAND_ID_REUSED,
            f"command_id: {order.command_id} was used before, for the deactivation of product {claimed_for}",
        )
