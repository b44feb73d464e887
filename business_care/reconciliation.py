"""Our books against the payment provider's own list: what can differ, and what each difference is called."""

from enum import StrEnum

from business_care.books import BookingKind
from business_care.refund import Money, RefundAnswerKind
from business_care.values import Currency, Identifier, Text, Value


class MadeRefund(Value):
    """A refund of ours as the provider lists it."""

    key: str
    """The idempotency key that it was made under."""
    licence_id: Identifier
    purpose: str
    money: Money
    status: RefundAnswerKind
    """Succeeded, pending or failed."""
    reference: Text | None = None


class BookedRefund(Value):
    """The last booking of a licence and purpose: how our books say that it stands."""

    number: int
    licence_id: Identifier
    purpose: str
    kind: BookingKind
    money: Money
    reference: Text


class DifferenceCode(StrEnum):
    """What is wrong; wire format."""

    MISSING_HERE = "missing_here"
    """The provider has paid, and our books know nothing of it."""
    MISSING_THERE = "missing_there"
    """Our books say that the provider has paid, and it knows of no such refund."""
    OTHER_AMOUNT = "other_amount"
    OTHER_STATUS = "other_status"
    """One says paid; the other says that it is under way, has failed or came back."""
    PAID_TWICE = "paid_twice"
    """The provider has paid twice under one key, or beside a payment by hand; or a chargeback was lost beside
    any payment."""


class Difference(Value):
    """One licence and purpose on which the two disagree."""

    code: DifferenceCode
    licence_id: Identifier
    purpose: str
    here: Money | None = None
    there: Money | None = None
    kind: BookingKind | None = None
    """The last booking in our books; null where there is none."""
    status: RefundAnswerKind | None = None
    """How the refund stands at the provider; null where there is none."""
    reference: Text | None = None
    """The provider's name for the payment; ours where it has none."""


class CurrencySums(Value):
    """The sums of one currency, in its minor units."""

    currency: Currency
    here: int = 0
    """What our books' account of the provider has paid."""
    there: int = 0
    """What the provider's succeeded refunds come to."""
    debits: int = 0
    credits: int = 0
    """Of all accounts of our books: equal to the debits, or the books are broken."""

    @property
    def is_equal(self) -> bool:
        """Whether everything adds up."""
        return self.here == self.there and self.debits == self.credits


class Reconciliation(Value):
    """What comparing both came to. Nothing is repaired: money is looked at by people."""

    refunds: int
    """How many refunds of ours the provider has listed."""
    currencies: tuple[CurrencySums, ...]
    differences: tuple[Difference, ...]

    @property
    def is_equal(self) -> bool:
        """Whether there is nothing to look at."""
        return not self.differences and all(sums.is_equal for sums in self.currencies)


def judge_paid(made: MadeRefund, booked: BookedRefund | None, *, again: bool) -> DifferenceCode | None:
    """What is wrong with a refund that has succeeded there; `again`: it is not the first under its key."""
    if again:
        return DifferenceCode.PAID_TWICE
    if booked is None:
        return DifferenceCode.MISSING_HERE
    if booked.kind is BookingKind.RETURNED_BY_PROVIDER:
        return DifferenceCode.OTHER_STATUS
    if booked.kind is not BookingKind.PAID_BY_PROVIDER:
        return DifferenceCode.PAID_TWICE
    return None if made.money == booked.money else DifferenceCode.OTHER_AMOUNT


def difference(code: DifferenceCode, made: MadeRefund | None, booked: BookedRefund | None) -> Difference:
    """The difference, told from whichever of the two there is."""
    known = made or booked
    if known is None:
        raise LookupError("a difference is about a refund that somebody knows of")
    return Difference(
        code=code,
        licence_id=known.licence_id,
        purpose=known.purpose,
        here=booked.money if booked else None,
        there=made.money if made else None,
        kind=booked.kind if booked else None,
        status=made.status if made else None,
        reference=known.reference,
    )
