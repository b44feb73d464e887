"""What a seller has on the shelf: products with their customers, and the bundles that hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from adapters.records.seed_file import RecordsFile, read_records
from tests.lives.catalogue import paris


class Sold(Protocol):
    """Something that can be switched off: a product of a seller."""

    @property
    def product_id(self) -> str: ...

    @property
    def seller_id(self) -> str: ...


@dataclass(frozen=True)
class Shelf:
    """A seller with products `a`, `b`, …, under ids of its own; whoever uses it means `product`."""

    number: int
    product: str = "a"

    @property
    def seller_id(self) -> str:
        return f"S{self.number}"

    @property
    def product_id(self) -> str:
        return self.id_of(self.product)

    def id_of(self, product: str) -> str:
        return f"P{self.number}-{product}"

    def about(self, product: str) -> "Shelf":
        """The same shelf, as far as another product is concerned."""
        return Shelf(self.number, product)

    def bundle_id(self, name: str = "kit") -> str:
        return f"B{self.number}-{name}"

    def licence_id(self, customer: str, product: str = "a") -> str:
        return f"L{self.number}-{product}-{customer}"

    def customer_id(self, customer: str) -> str:
        return f"C{self.number}-{customer}"


@dataclass(frozen=True)
class Stocked:
    """How the shelf is stocked: customers of product `a`, who renew unless they are among the `opted_out`."""

    products: Sequence[str] = ("a",)
    bundles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    customers: Sequence[str] = ("ann", "bob", "cid")
    opted_out: Sequence[str] = ()
    bills: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """How the billing service behaves for a customer, one word for each attempt to cancel."""
    pays: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """How the payment provider behaves for a customer's refund."""
    care_until: str = "2031-12-31"

    def records(self, shelf: Shelf) -> RecordsFile:
        """All entries of the records."""
        return read_records(
            {
                "sellers": [
                    {
                        "id": shelf.seller_id,
                        "name": "Studio Uno",
                        "email": "agents@studio-uno.example",
                        "calendar": {"country": "FR", "timezone": "Europe/Paris"},
                    }
                ],
                "products": [
                    {"id": shelf.id_of(name), "seller_id": shelf.seller_id, "name": name}
                    for name in self.products
                ],
                "bundles": [
                    {
                        "id": shelf.bundle_id(name),
                        "name": name,
                        "product_ids": [shelf.id_of(member) for member in members],
                    }
                    for name, members in self.bundles.items()
                ],
                "licences": [self._licence(shelf, customer) for customer in self.customers],
                "billing_provider": [
                    {"licence_id": shelf.licence_id(customer), "behave": list(words)}
                    for customer, words in self.bills.items()
                ],
                "payment_provider": [
                    {"licence_id": shelf.licence_id(customer), "behave": list(words)}
                    for customer, words in self.pays.items()
                ],
            }
        )

    def _licence(self, shelf: Shelf, customer: str) -> dict[str, object]:
        return {
            "id": shelf.licence_id(customer),
            "product_id": shelf.id_of("a"),
            "customer_id": shelf.customer_id(customer),
            "customer_email": f"{customer}@customer.example",
            "purchased_at": paris("2031-01-01 12:00"),
            "price": {"amount": 12900, "currency": "EUR"},
            "payment_ref": f"pay-{shelf.licence_id(customer)}",
            "shop_url": "https://shop.example",
            "care": {
                "starts_on": date(2031, 1, 1),
                "ends_on": date.fromisoformat(self.care_until),
                "auto_renew": customer not in self.opted_out,
            },
        }
