"""A renewal charge in flight is waited for, and given back where it paid for too much (R44, R56)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.money_tables import REFUND_INTENTS, SIMULATED_REFUNDS
from adapters.records.opened import Records
from adapters.records.seed_file import BillingWord, PaymentWord
from business_care.deactivation.ports import Renewals
from business_care.deactivation.renewals import CascadeTotals, FailedRenewal
from business_care.listing import PaymentState
from tests.adapters.care_world import a_licence, an_order
from tests.adapters.cascade_world import (
    A_MINUTE_LATER,
    AN_HOUR_LATER,
    EFFECTIVE_ON,
    a_cascade,
    a_walk,
    attempts,
    cancelled,
    charged,
    forget_charges,
    let_pay,
    licences,
    surveyed,
    switch_payments,
    through_provider,
    told,
    walked,
)

A_DAY_LATER = AN_HOUR_LATER + timedelta(days=1)
IN_FLIGHT = CascadeTotals(in_flight=1)
GIVING_BACK = CascadeTotals(cancelled=1, giving_back=1)
DONE = CascadeTotals(cancelled=1)


def by_hand(code: str) -> CascadeTotals:
    listed = FailedRenewal(licence_id="L1", code=code, can_be_retried=False)
    return CascadeTotals(cancelled=1, by_hand=1, listed=(listed,))


async def walked_with(records: Records, word: BillingWord) -> Renewals:
    """A walk over one licence whose renewal is being charged."""
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence(), L1=(word,))
    await walked(renewals)
    return renewals


async def given_back(records: Records) -> list[tuple[str, int]]:
    query = select(SIMULATED_REFUNDS.c.purpose, SIMULATED_REFUNDS.c.amount)
    async with records.database.reading() as connection:
        return [(row.purpose.partition(":")[0], row.amount) for row in await connection.execute(query)]


async def test_a_renewal_is_not_called_cancelled_while_its_charge_is_in_flight(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")

    totals = await renewals.settle(a_cascade(AN_HOUR_LATER - timedelta(seconds=1)))

    assert totals == IN_FLIGHT
    assert await cancelled(records) == []
    assert await told(records) == []


async def test_a_round_leaves_what_is_in_flight_alone(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")

    second_round = await walked(renewals, a_walk(2, at=AN_HOUR_LATER))

    assert (second_round.seen, second_round.totals) == (0, IN_FLIGHT)
    assert await attempts(records) == {"L1": 1}


async def test_a_charge_that_was_paid_for_a_later_period_is_given_back(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")

    totals = await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert totals == DONE
    assert await given_back(records) == [("renewal", 12_900)]
    assert await cancelled(records) == ["L1"]
    assert await told(records) == ["customer-of-L1"]


async def test_a_charge_that_failed_needs_nothing_back(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_failed")

    totals = await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert totals == DONE
    assert await given_back(records) == []


@pytest.mark.parametrize(
    ("period_starts_on", "returned"),
    [
        pytest.param(EFFECTIVE_ON - timedelta(days=1), [], id="a period that runs already stays paid"),
        pytest.param(EFFECTIVE_ON, [], id="and so does one that starts on that day"),
        pytest.param(EFFECTIVE_ON + timedelta(days=1), [("renewal", 12_900)], id="a later one is returned"),
    ],
)
async def test_a_charge_that_is_paid_already_is_judged_at_once(
    records: Records, period_starts_on: date, returned: list[tuple[str, int]]
) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence())
    await charged(records, period_starts_on)

    end = await walked(renewals)

    assert end.totals == DONE
    assert await given_back(records) == returned


async def test_a_charge_of_nothing_needs_nothing_back(records: Records) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence())
    await charged(records, EFFECTIVE_ON + timedelta(days=1), amount=0)

    assert (await walked(renewals)).totals == DONE
    assert await given_back(records) == []


async def test_a_return_that_is_pending_is_asked_for_until_it_has_settled(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await let_pay(records, "pending")

    at_first = await renewals.settle(a_cascade(AN_HOUR_LATER))
    meanwhile = await cancelled(records)
    a_day_later = await renewals.settle(a_cascade(A_DAY_LATER))

    assert at_first == GIVING_BACK
    assert meanwhile == ["L1"]
    assert a_day_later == DONE
    assert await given_back(records) == [("renewal", 12_900)]


@pytest.mark.parametrize(
    ("word", "code"),
    [("refused", "refund_refused"), ("pending_then_failed", "refund_failed")],
)
async def test_a_return_that_comes_to_nothing_is_left_to_the_operator(
    records: Records, word: PaymentWord, code: str
) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await let_pay(records, word)
    await renewals.settle(a_cascade(AN_HOUR_LATER))

    totals = await renewals.settle(a_cascade(A_DAY_LATER))

    assert totals == by_hand(code)
    assert await cancelled(records) == ["L1"]
    assert await told(records) == ["customer-of-L1"]


async def test_what_is_left_to_the_operator_is_not_freed_for_another_attempt(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await let_pay(records, "refused")
    before = await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert await renewals.free_failed(a_cascade(AN_HOUR_LATER)) == before
    assert (await walked(renewals, a_walk(2, at=AN_HOUR_LATER))).seen == 0


async def test_nothing_is_given_back_while_payments_are_stopped(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await switch_payments(records, PaymentState.STOPPED)

    stopped = await renewals.settle(a_cascade(AN_HOUR_LATER))
    returned_meanwhile = await given_back(records)
    await switch_payments(records, PaymentState.RESUMED)
    resumed = await renewals.settle(a_cascade(A_DAY_LATER))

    assert (stopped, returned_meanwhile) == (GIVING_BACK, [])
    assert resumed == DONE
    assert await given_back(records) == [("renewal", 12_900)]


async def test_whoever_waits_for_a_charge_to_come_back_is_cancelled_and_told_at_once_and_counted_once(
    records: Records,
) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await switch_payments(records, PaymentState.STOPPED)

    looks = [await renewals.settle(a_cascade(AN_HOUR_LATER + timedelta(hours=hour))) for hour in range(3)]
    second_round = await walked(renewals, a_walk(2, at=A_DAY_LATER))
    meanwhile = await cancelled(records), await told(records)
    await switch_payments(records, PaymentState.RESUMED)
    resumed = await renewals.settle(a_cascade(A_DAY_LATER))

    assert looks == [GIVING_BACK] * 3
    assert (second_round.seen, second_round.totals) == (0, GIVING_BACK)
    assert meanwhile == (["L1"], ["customer-of-L1"])
    assert resumed == DONE
    assert await told(records) == ["customer-of-L1"]


async def test_a_charge_that_was_paid_before_the_walk_and_waits_is_cancelled_by_the_walk(
    records: Records,
) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence())
    await charged(records, EFFECTIVE_ON + timedelta(days=1))
    await switch_payments(records, PaymentState.STOPPED)

    end = await walked(renewals)

    assert end.totals == GIVING_BACK
    assert (await cancelled(records), await told(records)) == (["L1"], ["customer-of-L1"])


async def test_what_waits_to_be_given_back_is_not_freed_for_another_attempt(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await switch_payments(records, PaymentState.STOPPED)
    await renewals.settle(a_cascade(AN_HOUR_LATER))

    freed = await renewals.free_failed(a_cascade(AN_HOUR_LATER))

    assert freed == GIVING_BACK
    assert (await walked(renewals, a_walk(2, at=AN_HOUR_LATER))).seen == 0


@pytest.mark.parametrize("word", ["error", "timeout_before", "timeout_after_effect"])
async def test_payments_that_are_down_hold_up_the_return_and_nothing_else(
    records: Records, word: PaymentWord
) -> None:
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence(), a_licence("L2"))
    await let_pay(records, word)
    await charged(records, EFFECTIVE_ON + timedelta(days=1))

    end = await walked(renewals)
    settled = await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert end.totals == CascadeTotals(cancelled=2, giving_back=1)
    assert settled == CascadeTotals(cancelled=2)
    assert await given_back(records) == [("renewal", 12_900)]


async def test_a_charge_that_the_service_does_not_know_any_more_is_left_to_the_operator(
    records: Records,
) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await forget_charges(records)

    totals = await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert totals == by_hand("charge_unknown")


async def test_what_a_refund_has_cancelled_meanwhile_leaves_quietly_once_its_charge_is_back(
    records: Records,
) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    await records.care.end_care("L1", A_MINUTE_LATER)
    await records.care.cancel_renewal("L1", A_MINUTE_LATER)

    totals = await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert totals == CascadeTotals()
    assert await given_back(records) == [("renewal", 12_900)]
    assert await told(records) == []


async def test_many_charges_are_settled_page_by_page_each_once(records: Records) -> None:
    renewals = through_provider(records)
    words: dict[str, tuple[BillingWord, ...]] = {
        f"L{number:03}": ("charge_in_flight_paid" if number % 2 else "charge_in_flight_failed",)
        for number in range(10)
    }
    await surveyed(records, renewals, *licences(10), **words)
    in_flight = (await walked(renewals)).totals

    totals = await renewals.settle(a_cascade(AN_HOUR_LATER))
    again = await renewals.settle(a_cascade(A_DAY_LATER))

    assert in_flight == CascadeTotals(in_flight=10)
    assert totals == again == CascadeTotals(cancelled=10)
    assert await given_back(records) == [("renewal", 12_900)] * 5


async def test_the_charge_and_the_price_of_a_licence_are_two_refunds(records: Records) -> None:
    renewals = await walked_with(records, "charge_in_flight_paid")
    payments = OncePayments(records.database, SimulatedProvider(records.database))
    await payments.pay_back(an_order(), A_MINUTE_LATER)

    await renewals.settle(a_cascade(AN_HOUR_LATER))

    assert sorted(await given_back(records)) == [("purchase_price", 12_900), ("renewal", 12_900)]
    async with records.database.reading() as connection:
        purposes = list(await connection.scalars(select(REFUND_INTENTS.c.purpose)))
    assert len(set(purposes)) == 2
