"""Amounts as Stripe writes them: mostly the minor units of ISO 4217, with exceptions of its own."""

from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from business_care.refund import Money


@dataclass(frozen=True)
class _Decimals:
    """How many decimals a currency has, and of which step the amounts at Stripe are multiples."""

    iso: int
    stripe: int
    step: int = 1


_USUAL: Final = _Decimals(2, 2)
_WHOLE: Final = _Decimals(0, 0)
# The last digit is always 0, for the sake of Stripe's partners.
_THREE: Final = _Decimals(3, 3, step=10)
# Without decimals by now, but still written with two, which are always 00. UGX stands in Stripe's list of
# currencies without decimals as well; its own paragraph says that 5 UGX are 500.
_WHOLE_BUT_WRITTEN_WITH_TWO: Final = _Decimals(0, 2, step=100)

_EXCEPTIONS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
        _WHOLE,
    ),
    # ISO 4217 gives the ariary two decimals (five iraimbilanja make one), Stripe none.
    "MGA": _Decimals(2, 0),
    **dict.fromkeys(("ISK", "UGX"), _WHOLE_BUT_WRITTEN_WITH_TWO),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), _THREE),
}
_NOT_AT_STRIPE: Final = frozenset({"CLF", "IQD", "LYD", "UYI", "UYW"})
"""Not two decimals in ISO 4217, and Stripe does not say how it would write them."""


def to_stripe(money: Money) -> int | None:
    """The amount for a refund; None when Stripe has no way to write exactly this amount."""
    decimals = _decimals_of(money.currency)
    if decimals is None:
        return None
    amount = _exactly(money.amount, decimals.iso, decimals.stripe)
    return None if amount is None or amount % decimals.step else amount


def from_stripe(amount: int, currency: str) -> Money | None:
    """What Stripe writes of a payment; None when our minor units can't say exactly that."""
    code = currency.upper()
    decimals = _decimals_of(code)
    exact = None if decimals is None else _exactly(amount, decimals.stripe, decimals.iso)
    if exact is None:
        return None
    try:
        return Money(amount=exact, currency=code)
    except ValidationError:
        return None


def _decimals_of(currency: str) -> _Decimals | None:
    return None if currency in _NOT_AT_STRIPE else _EXCEPTIONS.get(currency, _USUAL)


def _exactly(amount: int, decimals: int, wanted: int) -> int | None:
    whole, rest = divmod(amount * 10**wanted, 10**decimals)
    return None if rest else whole
