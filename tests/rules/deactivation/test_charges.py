"""A renewal charge that was under way when the product was switched off for good (R41, R56)."""

from datetime import date

import pytest

from business_care.deactivation.charges import (
    BillingAnswer,
    ChargeStatus,
    RenewalNotCancelled,
    RenewalOrder,
    charge_to_give_back,
    refund_of_charge,
)
from business_care.errors import StepFailed
from business_care.refund import PURCHASE_PRICE, RefundOrder
from tests.rules.deactivation.builders import a_charge

THE_DAY = date(2031, 3, 10)
RENEWAL = RenewalOrder(licence_id="L1", cause_id="D1")


@pytest.mark.parametrize(
    ("status", "starts_on", "owed"),
    [
        pytest.param(ChargeStatus.PAID, date(2031, 3, 11), True, id="starts on the next day"),
        pytest.param(ChargeStatus.PAID, THE_DAY, False, id="starts on that day"),
        pytest.param(ChargeStatus.PAID, date(2031, 3, 9), False, id="had started"),
        pytest.param(ChargeStatus.FAILED, date(2031, 3, 11), False, id="nothing was paid"),
        pytest.param(ChargeStatus.IN_FLIGHT, date(2031, 3, 11), False, id="nothing is known yet"),
    ],
)
def test_a_charge_is_owed_back_when_it_paid_a_period_that_starts_afterwards(
    status: ChargeStatus, starts_on: date, owed: bool
) -> None:
    charge = a_charge(status, starts_on)

    assert charge_to_give_back(charge, THE_DAY) == (charge if owed else None)


def test_nothing_is_owed_back_where_nothing_was_charged() -> None:
    assert charge_to_give_back(None, THE_DAY) is None


@pytest.mark.parametrize(
    ("answer", "unknown"),
    [
        pytest.param(BillingAnswer(), False, id="no charge"),
        pytest.param(BillingAnswer(charge=a_charge(ChargeStatus.PAID)), False, id="paid"),
        pytest.param(BillingAnswer(charge=a_charge(ChargeStatus.FAILED)), False, id="failed"),
        pytest.param(BillingAnswer(charge=a_charge(ChargeStatus.IN_FLIGHT)), True, id="in flight"),
    ],
)
def test_a_renewal_is_not_called_cancelled_while_its_charge_is_in_flight(
    answer: BillingAnswer, unknown: bool
) -> None:
    assert answer.outcome_is_unknown is unknown


class TestTheRefundOfACharge:
    def test_gives_back_what_was_charged_from_the_seller(self) -> None:
        order = refund_of_charge(a_charge(), RENEWAL, "S1")

        assert (order.money.amount, order.money.currency) == (4900, "EUR")
        assert (order.licence_id, order.request_id, order.seller_id) == ("L1", "D1", "S1")
        assert order.payment_ref == "ch_1"

    def test_has_one_key_for_ever(self) -> None:
        first = refund_of_charge(a_charge(), RENEWAL, "S1")
        under_another_deactivation = RenewalOrder(licence_id="L1", cause_id="D2")

        again = refund_of_charge(a_charge(), under_another_deactivation, "S1")

        assert first.idempotency_key == again.idempotency_key == "refund-renewal:ch_1-L1"

    def test_is_another_one_than_that_of_the_price_or_of_another_charge(self) -> None:
        one, other = (refund_of_charge(a_charge(charge_id=id_), RENEWAL, "S1") for id_ in ("ch_1", "ch_2"))
        price = RefundOrder(licence_id="L1", request_id="R1", seller_id="S1", money=one.money)

        assert len({one.idempotency_key, other.idempotency_key, price.idempotency_key}) == 3
        assert PURCHASE_PRICE not in (one.purpose, other.purpose)

    def test_fits_into_the_records_however_long_the_ids_are(self) -> None:
        longest = refund_of_charge(a_charge(charge_id="c" * 50), RENEWAL, "S1")

        assert len(longest.purpose) <= 64


def test_a_customer_who_fails_is_told_by_licence_and_code() -> None:
    failure = RenewalNotCancelled("L1", "account_closed")

    assert isinstance(failure, StepFailed)
    assert (str(failure), failure.code) == (
        "the renewal of licence L1 was not cancelled: account_closed",
        "account_closed",
    )
