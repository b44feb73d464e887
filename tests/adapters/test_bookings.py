"""Money that has moved is booked once, with the change that says so, whatever is repeated (R41, R42)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.book_tables import BOOKING_ENTRIES, BOOKINGS
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.books import BookingKind
from business_care.errors import StepFailed, TemporarilyUnavailable
from business_care.refund import RefundStatus
from business_care.views import CareStateName
from tests.adapters.book_world import assert_sound, balances, book_one, booked, kinds
from tests.adapters.care_world import (
    OPENED_AT,
    PAID_AT,
    a_file,
    a_refund_view,
    a_step,
    a_view,
    an_order,
    behaving,
)
from tests.adapters.test_paying_once import CrashesBeforeTheAnswerIsKept

A_DAY_LATER = OPENED_AT + timedelta(days=1)
PAID, RETURNED = BookingKind.PAID_BY_PROVIDER, BookingKind.RETURNED_BY_PROVIDER
BY_HAND, CHARGED_BACK = BookingKind.PAID_BY_HAND, BookingKind.CHARGED_BACK


@pytest.fixture
async def payments(records: Records) -> OncePayments:
    await load(records.database, a_file())
    return OncePayments(records.database, SimulatedProvider(records.database))


async def store_refund(
    records: Records, status: RefundStatus, reference: str | None = None, *, amount: int = 12_900
) -> None:
    refund = a_refund_view(status, reference).model_copy(update={"amount": amount})
    await records.care.store(a_step(a_view(state=CareStateName.REFUND_MANUAL, refund=refund)))


async def test_what_the_provider_paid_is_booked_once_whoever_asks_again(
    records: Records, payments: OncePayments
) -> None:
    first = await payments.pay_back(an_order(), OPENED_AT)
    for request_id in ("R1", "R2"):
        await payments.pay_back(an_order(request_id=request_id), A_DAY_LATER)
        await payments.look_up(an_order(request_id=request_id), A_DAY_LATER)
    await store_refund(records, RefundStatus.SUCCEEDED, first.reference)

    assert await booked(records) == [(PAID, first.reference, 12_900, OPENED_AT)]
    assert await balances(records) == {"seller:S1": 12_900, "provider": -12_900}
    await assert_sound(records)


async def test_a_refund_under_way_is_booked_when_it_has_settled(
    records: Records, payments: OncePayments
) -> None:
    await load(records.database, behaving("pending"))
    under_way = await payments.pay_back(an_order(), OPENED_AT)
    while_under_way = await booked(records)

    await payments.look_up(an_order(), A_DAY_LATER)

    assert while_under_way == []
    assert await booked(records) == [(PAID, under_way.reference, 12_900, A_DAY_LATER)]


async def test_a_settlement_that_the_provider_told_by_itself_is_booked_once(
    records: Records, payments: OncePayments
) -> None:
    await load(records.database, behaving("pending"))
    under_way = await payments.pay_back(an_order(amount=10_000), OPENED_AT)

    for _ in range(2):
        await store_refund(records, RefundStatus.SUCCEEDED, under_way.reference)
    await payments.look_up(an_order(), A_DAY_LATER)

    assert await booked(records) == [(PAID, under_way.reference, 10_000, PAID_AT)]


async def test_what_never_moved_is_not_booked(records: Records, payments: OncePayments) -> None:
    await load(records.database, behaving("refused"))
    await payments.pay_back(an_order(), OPENED_AT)
    await store_refund(records, RefundStatus.MANUAL)

    assert await booked(records) == []


async def test_what_the_operator_paid_is_booked_as_it_was_recorded(
    records: Records, payments: OncePayments
) -> None:
    await load(records.database, behaving("refused"))
    await payments.pay_back(an_order(), OPENED_AT)
    await store_refund(records, RefundStatus.MANUAL)

    for _ in range(2):
        await store_refund(records, RefundStatus.SUCCEEDED, "transfer 4711", amount=12_000)

    assert await booked(records) == [(BY_HAND, "transfer 4711", 12_000, PAID_AT)]
    assert await balances(records) == {"seller:S1": 12_000, "operator": -12_000}


async def test_what_a_chargeback_took_is_booked_against_the_bank(records: Records) -> None:
    await load(records.database, a_file())

    for _ in range(2):
        await store_refund(records, RefundStatus.CHARGED_BACK)

    assert await booked(records) == [(CHARGED_BACK, "", 12_900, PAID_AT)]
    assert await balances(records) == {"seller:S1": 12_900, "bank": -12_900}


async def test_a_crash_after_the_payment_leaves_the_booking_to_whoever_looks_next(
    records: Records, payments: OncePayments
) -> None:
    crashing = OncePayments(records.database, CrashesBeforeTheAnswerIsKept(records.database))
    with pytest.raises(KeyboardInterrupt):
        await crashing.pay_back(an_order(), OPENED_AT)
    after_the_crash = await booked(records)

    found = await payments.pay_back(an_order(), A_DAY_LATER)

    assert after_the_crash == []
    assert await booked(records) == [(PAID, found.reference, 12_900, A_DAY_LATER)]


async def test_the_booking_and_the_change_it_follows_from_are_kept_together_or_not_at_all(
    records: Records, payments: OncePayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise TemporarilyUnavailable("the records are gone")

    with monkeypatch.context() as patched:
        patched.setattr("adapters.payments.intents.book", breaks)
        with pytest.raises(TemporarilyUnavailable):
            await payments.pay_back(an_order(), OPENED_AT)
    async with records.database.reading() as connection:
        status = await connection.scalar(select(REFUND_INTENTS.c.status))
    await payments.pay_back(an_order(), OPENED_AT)

    assert status == "requested"
    assert await kinds(records) == [PAID]


async def test_requests_that_ask_at_once_make_one_booking(records: Records, payments: OncePayments) -> None:
    orders = [an_order(request_id=f"R{number}") for number in range(8)]

    await asyncio.gather(*(payments.pay_back(order, OPENED_AT) for order in orders))

    assert await kinds(records) == [PAID]


async def test_bookings_at_once_put_one_payment_in_force(records: Records) -> None:
    await asyncio.gather(*(book_one(records, PAID, f"re_{number}") for number in range(8)))

    assert await kinds(records) == [PAID]
    await assert_sound(records)


async def test_money_that_came_back_is_booked_back_and_may_be_paid_by_hand(records: Records) -> None:
    for kind in (PAID, RETURNED, RETURNED, PAID):
        await book_one(records, kind, "re_1", amount=12_900 if kind is PAID else 1)
    came_back = await balances(records)
    for _ in range(2):
        await book_one(records, BY_HAND, "transfer 1")
    await book_one(records, RETURNED, "re_1")

    assert came_back == {"seller:S1": 0, "provider": 0}
    assert await kinds(records) == [PAID, RETURNED, BY_HAND]
    assert await balances(records) == {"seller:S1": 12_900, "provider": 0, "operator": -12_900}
    await assert_sound(records)


async def test_each_purpose_of_a_licence_is_booked_on_its_own(records: Records) -> None:
    await book_one(records, PAID)
    await book_one(records, PAID, purpose="renewal:charge-1")

    assert await kinds(records) == [PAID, PAID]


async def test_nothing_is_booked_for_nothing(records: Records) -> None:
    await book_one(records, PAID, amount=0)

    assert await booked(records) == []


async def test_a_very_long_reference_is_cut(records: Records) -> None:
    await book_one(records, PAID, "é" * 3_000)

    assert [reference for _, reference, _, _ in await booked(records)] == ["é" * 500]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"position": 1}, id="a second payment in force"),
        pytest.param({"position": 2}, id="a payment where only a return can stand"),
        pytest.param({"position": 3, "reference": "re_1"}, id="the same payment again"),
        pytest.param({"position": 3, "kind": RETURNED}, id="a return where only a payment can stand"),
        pytest.param({"position": 3, "amount": 0}, id="a booking of nothing"),
    ],
)
async def test_the_database_itself_refuses(records: Records, wrong: dict[str, object]) -> None:
    await book_one(records, PAID, "re_1")
    row: dict[str, object] = {
        "licence_id": "L1",
        "purpose": "purchase_price",
        "kind": PAID,
        "reference": "re_2",
        "amount": 1,
        "currency": "EUR",
        "at": OPENED_AT,
    }

    with pytest.raises(StepFailed, match="refused"):
        async with records.database.writing() as connection:
            await connection.execute(insert(BOOKINGS).values(**{**row, **wrong}))


@pytest.mark.parametrize(("debit", "credit"), [(1, 1), (0, 0), (-1, 0), (0, -1), (1, -1)], ids=str)
async def test_the_database_takes_entries_of_one_side_only(records: Records, debit: int, credit: int) -> None:
    await book_one(records, PAID)
    async with records.database.reading() as connection:
        number = await connection.scalar(select(BOOKINGS.c.id))
    entry = {"booking_id": number, "account": "bank", "debit": debit, "credit": credit, "currency": "EUR"}

    with pytest.raises(StepFailed, match="refused"):
        async with records.database.writing() as connection:
            await connection.execute(insert(BOOKING_ENTRIES).values(**entry))
