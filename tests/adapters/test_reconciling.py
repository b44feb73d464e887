"""Our books against the provider's own list: every difference is found and named, and nothing is repaired."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.payments.reconciling import reconcile
from adapters.payments.simulated import SimulatedProvider
from adapters.records.book_tables import BOOKING_ENTRIES
from adapters.records.database import Database
from adapters.records.money_tables import LEDGER_REFUNDS
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.books import BookingKind
from business_care.ports import PaymentProvider
from business_care.reconciliation import CurrencySums, DifferenceCode, MadeRefund, Reconciliation
from business_care.refund import (
    PURCHASE_PRICE,
    Money,
    RefundAnswer,
    RefundAnswerKind,
    RefundOrder,
    RefundStatus,
)
from business_care.state import Outcome
from business_care.views import CareStateName
from tests.adapters.book_world import book_one, booked
from tests.adapters.care_world import (
    OPENED_AT,
    a_file,
    a_licence,
    a_refund_view,
    a_step,
    a_view,
    an_order,
    behaving,
)

A_DAY_LATER = OPENED_AT + timedelta(days=1)
PAID, RETURNED = BookingKind.PAID_BY_PROVIDER, BookingKind.RETURNED_BY_PROVIDER
PROVIDERS: list[Callable[[Database], PaymentProvider]] = [LedgerProvider, SimulatedProvider]


def made(
    licence_id: str = "L1",
    *,
    amount: int = 12_900,
    status: RefundAnswerKind = RefundAnswerKind.SUCCEEDED,
) -> MadeRefund:
    return MadeRefund(
        key=f"refund-purchase_price-{licence_id}",
        licence_id=licence_id,
        purpose=PURCHASE_PRICE,
        money=Money(amount=amount, currency="EUR"),
        status=status,
        reference="re_1",
    )


class Listing:
    """A provider that lists what the test says, and pays nothing."""

    def __init__(self, *refunds: MadeRefund) -> None:
        self._refunds = refunds

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        raise AssertionError("comparing asks for the list alone")

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        raise AssertionError("comparing repairs nothing")

    async def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        for refund in self._refunds:
            yield refund


async def compared(records: Records, *refunds: MadeRefund) -> Reconciliation:
    return await reconcile(records.database, Listing(*refunds), A_DAY_LATER)


async def differing(records: Records, *refunds: MadeRefund) -> list[tuple[str, DifferenceCode]]:
    found = await compared(records, *refunds)
    assert not found.is_equal
    return [(one.licence_id, one.code) for one in found.differences]


async def test_before_anything_was_paid_the_books_agree(records: Records) -> None:
    assert await compared(records) == Reconciliation(refunds=0, currencies=(), differences=())


@pytest.mark.parametrize("make", PROVIDERS, ids=["ledger", "simulated"])
async def test_what_was_paid_through_us_is_equal_at_the_provider(
    records: Records, make: Callable[[Database], PaymentProvider]
) -> None:
    await load(records.database, a_file(licences=tuple(a_licence(f"L{number}") for number in range(3))))
    provider = make(records.database)
    payments = OncePayments(records.database, provider)
    for number in range(3):
        await payments.pay_back(an_order(f"L{number}", amount=1_000), OPENED_AT)

    found = await reconcile(records.database, provider, OPENED_AT)

    assert found.is_equal
    assert found.refunds == 3
    assert found.currencies == (
        CurrencySums(currency="EUR", here=3_000, there=3_000, debits=3_000, credits=3_000),
    )


@pytest.mark.parametrize("make", PROVIDERS, ids=["ledger", "simulated"])
async def test_a_provider_lists_every_refund_of_ours_however_many_pages_they_fill(
    records: Records, make: Callable[[Database], PaymentProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.payments.listing.PAGE", 2)
    await load(records.database, a_file(licences=tuple(a_licence(f"L{number}") for number in range(5))))
    provider = make(records.database)
    answers = [await provider.create_refund(an_order(f"L{number}"), OPENED_AT) for number in range(5)]

    listed = [refund async for refund in provider.refunds_made(OPENED_AT)]

    assert listed == [
        made(f"L{number}").model_copy(update={"reference": answer.reference})
        for number, answer in enumerate(answers)
    ]


async def test_a_refund_under_way_is_listed_as_it_stands_at_that_instant(records: Records) -> None:
    await load(records.database, behaving("pending"))
    provider = SimulatedProvider(records.database)
    payments = OncePayments(records.database, provider)
    await payments.pay_back(an_order(), OPENED_AT)

    at_once = await reconcile(records.database, provider, OPENED_AT)
    a_day_later = await reconcile(records.database, provider, A_DAY_LATER)

    assert at_once.is_equal
    assert [one.code for one in a_day_later.differences] == [DifferenceCode.MISSING_HERE]


async def test_a_payment_that_only_the_provider_knows_is_missing_here(records: Records) -> None:
    await book_one(records, PAID)

    assert await differing(records, made("L1"), made("L2")) == [("L2", DifferenceCode.MISSING_HERE)]


async def test_a_payment_that_only_we_know_is_missing_there(records: Records) -> None:
    await book_one(records, PAID)
    await book_one(records, PAID, licence_id="L2")
    await book_one(records, BookingKind.PAID_BY_HAND, licence_id="L3")

    assert await differing(records, made("L1")) == [("L2", DifferenceCode.MISSING_THERE)]


async def test_another_amount_is_told_with_both(records: Records) -> None:
    await book_one(records, PAID)

    [found] = (await compared(records, made(amount=12_901))).differences

    assert (found.code, found.here, found.there) == (
        DifferenceCode.OTHER_AMOUNT,
        Money(amount=12_900, currency="EUR"),
        Money(amount=12_901, currency="EUR"),
    )


@pytest.mark.parametrize("status", [RefundAnswerKind.FAILED, RefundAnswerKind.PENDING])
async def test_what_is_booked_as_paid_and_is_not_there_is_another_status(
    records: Records, status: RefundAnswerKind
) -> None:
    await book_one(records, PAID)

    assert await differing(records, made(status=status)) == [("L1", DifferenceCode.OTHER_STATUS)]


async def test_what_came_back_here_and_is_paid_there_is_another_status(records: Records) -> None:
    await book_one(records, PAID)
    await book_one(records, RETURNED)

    assert await differing(records, made()) == [("L1", DifferenceCode.OTHER_STATUS)]


async def test_what_came_back_or_failed_on_both_sides_is_equal(records: Records) -> None:
    await book_one(records, PAID)
    await book_one(records, RETURNED)

    failed = RefundAnswerKind.FAILED
    found = await compared(records, made("L1", status=failed), made("L2", status=failed))

    assert found.is_equal


async def test_a_failed_try_beside_the_payment_is_no_difference(records: Records) -> None:
    await book_one(records, PAID)
    failed = made(status=RefundAnswerKind.FAILED)

    assert (await compared(records, failed, made(), failed)).is_equal


@pytest.mark.parametrize(
    ("kinds", "refunds", "codes"),
    [
        pytest.param((PAID,), 2, [DifferenceCode.PAID_TWICE], id="two under one key"),
        pytest.param(
            (), 2, [DifferenceCode.MISSING_HERE, DifferenceCode.PAID_TWICE], id="two that we know nothing of"
        ),
        pytest.param((BookingKind.PAID_BY_HAND,), 1, [DifferenceCode.PAID_TWICE], id="by hand too"),
        pytest.param((BookingKind.CHARGED_BACK,), 1, [DifferenceCode.PAID_TWICE], id="charged back too"),
        pytest.param(
            (PAID, RETURNED, BookingKind.PAID_BY_HAND),
            1,
            [DifferenceCode.PAID_TWICE],
            id="by hand after it had failed, and it had not",
        ),
    ],
)
async def test_a_customer_who_was_paid_twice_is_found(
    records: Records, kinds: tuple[BookingKind, ...], refunds: int, codes: list[DifferenceCode]
) -> None:
    for kind in kinds:
        await book_one(records, kind)

    assert await differing(records, *[made()] * refunds) == [("L1", code) for code in codes]


async def store_refund(
    records: Records, request_id: str, status: RefundStatus, reference: str | None = None
) -> None:
    refund = a_refund_view(status, reference)
    closed = a_view(request_id, state=CareStateName.CLOSED, outcome=Outcome.REFUNDED, refund=refund)
    await records.care.store(a_step(closed, workflow_id=f"care-request-{request_id}"))


@pytest.mark.parametrize("by_hand", [False, True], ids=["by the provider", "by hand"])
async def test_a_chargeback_that_is_lost_when_the_price_was_given_back_is_found_as_paid_twice(
    records: Records, by_hand: bool
) -> None:
    await load(records.database, a_file(licences=(a_licence("L1"), a_licence("L2"))))
    if by_hand:
        await load(records.database, behaving("refused"))
    provider = SimulatedProvider(records.database)
    paid = await OncePayments(records.database, provider).pay_back(an_order(), OPENED_AT)
    if by_hand:
        await store_refund(records, "R1", RefundStatus.MANUAL)
    await store_refund(records, "R1", RefundStatus.SUCCEEDED, "SEPA 77" if by_hand else paid.reference)
    assert (await reconcile(records.database, provider, A_DAY_LATER)).is_equal

    for request_id in ("R2", "R3"):
        await store_refund(records, request_id, RefundStatus.CHARGED_BACK)

    found = await reconcile(records.database, provider, A_DAY_LATER)
    assert not found.is_equal
    assert [(one.licence_id, one.code, one.kind, one.there) for one in found.differences] == [
        ("L1", DifferenceCode.PAID_TWICE, BookingKind.PAID_BY_HAND if by_hand else PAID, None)
    ]


async def test_a_chargeback_is_no_second_payment_where_it_was_the_first_or_the_refund_came_back(
    records: Records,
) -> None:
    await load(records.database, a_file(licences=(a_licence("L1"), a_licence("L2"))))
    await store_refund(records, "R1", RefundStatus.CHARGED_BACK)
    await store_refund(records, "R2", RefundStatus.CHARGED_BACK)
    await store_refund(records, "R3", RefundStatus.SUCCEEDED)
    assert (await compared(records)).is_equal
    for kind in (PAID, RETURNED):
        await book_one(records, kind, licence_id="L2")
    lost = a_view("R4", licence_id="L2", refund=a_refund_view(RefundStatus.CHARGED_BACK))
    await records.care.store(a_step(lost, workflow_id="care-request-R4"))

    assert (await compared(records, made("L2", status=RefundAnswerKind.FAILED))).is_equal


async def test_the_list_may_come_in_any_order_and_fill_any_number_of_pages(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.payments.reconciling.PAGE", 2)
    monkeypatch.setattr("adapters.records.books.PAGE", 2)
    for number in range(7):
        await book_one(records, PAID, licence_id=f"L{number}")
    listed = [made(f"L{number}") for number in (5, 2, 0, 8, 6, 2, 1)]

    assert await differing(records, *listed) == [
        ("L8", DifferenceCode.MISSING_HERE),
        ("L2", DifferenceCode.PAID_TWICE),
        ("L3", DifferenceCode.MISSING_THERE),
        ("L4", DifferenceCode.MISSING_THERE),
    ]


async def test_what_is_booked_while_the_list_is_read_is_left_to_the_next_time(records: Records) -> None:
    class PaysMeanwhile(Listing):
        async def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
            await book_one(records, PAID, licence_id="L2")
            await book_one(records, PAID, licence_id="L3")
            yield made("L2")
            yield made("L1")

    await book_one(records, PAID)

    assert (await reconcile(records.database, PaysMeanwhile(), A_DAY_LATER)).is_equal


async def test_books_whose_debits_are_not_their_credits_are_told(records: Records) -> None:
    await book_one(records, PAID)
    async with records.database.writing() as connection:
        await connection.execute(
            update(BOOKING_ENTRIES).where(BOOKING_ENTRIES.c.account == "seller:S1").values(debit=1)
        )

    found = await compared(records, made())

    assert not found.is_equal
    assert found.currencies == (
        CurrencySums(currency="EUR", here=12_900, there=12_900, debits=1, credits=12_900),
    )


async def test_comparing_changes_nothing(records: Records) -> None:
    await load(records.database, a_file())
    provider = LedgerProvider(records.database)
    await OncePayments(records.database, provider).pay_back(an_order(), OPENED_AT)
    async with records.database.writing() as connection:
        await connection.execute(update(LEDGER_REFUNDS).values(amount=1))
    before = await booked(records)

    first = await reconcile(records.database, provider, A_DAY_LATER)

    assert await reconcile(records.database, provider, A_DAY_LATER) == first
    assert await booked(records) == before
    assert not first.is_equal
