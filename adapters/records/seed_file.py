"""The `records` and `policy` sections of a scenario file, read strictly: an unknown key or id is named."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from business_care.calendar import Place
from business_care.policy import Policy
from business_care.values import Currency, Identifier, Instant, MinorUnits, Text, Value

Language = Literal["en", "es", "fr"]
PaymentWord = Literal[
    "ok",
    "error",
    "timeout_before",
    "timeout_after_effect",
    "pending",
    "pending_then_failed",
    "succeeded_then_failed",
    "refused",
]
BillingWord = Literal["ok", "error", "slow", "charge_in_flight_paid", "charge_in_flight_failed"]
Versions = Annotated[str | int, AfterValidator(str)]
"""Compatible versions, such as `8.x`; a whole number may be written without quotes."""


class RecordsFileRefused(ValueError):
    """The section cannot be used; the message names every key that is wrong and what was given."""


class SellerEntry(Value):
    """A seller; without `calendar` the marketplace's counts, without `language` its country decides."""

    id: Identifier
    name: Text
    email: Text
    calendar: Place | None = None
    language: Language | None = None


class SheetEntry(Value):
    """What the product sheet advertised from a local day on."""

    from_date: date = Field(alias="from")
    compatible_versions: tuple[Versions, ...]


class ProductEntry(Value):
    """A product of a seller, with its sheets through time."""

    id: Identifier
    seller_id: Identifier
    name: Text
    sheets: tuple[SheetEntry, ...] = ()


class BundleEntry(Value):
    """Several products sold together."""

    id: Identifier
    name: Text
    product_ids: tuple[Identifier, ...]
    on_sale: bool = True


class PriceEntry(Value):
    """What was paid, in minor units, tax included."""

    amount: MinorUnits
    currency: Currency


class CareEntry(Value):
    """The Business Care of a licence; `auto_renew: false` means that the customer opted out."""

    starts_on: date
    ends_on: date
    auto_renew: bool = True

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} lies before starts_on {self.starts_on}")
        return self


class LicenceEntry(Value):
    """A licence as it was bought."""

    id: Identifier
    product_id: Identifier
    customer_id: Identifier
    customer_email: Text
    customer_language: Language | None = None
    purchased_at: Instant
    price: PriceEntry
    payment_ref: Identifier | None = None
    shop_url: Text | None = None
    test_shop_urls: tuple[Text, ...] = ()
    care: CareEntry | None = None
    refunded_before: MinorUnits = 0


class ClosureEntry(Value):
    """A temporary closure: whole local days of the seller, both ends included (R7)."""

    id: Identifier
    seller_id: Identifier
    start: date
    end: date
    notified_at: Instant

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        return self


class PaymentBehaviourEntry(Value):
    """How the simulated payment provider behaves for a licence: one word for each attempt to pay."""

    licence_id: Identifier
    behave: tuple[PaymentWord, ...]


class BillingBehaviourEntry(Value):
    """The same for cancelling the renewal of a licence."""

    licence_id: Identifier
    behave: tuple[BillingWord, ...]


class RecordsFile(Value):
    """The whole `records` section."""

    sellers: tuple[SellerEntry, ...] = ()
    products: tuple[ProductEntry, ...] = ()
    bundles: tuple[BundleEntry, ...] = ()
    licences: tuple[LicenceEntry, ...] = ()
    closures: tuple[ClosureEntry, ...] = ()
    payment_provider: tuple[PaymentBehaviourEntry, ...] = ()
    billing_provider: tuple[BillingBehaviourEntry, ...] = ()


def read_records(section: Mapping[str, object]) -> RecordsFile:
    """Read the `records` section as YAML gave it. Raises `RecordsFileRefused`."""
    try:
        file = RecordsFile.model_validate_json(_as_json(section))
    except ValidationError as error:
        raise RecordsFileRefused(_sentences("records", error)) from None
    problems = list(_problems(file))
    if problems:
        raise RecordsFileRefused("; ".join(problems))
    return file


def read_policy(section: Mapping[str, object]) -> Policy:
    """Read the `policy` section as YAML gave it, with defaults. Raises `RecordsFileRefused`."""
    try:
        return Policy.model_validate_json(_as_json(section))
    except ValidationError as error:
        raise RecordsFileRefused(_sentences("policy", error)) from None


def _as_json(section: Mapping[str, object]) -> str:
    return json.dumps(_plain(section), default=_spelled)


def _plain(value: object) -> object:
    """The tree with a number that knows how it was written (8.10) as that text."""
    match value:
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case float() if type(value) is not float:
            return str(value)
        case _:
            return value


def _spelled(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"<{type(value).__name__}>"


def _sentences(section: str, error: ValidationError) -> str:
    return "; ".join(_sentence(section, detail) for detail in error.errors(include_url=False))


def _sentence(section: str, detail: ErrorDetails) -> str:
    key = section + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{key}: this key is unknown"
    if detail["type"] == "missing":
        return f"{key}: this key is missing"
    given = detail["input"]
    said = f" (given: {given})" if isinstance(given, int | float) else ""
    return f"{key}: {detail['msg']}{said}"


def _problems(file: RecordsFile) -> Iterator[str]:
    sellers = {seller.id for seller in file.sellers}
    products = {product.id for product in file.products}
    licences = {licence.id for licence in file.licences}
    for name in ("sellers", "products", "bundles", "licences", "closures"):
        yield from _repeated(f"records.{name}", [entry.id for entry in getattr(file, name)])
    for i, product in enumerate(file.products):
        yield from _unknown(f"records.products[{i}].seller_id", [product.seller_id], sellers, "seller")
        days = [str(sheet.from_date) for sheet in product.sheets]
        yield from _repeated(f"records.products[{i}].sheets", days)
    for i, bundle in enumerate(file.bundles):
        yield from _unknown(f"records.bundles[{i}].product_ids", bundle.product_ids, products, "product")
        yield from _repeated(f"records.bundles[{i}].product_ids", bundle.product_ids)
    for i, licence in enumerate(file.licences):
        yield from _unknown(f"records.licences[{i}].product_id", [licence.product_id], products, "product")
    for i, closure in enumerate(file.closures):
        yield from _unknown(f"records.closures[{i}].seller_id", [closure.seller_id], sellers, "seller")
    for name in ("payment_provider", "billing_provider"):
        ids = [entry.licence_id for entry in getattr(file, name)]
        yield from _repeated(f"records.{name}", ids)
        for i, licence_id in enumerate(ids):
            yield from _unknown(f"records.{name}[{i}].licence_id", [licence_id], licences, "licence")


def _unknown(key: str, ids: Iterable[str], known: set[str], what: str) -> Iterator[str]:
    for wanted in ids:
        if wanted not in known:
            yield f"{key}: {wanted} is not a {what} of this file"


def _repeated(key: str, ids: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for i, given in enumerate(ids):
        if given in seen:
            yield f"{key}[{i}]: {given} stands there twice"
        seen.add(given)
