"""Our own double-entry books of money given back: what is booked, and what may follow what (R41, R42)."""

from enum import StrEnum

from business_care.refund import Money
from business_care.values import Value

PROVIDER, OPERATOR, BANK = "provider", "operator", "bank"
"""The accounts that money is paid back from. The other side is always the seller's own account."""


class BookingKind(StrEnum):
    """Why money has moved; wire format of the records."""

    PAID_BY_PROVIDER = "paid_by_provider"
    RETURNED_BY_PROVIDER = "returned_by_provider"
    """A refund that had been booked as paid failed after all: the money came back."""
    PAID_BY_HAND = "paid_by_hand"
    CHARGED_BACK = "charged_back"


_PAID_FROM = {
    BookingKind.PAID_BY_PROVIDER: PROVIDER,
    BookingKind.RETURNED_BY_PROVIDER: PROVIDER,
    BookingKind.PAID_BY_HAND: OPERATOR,
    BookingKind.CHARGED_BACK: BANK,
}


class BookEntry(Value):
    """One side of a booking: minor units, one of the two is above zero."""

    account: str
    debit: int = 0
    credit: int = 0


def seller_account(seller_id: str | None) -> str:
    """The account of the seller whose sale is given back; a seller that nobody knows has one too."""
    return f"seller:{seller_id or ''}"


def entries_of(kind: BookingKind, seller_id: str | None, money: Money) -> tuple[BookEntry, BookEntry]:
    """Both sides of a booking: what the seller owes, and who has paid it to the customer."""
    payer, seller = _PAID_FROM[kind], seller_account(seller_id)
    if kind is BookingKind.RETURNED_BY_PROVIDER:
        payer, seller = seller, payer
    return (
        BookEntry(account=seller, debit=money.amount),
        BookEntry(account=payer, credit=money.amount),
    )


def may_follow(kind: BookingKind, last: BookingKind | None) -> bool:
    """Whether a booking may follow the last one of the same licence and purpose.

    At most one payment is in force at a time (R41): another one is booked only after the first came back,
    and only a payment of the provider's can come back.
    """
    if kind is BookingKind.RETURNED_BY_PROVIDER:
        return last is BookingKind.PAID_BY_PROVIDER
    return last is None or last is BookingKind.RETURNED_BY_PROVIDER
