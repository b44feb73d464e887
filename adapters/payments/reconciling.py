"""Compares our books with the provider's own list of our refunds, page by page; it repairs nothing."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.records.books import PAGE, Books, Totals
from adapters.records.database import Database
from business_care.ports import PaymentProvider
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
from business_care.refund import RefundAnswerKind


@dataclass
class _Seen:
    """What is remembered of the provider's list: a number for each refund, and whatever differs."""

    refunds: int = 0
    there: Counter[str] = field(default_factory=Counter)
    paid: set[int] = field(default_factory=set)
    """The bookings whose refund has succeeded there."""
    unpaid: dict[int, MadeRefund] = field(default_factory=dict)
    """Those in force here whose refund was listed as under way or failed."""
    unknown: set[str] = field(default_factory=set)
    """The keys of refunds that have succeeded there, and that no booking knows."""
    differences: list[Difference] = field(default_factory=list)


async def reconcile(database: Database, provider: PaymentProvider, at: datetime) -> Reconciliation:
    """Compare everything that was booked before now; what is booked meanwhile is left to the next time.

    The list may come in any order. Of each refund one number is remembered, and whatever differs.
    """
    books, seen = Books(database), _Seen()
    newest = await books.newest()
    async for page in _pages(provider.refunds_made(at)):
        booked = await books.last_of(made.licence_id for made in page)
        for made in page:
            _compare(seen, made, booked.get((made.licence_id, made.purpose)), newest)
    async for ours in books.paid_by_provider(newest):
        if ours.number in seen.paid:
            continue
        made_there = seen.unpaid.get(ours.number)
        code = DifferenceCode.OTHER_STATUS if made_there else DifferenceCode.MISSING_THERE
        seen.differences.append(difference(code, made_there, ours))
    for ours in await books.charged_back_too(newest):
        seen.differences.append(difference(DifferenceCode.PAID_TWICE, None, ours))
    return Reconciliation(
        refunds=seen.refunds,
        currencies=_sums(await books.totals(newest), seen.there),
        differences=tuple(seen.differences),
    )


async def _pages(listed: AsyncIterator[MadeRefund]) -> AsyncIterator[Sequence[MadeRefund]]:
    page: list[MadeRefund] = []
    async for made in listed:
        page.append(made)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _compare(seen: _Seen, made: MadeRefund, booked: BookedRefund | None, newest: int) -> None:
    if booked is not None and booked.number > newest:
        return
    seen.refunds += 1
    if made.status is not RefundAnswerKind.SUCCEEDED:
        if booked is not None:
            seen.unpaid[booked.number] = made
        return
    seen.there[made.money.currency] += made.money.amount
    again = made.key in seen.unknown if booked is None else booked.number in seen.paid
    if booked is None:
        seen.unknown.add(made.key)
    else:
        seen.paid.add(booked.number)
    code = judge_paid(made, booked, again=again)
    if code is not None:
        seen.differences.append(difference(code, made, booked))


def _sums(ours: dict[str, Totals], there: Counter[str]) -> tuple[CurrencySums, ...]:
    sums = []
    for currency in sorted({*ours, *there}):
        totals = ours.get(currency, Totals())
        sums.append(
            CurrencySums(
                currency=currency,
                here=totals.paid_by_provider,
                there=there[currency],
                debits=totals.debits,
                credits=totals.credits,
            )
        )
    return tuple(sums)
