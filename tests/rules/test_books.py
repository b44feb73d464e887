"""Double-entry books: both sides of every booking are equal, and one payment is in force at a time (R41)."""

import pytest

from business_care.books import BookEntry, BookingKind, entries_of, may_follow
from business_care.refund import Money

MONEY = Money(amount=12_900, currency="EUR")
PAYMENTS = (BookingKind.PAID_BY_PROVIDER, BookingKind.PAID_BY_HAND, BookingKind.CHARGED_BACK)


@pytest.mark.parametrize(
    ("kind", "debited", "credited"),
    [
        (BookingKind.PAID_BY_PROVIDER, "seller:S1", "provider"),
        (BookingKind.RETURNED_BY_PROVIDER, "provider", "seller:S1"),
        (BookingKind.PAID_BY_HAND, "seller:S1", "operator"),
        (BookingKind.CHARGED_BACK, "seller:S1", "bank"),
    ],
)
def test_each_booking_debits_one_account_and_credits_another(
    kind: BookingKind, debited: str, credited: str
) -> None:
    assert entries_of(kind, "S1", MONEY) == (
        BookEntry(account=debited, debit=12_900),
        BookEntry(account=credited, credit=12_900),
    )


def test_a_seller_that_nobody_knows_has_an_account_all_the_same() -> None:
    seller, _ = entries_of(BookingKind.CHARGED_BACK, None, MONEY)

    assert seller.account == "seller:"


@pytest.mark.parametrize("kind", PAYMENTS)
@pytest.mark.parametrize(
    ("last", "allowed"),
    [(None, True), (BookingKind.RETURNED_BY_PROVIDER, True), *((payment, False) for payment in PAYMENTS)],
)
def test_a_payment_follows_nothing_or_the_return_of_the_one_before(
    kind: BookingKind, last: BookingKind | None, allowed: bool
) -> None:
    assert may_follow(kind, last) is allowed


@pytest.mark.parametrize(
    ("last", "allowed"),
    [
        (None, False),
        (BookingKind.PAID_BY_PROVIDER, True),
        (BookingKind.PAID_BY_HAND, False),
        (BookingKind.CHARGED_BACK, False),
        (BookingKind.RETURNED_BY_PROVIDER, False),
    ],
)
def test_only_what_the_provider_has_paid_can_come_back_from_it(
    last: BookingKind | None, allowed: bool
) -> None:
    assert may_follow(BookingKind.RETURNED_BY_PROVIDER, last) is allowed
