"""What differs between our books and the provider's list has one name each, and nothing else is equal."""

import pytest

from business_care.books import BookingKind
from business_care.reconciliation import (
    BookedRefund,
    CurrencySums,
    Difference,
    DifferenceCode,
    MadeRefund,
    Reconciliation,
    difference,
    judge_paid,
)
from business_care.refund import PURCHASE_PRICE, Money, RefundAnswerKind

MONEY = Money(amount=12_900, currency="EUR")
PAID_TWICE, OTHER_STATUS = DifferenceCode.PAID_TWICE, DifferenceCode.OTHER_STATUS


def made(money: Money = MONEY) -> MadeRefund:
    return MadeRefund(
        key="refund-purchase_price-L1",
        licence_id="L1",
        purpose=PURCHASE_PRICE,
        money=money,
        status=RefundAnswerKind.SUCCEEDED,
        reference="re_1",
    )


def booked(kind: BookingKind = BookingKind.PAID_BY_PROVIDER) -> BookedRefund:
    return BookedRefund(
        number=1, licence_id="L1", purpose=PURCHASE_PRICE, kind=kind, money=MONEY, reference="ours"
    )


@pytest.mark.parametrize(
    ("there", "here", "again", "code"),
    [
        pytest.param(made(), booked(), False, None, id="both say the same"),
        pytest.param(made(), None, False, DifferenceCode.MISSING_HERE, id="unknown to our books"),
        pytest.param(
            made(Money(amount=12_901, currency="EUR")),
            booked(),
            False,
            DifferenceCode.OTHER_AMOUNT,
            id="another amount",
        ),
        pytest.param(
            made(Money(amount=12_900, currency="USD")),
            booked(),
            False,
            DifferenceCode.OTHER_AMOUNT,
            id="another currency",
        ),
        pytest.param(
            made(), booked(BookingKind.RETURNED_BY_PROVIDER), False, OTHER_STATUS, id="here it came back"
        ),
        pytest.param(made(), booked(BookingKind.PAID_BY_HAND), False, PAID_TWICE, id="by hand too"),
        pytest.param(made(), booked(BookingKind.CHARGED_BACK), False, PAID_TWICE, id="charged back too"),
        pytest.param(made(), booked(), True, PAID_TWICE, id="the second under its key"),
        pytest.param(made(), None, True, PAID_TWICE, id="the second under a key that is unknown here"),
    ],
)
def test_a_refund_that_has_succeeded_is_compared_with_the_last_booking(
    there: MadeRefund, here: BookedRefund | None, again: bool, code: DifferenceCode | None
) -> None:
    assert judge_paid(there, here, again=again) is code


def test_a_difference_tells_both_sides() -> None:
    assert difference(PAID_TWICE, made(), booked(BookingKind.PAID_BY_HAND)) == Difference(
        code=PAID_TWICE,
        licence_id="L1",
        purpose=PURCHASE_PRICE,
        here=MONEY,
        there=MONEY,
        kind=BookingKind.PAID_BY_HAND,
        status=RefundAnswerKind.SUCCEEDED,
        reference="re_1",
    )


def test_a_difference_tells_the_one_side_that_there_is() -> None:
    here, there = difference(PAID_TWICE, None, booked()), difference(PAID_TWICE, made(), None)

    assert (here.there, here.status, here.reference) == (None, None, "ours")
    assert (there.here, there.kind, there.reference) == (None, None, "re_1")


def test_a_difference_about_nothing_is_a_fault() -> None:
    with pytest.raises(LookupError):
        difference(PAID_TWICE, None, None)


@pytest.mark.parametrize(
    ("sums", "equal"),
    [
        (CurrencySums(currency="EUR", here=5, there=5, debits=9, credits=9), True),
        (CurrencySums(currency="EUR", here=5, there=4, debits=9, credits=9), False),
        (CurrencySums(currency="EUR", here=5, there=5, debits=9, credits=8), False),
    ],
    ids=["equal", "another sum there", "debits that are not credits"],
)
def test_the_books_agree_when_every_sum_does(sums: CurrencySums, equal: bool) -> None:
    assert Reconciliation(refunds=1, currencies=(sums,), differences=()).is_equal is equal


def test_the_books_do_not_agree_while_there_is_a_difference() -> None:
    found = Reconciliation(refunds=1, currencies=(), differences=(difference(PAID_TWICE, made(), booked()),))

    assert not found.is_equal
