"""The simulated billing service: it behaves as it was told, and always knows what it did (R56)."""

from datetime import date, timedelta

import pytest

from adapters.billing.simulated import SimulatedBilling, charge_id_of
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import BillingWord, CareEntry
from business_care.deactivation.charges import (
    BillingAnswer,
    ChargeStatus,
    RenewalNotCancelled,
    RenewalOrder,
)
from business_care.refund import Money
from tests.adapters.care_world import a_licence
from tests.adapters.cascade_world import (
    A_MINUTE_LATER,
    AN_HOUR_LATER,
    EFFECTIVE_AT,
    a_catalogue,
    attempts,
)

ORDER = RenewalOrder(licence_id="L1", cause_id="D1")


async def billing(records: Records, *words: BillingWord) -> SimulatedBilling:
    await load(records.database, a_catalogue(a_licence(), L1=words))
    return SimulatedBilling(records.database)


async def test_without_a_word_a_renewal_is_cancelled_and_no_charge_was_under_way(records: Records) -> None:
    simulated = await billing(records)

    answer = await simulated.cancel_renewal(ORDER, A_MINUTE_LATER)

    assert answer == BillingAnswer()
    assert not answer.outcome_is_unknown
    assert await simulated.find_charge(ORDER, A_MINUTE_LATER) is None


async def test_an_error_is_of_this_customer_and_says_its_code(records: Records) -> None:
    simulated = await billing(records, "error")

    with pytest.raises(RenewalNotCancelled, match="L1") as refused:
        await simulated.cancel_renewal(ORDER, A_MINUTE_LATER)

    assert refused.value.code == "provider_error"


async def test_the_words_are_used_one_by_one_also_across_a_restart(records: Records) -> None:
    await billing(records, "error", "slow", "error")

    for word in ("error", "slow", "error", "ok"):
        answering = SimulatedBilling(records.database).cancel_renewal(ORDER, A_MINUTE_LATER)
        if word == "error":
            with pytest.raises(RenewalNotCancelled):
                await answering
        else:
            assert await answering == BillingAnswer()

    assert await attempts(records) == {"L1": 4}


@pytest.mark.parametrize(
    ("word", "in_the_end"),
    [
        ("charge_in_flight_paid", ChargeStatus.PAID),
        ("charge_in_flight_failed", ChargeStatus.FAILED),
    ],
)
async def test_a_charge_in_flight_settles_an_hour_later(
    records: Records, word: BillingWord, in_the_end: ChargeStatus
) -> None:
    simulated = await billing(records, word)

    answer = await simulated.cancel_renewal(ORDER, A_MINUTE_LATER)
    just_before = await simulated.find_charge(ORDER, AN_HOUR_LATER - timedelta(seconds=1))
    an_hour_later = await simulated.find_charge(ORDER, AN_HOUR_LATER)

    assert answer.outcome_is_unknown
    assert answer.charge == just_before
    assert just_before is not None
    assert an_hour_later == just_before.model_copy(update={"status": in_the_end})


async def test_a_charge_is_the_price_of_the_licence_for_the_period_that_comes_next(records: Records) -> None:
    simulated = await billing(records, "charge_in_flight_paid")

    charge = (await simulated.cancel_renewal(ORDER, A_MINUTE_LATER)).charge

    assert charge is not None
    assert charge.money == Money(amount=12_900, currency="EUR")
    assert charge.period_starts_on == date(2031, 6, 15)


@pytest.mark.parametrize(
    ("ends_on", "starts_on"),
    [
        pytest.param(date(2031, 3, 3), date(2032, 3, 4), id="a new period began today, local time"),
        pytest.param(date(2031, 3, 4), date(2031, 3, 5), id="the period ends today"),
        pytest.param(date(2028, 2, 28), date(2032, 2, 29), id="it has renewed for years"),
        pytest.param(date.max, date.max, id="it never ends"),
    ],
)
async def test_the_next_period_follows_the_one_that_runs(
    records: Records, ends_on: date, starts_on: date
) -> None:
    care = CareEntry(starts_on=date(2025, 3, 1), ends_on=ends_on)
    catalogue = a_catalogue(a_licence(care=care), L1=("charge_in_flight_paid",))
    await load(records.database, catalogue)

    charge = (await SimulatedBilling(records.database).cancel_renewal(ORDER, EFFECTIVE_AT)).charge

    assert charge is not None
    assert charge.period_starts_on == starts_on


async def test_cancelling_again_answers_with_the_same_charge_as_it_stands(records: Records) -> None:
    simulated = await billing(records, "charge_in_flight_paid", "charge_in_flight_failed")
    first = (await simulated.cancel_renewal(ORDER, A_MINUTE_LATER)).charge

    again = (await simulated.cancel_renewal(ORDER, AN_HOUR_LATER)).charge
    once_more = (await simulated.cancel_renewal(ORDER, AN_HOUR_LATER)).charge

    assert first is not None
    assert again == once_more == first.model_copy(update={"status": ChargeStatus.PAID})


def test_the_id_of_a_charge_is_short_and_of_one_licence_however_long_their_ids_are() -> None:
    of_a_licence, of_another = charge_id_of("L" * 128), charge_id_of("L" * 127)

    assert of_a_licence != of_another
    assert len(of_a_licence) <= 50


async def test_nothing_is_charged_where_there_is_no_care(records: Records) -> None:
    await load(records.database, a_catalogue(a_licence(care=None), L1=("charge_in_flight_paid",)))

    answer = await SimulatedBilling(records.database).cancel_renewal(ORDER, A_MINUTE_LATER)

    assert answer == BillingAnswer()
