"""A product in the records, with its customers and its bundle, that no other test touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from business_care.people import Actor, Role


@dataclass(frozen=True)
class Product:
    """A product of a seller of its own; a bundle holds it together with another product."""

    number: int
    customers: int
    bills: Sequence[Sequence[str]] = ()
    """How the billing service behaves for each customer, one word for each attempt to cancel."""

    @property
    def id(self) -> str:
        return f"P{self.number}"

    @property
    def other_id(self) -> str:
        return f"P{self.number}-other"

    @property
    def bundle_id(self) -> str:
        return f"B{self.number}"

    @property
    def order_id(self) -> str:
        """An id for its deactivation: those of two products never are the same."""
        return f"off-{self.number}"

    @property
    def seller(self) -> Actor:
        return Actor(role=Role.SELLER, id=f"S{self.number}")

    @property
    def licences(self) -> Sequence[str]:
        return [f"L{self.number}-{number}" for number in range(1, self.customers + 1)]

    @property
    def customer_ids(self) -> Sequence[str]:
        return [f"C{self.number}-{number}" for number in range(1, self.customers + 1)]

    def records(self) -> dict[str, object]:
        """All entries of the records."""
        bought = zip(self.licences, self.customer_ids, strict=True)
        return {
            "sellers": [
                {
                    "id": self.seller.id,
                    "name": "Studio Uno",
                    "email": "agents@studio-uno.example",
                    "calendar": {"country": "FR", "timezone": "Europe/Paris"},
                }
            ],
            "products": [
                {"id": product_id, "seller_id": self.seller.id, "name": "Mega menu"}
                for product_id in (self.id, self.other_id)
            ],
            "bundles": [{"id": self.bundle_id, "name": "Kit", "product_ids": [self.id, self.other_id]}],
            "licences": [self._licence(*one) for one in bought],
            "billing_provider": [
                {"licence_id": licence_id, "behave": list(words)}
                for licence_id, words in zip(self.licences, self.bills, strict=False)
            ],
        }

    def _licence(self, licence_id: str, customer_id: str) -> dict[str, object]:
        return {
            "id": licence_id,
            "product_id": self.id,
            "customer_id": customer_id,
            "customer_email": "shop@customer.example",
            "purchased_at": datetime(2020, 6, 1, tzinfo=UTC),
            "price": {"amount": 12900, "currency": "EUR"},
            "payment_ref": f"pay-{licence_id}",
            "care": {"starts_on": date(2020, 6, 1), "ends_on": date(2031, 5, 31)},
        }
