"""Renewals that are cancelled at a billing service: one attempt each, not too often, nothing lost (R55)."""

import asyncio
import time
from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import select, update

from adapters.billing.side_by_side import side_by_side
from adapters.billing.simulated import SimulatedBilling
from adapters.billing.through_provider import RenewalsThroughProvider
from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.records.deactivation_tables import RENEWAL_TROUBLES
from adapters.records.opened import Records
from adapters.records.renewal_counts import TroubleStatus
from adapters.throttle import Throttle
from business_care.deactivation.charges import (
    BillingAnswer,
    RenewalCharge,
    RenewalNotCancelled,
    RenewalOrder,
)
from business_care.deactivation.renewals import FailedRenewal, WalkRange, WalkStanding
from business_care.errors import TemporarilyUnavailable
from business_care.listing import PaymentState
from tests.adapters.care_world import a_licence
from tests.adapters.cascade_world import (
    A_MINUTE_LATER,
    AN_HOUR_LATER,
    EFFECTIVE_AT,
    SMALL_PAGE,
    a_cascade,
    a_walk,
    attempts,
    cancelled,
    licences,
    surveyed,
    switch_payments,
    through_provider,
    told,
    walked,
)


class OutOfOrder:
    """A billing service that answers all but every n-th call, and then that it can't now."""

    def __init__(self, fails_each: int) -> None:
        self.calls = Counter[str]()
        self.at_once = self.most_at_once = 0
        self._fails_each = fails_each

    async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
        self.calls[order.licence_id] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if self.calls.total() % self._fails_each == 0:
            raise TemporarilyUnavailable("the billing service did not answer")
        return BillingAnswer()

    async def find_charge(self, order: RenewalOrder, at: datetime) -> RenewalCharge | None:
        return None


async def test_one_customer_who_fails_is_listed_and_stops_nobody(records: Records) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, *licences(8), L002=("error",), L007=("error",))

    end = await walked(renewals)

    assert (end.seen, end.totals.cancelled, end.totals.failed) == (8, 6, 2)
    assert end.totals.listed == (
        FailedRenewal(licence_id="L002", code="provider_error", can_be_retried=True),
        FailedRenewal(licence_id="L007", code="provider_error", can_be_retried=True),
    )
    assert "customer-of-L002" not in await told(records)


async def test_what_failed_is_not_tried_again_by_itself(records: Records) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, *licences(5), L002=("error",))
    await walked(renewals)

    second_round = await walked(renewals, a_walk(2))

    assert (second_round.seen, second_round.totals.failed) == (0, 1)
    assert set((await attempts(records)).values()) == {1}


async def test_what_failed_is_retried_on_its_own(records: Records) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, *licences(5), L001=("error",), L003=("error", "error"))
    await walked(renewals)

    freed = await renewals.free_failed(a_cascade())
    retried = await walked(renewals, a_walk(2))

    assert (freed.failed, freed.listed) == (0, ())
    assert retried.seen == 2
    assert (retried.totals.cancelled, retried.totals.failed) == (4, 1)
    assert await attempts(records) == {"L000": 1, "L001": 2, "L002": 1, "L003": 2, "L004": 1}


async def test_what_failed_and_was_refunded_meanwhile_is_struck_off(records: Records) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, *licences(3), L000=("error",), L001=("error",))
    await walked(renewals)
    await records.care.end_care("L000", EFFECTIVE_AT)
    await records.care.cancel_renewal("L000", EFFECTIVE_AT)

    totals = await renewals.settle(a_cascade())

    assert (totals.cancelled, totals.failed) == (1, 1)
    assert await told(records) == ["customer-of-L002"]


async def test_the_list_holds_the_first_hundred(records: Records) -> None:
    renewals = through_provider(records)
    await surveyed(
        records, renewals, *licences(110), **{f"L{number:03}": ("error",) for number in range(110)}
    )

    totals = (await walked(renewals)).totals

    assert totals.failed == 110
    assert [failed.licence_id for failed in totals.listed] == [f"L{number:03}" for number in range(100)]


async def test_a_very_long_code_is_cut(records: Records) -> None:
    class Wordy(OutOfOrder):
        async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
            raise RenewalNotCancelled(order.licence_id, "x" * 500)

    renewals = through_provider(records, Wordy(1))
    await surveyed(records, renewals, a_licence())

    listed = (await walked(renewals)).totals.listed

    assert [failed.code for failed in listed] == ["x" * 64]


