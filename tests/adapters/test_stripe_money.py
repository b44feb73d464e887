"""Our minor units are those of ISO 4217, and Stripe's not always: exactly there and back, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.payments.stripe_money import from_stripe, to_stripe
from business_care.refund import Money

TWO_DECIMALS = ["EUR", "USD", "GBP", "HUF", "TWD", "MRU", "IDR"]
NO_DECIMALS = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
THREE_DECIMALS = ["BHD", "JOD", "KWD", "OMR", "TND"]


@pytest.mark.parametrize(
    ("ours", "currency", "at_stripe"),
    [
        *(pytest.param(12_900, currency, 12_900, id=f"{currency} as it is") for currency in TWO_DECIMALS),
        *(pytest.param(500, currency, 500, id=f"{currency} has no decimals") for currency in NO_DECIMALS),
        *(
            pytest.param(5_120, currency, 5_120, id=f"{currency}, last digit 0")
            for currency in THREE_DECIMALS
        ),
        pytest.param(500, "MGA", 5, id="five ariary, which have decimals for ISO 4217 alone"),
        pytest.param(5, "ISK", 500, id="five crowns, written with two decimals for the past's sake"),
        pytest.param(5, "UGX", 500, id="five Ugandan shillings, the same"),
        pytest.param(0, "EUR", 0, id="nothing"),
    ],
)
def test_an_amount_is_the_same_money_on_both_sides(ours: int, currency: str, at_stripe: int) -> None:
    money = Money(amount=ours, currency=currency)

    assert to_stripe(money) == at_stripe
    assert from_stripe(at_stripe, currency.lower()) == money


@pytest.mark.parametrize(
    ("ours", "currency"),
    [
        *(pytest.param(5_124, currency, id=f"{currency}, last digit 4") for currency in THREE_DECIMALS),
        pytest.param(520, "MGA", id="one iraimbilanja"),
        pytest.param(1_000, "IQD", id="three decimals, and Stripe does not say how it would write them"),
        pytest.param(1_000, "LYD", id="the same"),
        pytest.param(10_000, "CLF", id="four decimals"),
    ],
)
def test_what_stripe_cannot_write_is_not_rounded(ours: int, currency: str) -> None:
    assert to_stripe(Money(amount=ours, currency=currency)) is None


@pytest.mark.parametrize(
    ("at_stripe", "currency"),
    [
        pytest.param(550, "isk", id="half a crown, from before 2023"),
        pytest.param(550, "ugx", id="half a shilling"),
        pytest.param(1_000, "iqd", id="not at Stripe"),
        pytest.param(10**15, "eur", id="more than we hold for an amount"),
        pytest.param(-1, "eur", id="less than nothing"),
        pytest.param(1, "stablecoin", id="no code of a currency"),
    ],
)
def test_what_our_minor_units_cannot_say_is_not_rounded(at_stripe: int, currency: str) -> None:
    assert from_stripe(at_stripe, currency) is None


@given(
    st.integers(0, 10**10),
    st.sampled_from([*TWO_DECIMALS, *NO_DECIMALS, *THREE_DECIMALS, "MGA", "ISK", "UGX", "LYD", "CLF"]),
)
def test_what_can_be_written_comes_back_as_the_same(amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)

    written = to_stripe(money)

    assert written is None or from_stripe(written, currency.lower()) == money
