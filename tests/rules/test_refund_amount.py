"""The price paid for the licence goes back, less what went back before, in its own currency (R40)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.refund import Money, amount_owed
from business_care.request import PricePaid
from business_care.values import MAX_AMOUNT_MINOR_UNITS

AMOUNTS = st.integers(min_value=0, max_value=MAX_AMOUNT_MINOR_UNITS)


@pytest.mark.parametrize(
    ("paid", "before", "owed"),
    [
        pytest.param(12_900, 0, 12_900, id="nothing before"),
        pytest.param(12_900, 2_900, 10_000, id="a part before"),
        pytest.param(12_900, 12_899, 1, id="all but a cent before"),
        pytest.param(12_900, 12_900, 0, id="all before"),
        pytest.param(12_900, 13_000, 0, id="more than all before"),
        pytest.param(0, 0, 0, id="a gift"),
    ],
)
def test_the_price_goes_back_less_what_went_back_before(paid: int, before: int, owed: int) -> None:
    price = PricePaid(amount=paid, currency="EUR", refunded_before=before)

    assert amount_owed(price).amount == owed


@pytest.mark.parametrize("currency", ["EUR", "USD", "JPY", "KWD"])
def test_the_price_goes_back_in_the_currency_in_which_it_was_paid(currency: str) -> None:
    price = PricePaid(amount=5_000, currency=currency)

    assert amount_owed(price) == Money(amount=5_000, currency=currency)


@given(paid=AMOUNTS, before=AMOUNTS)
def test_nobody_gets_back_more_than_was_paid_nor_less_than_nothing(paid: int, before: int) -> None:
    owed = amount_owed(PricePaid(amount=paid, currency="EUR", refunded_before=before)).amount

    assert 0 <= owed <= paid
    assert owed + before == max(paid, before)