async def test_a_service_that_is_down_costs_at_most_its_page(records: Records) -> None:
    billing = OutOfOrder(fails_each=7)
    await surveyed(records, through_provider(records), *licences(20))

    breakdowns = 0
    end: WalkStanding | None = None
    while end is None:
        try:
            end = await walked(through_provider(records, billing))
        except TemporarilyUnavailable:
            breakdowns += 1

    assert breakdowns > 0
    assert (end.seen, end.totals.cancelled, end.totals.failed) == (20, 20, 0)
    assert len(await told(records)) == 20
    assert billing.calls.total() <= 20 + breakdowns * SMALL_PAGE


async def test_after_a_kill_at_most_one_page_is_asked_for_again(records: Records) -> None:
    await surveyed(records, through_provider(records), *licences(30))
    kills = 0
    for milliseconds in (5, 8, 13, 21):
        killed = asyncio.create_task(walked(through_provider(records)))
        await asyncio.wait([killed], timeout=milliseconds / 1000)
        if killed.cancel():
            kills += 1
        await asyncio.wait([killed])

    end = await walked(through_provider(records))

    assert end.totals.cancelled == 30
    assert sum((await attempts(records)).values()) <= 30 + kills * SMALL_PAGE
    assert len(await cancelled(records)) == len(await told(records)) == 30


async def test_slow_answers_are_awaited_side_by_side(records: Records) -> None:
    renewals = RenewalsThroughProvider(
        records.database,
        SimulatedBilling(records.database),
        OncePayments(records.database, LedgerProvider(records.database)),
        1000,
    )
    await surveyed(records, renewals, *licences(20), **{f"L{number:03}": ("slow",) for number in range(20)})

    began = time.perf_counter()
    await walked(renewals)

    assert time.perf_counter() - began < 20 * 0.3 / 2


async def test_all_walks_of_a_process_share_one_throttle(records: Records) -> None:
    billing = OutOfOrder(fails_each=1_000)
    renewals = RenewalsThroughProvider(
        records.database, billing, OncePayments(records.database, LedgerProvider(records.database)), 100
    )
    await surveyed(records, renewals, *licences(30))
    halves = (WalkRange(upto="L014"), WalkRange(after="L014"))

    began = time.perf_counter()
    walks = (a_walk(number=number, part=part) for number, part in enumerate(halves))
    await asyncio.gather(*(walked(renewals, order) for order in walks))

    assert billing.calls.total() == 30
    assert time.perf_counter() - began >= 0.28


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param(A_MINUTE_LATER, TroubleStatus.IN_FLIGHT, id="a charge in flight"),
        pytest.param(AN_HOUR_LATER, TroubleStatus.GIVING_BACK, id="a charge to be given back"),
    ],
)
async def test_a_trouble_that_did_not_change_keeps_its_instant(
    records: Records, at: datetime, status: TroubleStatus
) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence(), L1=("charge_in_flight_paid",))
    await walked(renewals)
    await switch_payments(records, PaymentState.STOPPED)
    await renewals.settle(a_cascade(at))
    async with records.database.writing() as connection:
        await connection.execute(update(RENEWAL_TROUBLES).values(since=EFFECTIVE_AT))

    await renewals.settle(a_cascade(at))

    async with records.database.reading() as connection:
        trouble = (await connection.execute(select(RENEWAL_TROUBLES))).one()
    assert (trouble.status, trouble.since) == (status, EFFECTIVE_AT)


async def test_calls_begin_evenly_spaced() -> None:
    throttle = Throttle(per_second=200)
    began = time.perf_counter()

    await asyncio.gather(*(throttle.turn() for _ in range(21)))

    assert 0.09 <= time.perf_counter() - began < 1


async def test_a_throttle_that_nobody_used_for_a_while_lets_no_burst_through() -> None:
    throttle = Throttle(per_second=100)
    await throttle.turn()
    await asyncio.sleep(0.1)
    began = time.perf_counter()

    for _ in range(3):
        await throttle.turn()

    assert time.perf_counter() - began >= 0.015


async def test_never_more_questions_are_asked_at_once_than_allowed() -> None:
    under_way, most = 0, 0

    async def ask(question: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return question * 2

    answers = await side_by_side(range(20), ask, 4)

    assert sorted(answers) == list(range(0, 40, 2))
    assert most == 4


async def test_after_a_failure_nothing_new_is_asked_and_what_is_under_way_is_awaited() -> None:
    asked, answered = list[int](), list[int]()

    async def ask(question: int) -> None:
        asked.append(question)
        await asyncio.sleep(0)
        if question == 1:
            raise TemporarilyUnavailable("not now")
        await asyncio.sleep(0.01)
        answered.append(question)

    with pytest.raises(TemporarilyUnavailable):
        await side_by_side(range(50), ask, 3)

    assert sorted(answered) == [0, 2]
    assert sorted(asked) == [0, 1, 2]
