"""What a marketplace's records know about one licence and its parties, with good defaults."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from adapters.records.seed_file import RecordsFile, read_records

PARIS = ZoneInfo("Europe/Paris")


def paris(local: str) -> datetime:
    """The instant of a local time in Paris, such as `2031-03-04 09:30`."""
    return datetime.fromisoformat(local).replace(tzinfo=PARIS).astimezone(UTC)


@dataclass(frozen=True)
class Licence:
    """A licence, with parties of its own that no other test touches."""

    number: int

    @property
    def id(self) -> str:
        return f"L{self.number}"

    @property
    def product_id(self) -> str:
        return f"P{self.number}"

    @property
    def seller_id(self) -> str:
        return f"S{self.number}"

    @property
    def customer_id(self) -> str:
        return f"C{self.number}"

    @property
    def closure_id(self) -> str:
        return f"K{self.number}"


@dataclass(frozen=True)
class Bought:
    """How a licence was bought, of whom, and how its refunds are paid; by default care is active all 2031."""

    amount: int = 12900
    refunded_before: int = 0
    care_from: str = "2031-01-01"
    care_until: str = "2031-12-31"
    renews: bool = True
    country: str = "FR"
    timezone: str = "Europe/Paris"
    shop_url: str = "https://shop.example"
    closed: tuple[str, str] | None = None
    """The first and the last day of a closure of which customers were told in time."""
    pays: Sequence[str] = ()
    """How the payment provider behaves, one word for each attempt."""

    def records(self, licence: Licence) -> RecordsFile:
        """All entries of the records that concern the licence."""
        return read_records(
            {
                "sellers": [self._seller(licence)],
                "products": [_product(licence)],
                "licences": [self._licence(licence)],
                "closures": self._closures(licence),
                "payment_provider": [{"licence_id": licence.id, "behave": list(self.pays)}],
            }
        )

    def _seller(self, licence: Licence) -> dict[str, object]:
        calendar = {"country": self.country, "timezone": self.timezone}
        return {
            "id": licence.seller_id,
            "name": "Studio Uno",
            "email": "agents@studio-uno.example",
            "calendar": calendar,
        }

    def _licence(self, licence: Licence) -> dict[str, object]:
        return {
            "id": licence.id,
            "product_id": licence.product_id,
            "customer_id": licence.customer_id,
            "customer_email": "shop@customer.example",
            "purchased_at": paris("2031-02-01 12:00"),
            "price": {"amount": self.amount, "currency": "EUR"},
            "payment_ref": f"pay_{licence.number}",
            "shop_url": self.shop_url,
            "refunded_before": self.refunded_before,
            "care": {
                "starts_on": date.fromisoformat(self.care_from),
                "ends_on": date.fromisoformat(self.care_until),
                "auto_renew": self.renews,
            },
        }

    def _closures(self, licence: Licence) -> list[dict[str, object]]:
        if self.closed is None:
            return []
        first, last = self.closed
        closure: dict[str, object] = {
            "id": licence.closure_id,
            "seller_id": licence.seller_id,
            "start": date.fromisoformat(first),
            "end": date.fromisoformat(last),
            "notified_at": paris("2031-02-20 09:00"),
        }
        return [closure]


def _product(licence: Licence) -> dict[str, object]:
    sheet = {"from": date(2030, 1, 1), "compatible_versions": ["8.x"]}
    return {"id": licence.product_id, "seller_id": licence.seller_id, "name": "Mega menu", "sheets": [sheet]}
