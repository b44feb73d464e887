"""Who acts, and who is told."""

from enum import StrEnum

from business_care.values import Identifier, Value

OPERATOR = "operator"


class Role(StrEnum):
    """The part somebody plays in a request (R60)."""

    AGENT = "agent"
    SELLER = "seller"
    CUSTOMER = "customer"
    OPERATOR = "operator"
    SYSTEM = "system"


SELLER_SIDE = frozenset({Role.AGENT, Role.SELLER})
MARKETPLACE_SIDE = frozenset({Role.OPERATOR, Role.SYSTEM})


class Actor(Value):
    """Who acts: a role, an id, and for an agent the seller that the agent works for."""

    role: Role
    id: Identifier
    seller_id: Identifier | None = None

    def acts_for_seller(self, seller_id: str) -> bool:
        """Whether this agent or seller belongs to that seller (R60)."""
        if self.role is Role.SELLER:
            return self.id == seller_id and self.seller_id in (None, seller_id)
        return self.role is Role.AGENT and self.seller_id == seller_id


class Recipient(Value):
    """Who is told: the seller or the customer by id, or the marketplace's operator."""

    role: Role
    id: Identifier


THE_OPERATOR = Recipient(role=Role.OPERATOR, id=OPERATOR)
"""The one desk at which the marketplace's operators read."""
