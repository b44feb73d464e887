"""What payment providers give back of a renewal charge: at most that, and once (R41, R56)."""

from datetime import datetime, timedelta

import pytest

from adapters.payments.ledger import LedgerProvider
from adapters.payments.simulated import SimulatedProvider
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.deactivation.charges import (
    ChargeStatus,
    RenewalCharge,
    RenewalOrder,
    refund_of_charge,
)
from business_care.ports import PaymentProvider
from business_care.refund import Money, RefundAnswerKind, RefundOrder
from tests.adapters.care_world import a_licence
from tests.adapters.cascade_world import A_MINUTE_LATER, EFFECTIVE_ON, a_catalogue, charged

A_DAY_LATER = A_MINUTE_LATER + timedelta(days=1)


@pytest.fixture(params=[LedgerProvider, SimulatedProvider], ids=["ledger", "simulated"])
async def provider(request: pytest.FixtureRequest, records: Records) -> PaymentProvider:
    await load(records.database, a_catalogue(a_licence(), a_licence("L2", refunded_before=900)))
    make: type[LedgerProvider | SimulatedProvider] = request.param
    return make(records.database)


def a_return(charge_id: str = "charge-1", licence_id: str = "L1", amount: int = 12_900) -> RefundOrder:
    charge = RenewalCharge(
        charge_id=charge_id,
        status=ChargeStatus.PAID,
        money=Money(amount=amount, currency="EUR"),
        period_starts_on=EFFECTIVE_ON,
    )
    return refund_of_charge(charge, RenewalOrder(licence_id=licence_id, cause_id="D1"), "S1")


async def test_a_charge_is_given_back_once_by_every_provider(
    records: Records, provider: PaymentProvider
) -> None:
    await charged(records, EFFECTIVE_ON)

    first = await provider.create_refund(a_return(), A_MINUTE_LATER)
    again = await provider.create_refund(a_return(), A_DAY_LATER)

    assert first.kind is RefundAnswerKind.SUCCEEDED
    assert again == first == await provider.find_refund(a_return(), A_DAY_LATER)


@pytest.mark.parametrize(
    ("order", "at", "reason"),
    [
        pytest.param(a_return("charge-404"), A_MINUTE_LATER, "unknown_payment", id="no such charge"),
        pytest.param(
            a_return(licence_id="L2"), A_MINUTE_LATER, "unknown_payment", id="a charge of another licence"
        ),
        pytest.param(
            a_return(), A_MINUTE_LATER - timedelta(seconds=1), "unknown_payment", id="a charge in flight"
        ),
        pytest.param(
            a_return().model_copy(update={"payment_ref": "charge-2"}),
            A_MINUTE_LATER,
            "unknown_payment",
            id="a purpose that names another charge",
        ),
        pytest.param(
            a_return().model_copy(update={"purpose": "goodwill"}),
            A_MINUTE_LATER,
            "unknown_payment",
            id="a purpose that nobody knows",
        ),
        pytest.param(
            a_return(amount=12_901), A_MINUTE_LATER, "amount_above_payment", id="more than was charged"
        ),
        pytest.param(
            a_return().model_copy(update={"money": Money(amount=1, currency="USD")}),
            A_MINUTE_LATER,
            "other_currency",
            id="in another currency",
        ),
    ],
)
async def test_more_than_the_charge_holds_is_refused(
    records: Records, provider: PaymentProvider, order: RefundOrder, at: datetime, reason: str
) -> None:
    await charged(records, EFFECTIVE_ON)

    answer = await provider.create_refund(order, at)

    assert (answer.kind, answer.reason) == (RefundAnswerKind.REFUSED, reason)


async def test_a_charge_that_failed_holds_nothing(records: Records, provider: PaymentProvider) -> None:
    await charged(records, EFFECTIVE_ON, ChargeStatus.FAILED)

    answer = await provider.create_refund(a_return(), A_MINUTE_LATER)

    assert (answer.kind, answer.reason) == (RefundAnswerKind.REFUSED, "unknown_payment")
