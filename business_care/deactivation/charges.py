"""The outside billing service, and a renewal charge under way when a product is switched off (R56)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from business_care.errors import StepFailed
from business_care.refund import Money, RefundOrder
from business_care.values import Identifier, Value

ChargeId = Annotated[str, Field(pattern=r"^[!-~]{1,50}$")]
"""The billing service's own id of a charge; short, since it is part of a refund's purpose."""

RENEWAL_CHARGE = "renewal:"
"""How the purpose of the refund of a charge begins."""


class RenewalOrder(Value):
    """A renewal that is to be cancelled at the billing service; asking again under the same ids is safe."""

    licence_id: Identifier
    cause_id: Identifier
    """The deactivation that ends it. Where a refund does, the licence's own id: it is refunded once (R41)."""


class ChargeStatus(StrEnum):
    """How a charge stands."""

    IN_FLIGHT = "in_flight"
    PAID = "paid"
    FAILED = "failed"


class RenewalCharge(Value):
    """The charge of one period of a subscription."""

    charge_id: ChargeId
    status: ChargeStatus
    money: Money
    period_starts_on: date
    """The first local day of the period that was charged."""


class BillingAnswer(Value):
    """No further charge will be made. `charge` is the one that was under way, if there was one."""

    charge: RenewalCharge | None = None

    @property
    def outcome_is_unknown(self) -> bool:
        """Whether the renewal can't be called cancelled yet (R56)."""
        return self.charge is not None and self.charge.status is ChargeStatus.IN_FLIGHT


class RenewalNotCancelled(StepFailed):
    """The billing service could not cancel the renewal of this one customer; `code` says why.

    It is listed for the operator. A service that is down raises `TemporarilyUnavailable` in its place.
    """

    def __init__(self, licence_id: str, code: str) -> None:
        super().__init__(f"the renewal of licence {licence_id} was not cancelled: {code}")
        self.code = code


def charge_to_give_back(charge: RenewalCharge | None, effective_on: date) -> RenewalCharge | None:
    """The charge that is owed back: it paid a period that starts after the day on which it ended (R43, R56).

    A period that starts on that day runs already: its care goes on to its end, and stays paid.
    """
    if charge is None or charge.status is not ChargeStatus.PAID or charge.period_starts_on <= effective_on:
        return None
    return charge


def refund_of_charge(charge: RenewalCharge, renewal: RenewalOrder, seller_id: str) -> RefundOrder:
    """The order to give a charge back, under a key of its own (R41, R56)."""
    return RefundOrder(
        licence_id=renewal.licence_id,
        request_id=renewal.cause_id,
        seller_id=seller_id,
        money=charge.money,
        payment_ref=charge.charge_id,
        purpose=purpose_of_charge(charge.charge_id),
    )


def purpose_of_charge(charge_id: str) -> str:
    """What the refund of a charge is for: part of its key, so that each charge is given back once (R41)."""
    return f"{RENEWAL_CHARGE}{charge_id}"
