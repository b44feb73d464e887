"""What a customer asks for, and the facts about the licence that judge it, kept from the opening on (R61)."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from business_care.calendar import Closure, Place
from business_care.policy import Policy
from business_care.values import Currency, Identifier, Instant, MinorUnits, Text, Value


class RequestKind(StrEnum):
    """An anomaly has both clocks and may end in a refund; a question has the first clock only (R26)."""

    ANOMALY = "anomaly"
    QUESTION = "question"


class CareRequestOpening(Value):
    """The start of a `CareRequest`, given by the marketplace. Both clocks run from `opened_at` (R1)."""

    request_id: Identifier
    licence_id: Identifier
    opened_at: Instant
    kind: RequestKind = RequestKind.ANOMALY
    shop_url: Text | None = None
    shop_version: Text | None = None
    subject: Text | None = None


class CareTerm(Value):
    """The Business Care subscription of a licence; both dates included, local days of the seller's
    calendar."""

    starts_on: date
    ends_on: date
    auto_renew: bool
    renewal_cancelled_on: date | None = None
    """The local day on which the tacit renewal was cancelled: the period that runs then is the last."""
    ended_on: date | None = None
    """The local day on which a refund ended the care; after that day it is not active (R43)."""


class PricePaid(Value):
    """What was paid for one licence: after discount, tax included, and what was already given back (R40)."""

    amount: MinorUnits
    currency: Currency
    refunded_before: MinorUnits = 0
    payment_ref: Identifier | None = None


class LicenceFacts(Value):
    """All that the records know about the licence of a request, looked up once at the opening (R61)."""

    licence_id: Identifier
    product_id: Identifier
    seller_id: Identifier
    customer_id: Identifier
    purchased_at: Instant
    price: PricePaid
    care: CareTerm | None
    care_active: bool
    """Whether care was active on the local day of `opened_at` (R15)."""
    shop_url: Text | None = None
    test_shop_urls: tuple[Text, ...] = ()
    advertised_versions: tuple[Text, ...] | None = None
    """The compatible versions on the product sheet at the purchase; None when no snapshot was kept (R31)."""
    place: Place
    closures: tuple[Closure, ...] = Field(default=())
    """The seller's closures that bind the request (R7)."""
    policy: Policy = Policy()
