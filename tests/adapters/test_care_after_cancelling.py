"""How long care runs once its renewal is cancelled: as long as it is paid for, no day longer (R51, R56)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.records.licence_facts import care_term, find_licence
from adapters.records.opened import Records
from adapters.records.seed_file import BillingWord, CareEntry, PaymentWord
from business_care.deactivation.charges import ChargeStatus
from business_care.deactivation.ports import Renewals
from business_care.entitlement import care_runs_until
from business_care.listing import PaymentState
from tests.adapters.care_world import a_licence
from tests.adapters.cascade_world import (
    A_MINUTE_LATER,
    EFFECTIVE_ON,
    Open,
    a_cascade,
    a_walk,
    charged,
    forget_charges,
    in_records,
    let_pay,
    surveyed,
    switch_payments,
    through_provider,
    told,
    walked,
)

OLD_END = EFFECTIVE_ON + timedelta(days=2)
NEW_START = OLD_END + timedelta(days=1)
NEW_END = OLD_END.replace(year=2032)
TWO_DAYS_OF_CARE = CareEntry(starts_on=date(2030, 3, 7), ends_on=OLD_END)
"""The period ends two days after the deactivation has taken effect, and renews."""
JUST_BEFORE = datetime(2031, 3, 6, 22, 59, 59, tzinfo=UTC)
ROLLED_OVER = JUST_BEFORE + timedelta(seconds=1)
"""The first instant of the new period, at the seller's place."""
THE_DAY_AFTER = ROLLED_OVER + timedelta(days=1)


async def care_until(records: Records) -> date | None:
    async with records.database.reading() as connection:
        care = care_term(await find_licence(connection, "L1"))
    assert care is not None
    return care_runs_until(care)


async def begun(records: Records, *words: BillingWord, care: CareEntry = TWO_DAYS_OF_CARE) -> Renewals:
    """The cascade has begun, over one licence."""
    renewals = through_provider(records)
    await surveyed(records, renewals, a_licence(care=care), L1=words)
    return renewals


@pytest.mark.parametrize("way", [in_records, through_provider], ids=["in the records", "through a provider"])
@pytest.mark.parametrize(
    ("at", "end"),
    [
        pytest.param(A_MINUTE_LATER, OLD_END, id="at once"),
        pytest.param(JUST_BEFORE, OLD_END, id="in the last second of the old period"),
        pytest.param(ROLLED_OVER, NEW_END, id="in the first of the new one, of an order dated back"),
    ],
)
async def test_the_period_that_runs_when_its_renewal_is_cancelled_runs_to_its_end(
    records: Records, way: Open, at: datetime, end: date
) -> None:
    renewals = way(records)
    await surveyed(records, renewals, a_licence(care=TWO_DAYS_OF_CARE))

    await walked(renewals, a_walk(at=at))

    assert await care_until(records) == end


async def test_care_that_renewed_while_its_renewal_could_not_be_cancelled_stays(records: Records) -> None:
    renewals = await begun(records, "error")
    await walked(renewals)
    await renewals.free_failed(a_cascade(ROLLED_OVER))

    retried = await walked(renewals, a_walk(2, at=ROLLED_OVER))

    assert (retried.totals.cancelled, retried.totals.failed) == (1, 0)
    assert await care_until(records) == NEW_END


@pytest.mark.parametrize("settled_at", [JUST_BEFORE, ROLLED_OVER], ids=["in time", "after the roll-over"])
@pytest.mark.parametrize("word", ["charge_in_flight_paid", "charge_in_flight_failed"])
async def test_a_period_whose_charge_failed_or_was_given_back_is_no_care(
    records: Records, word: BillingWord, settled_at: datetime
) -> None:
    renewals = await begun(records, word)
    await walked(renewals)

    totals = await renewals.settle(a_cascade(settled_at))

    assert (totals.cancelled, totals.open_charges) == (1, 0)
    assert await care_until(records) == OLD_END


@pytest.mark.parametrize("word", ["pending", "refused", "error"])
async def test_nor_is_one_whose_charge_is_still_to_be_given_back(records: Records, word: PaymentWord) -> None:
    renewals = await begun(records, "charge_in_flight_paid")
    await let_pay(records, word)
    await walked(renewals)

    await renewals.settle(a_cascade(ROLLED_OVER))
    meanwhile = await care_until(records)
    await renewals.settle(a_cascade(THE_DAY_AFTER))

    assert meanwhile == await care_until(records) == OLD_END
    assert await told(records) == ["customer-of-L1"]


async def test_the_kill_switch_keeps_the_money_and_not_the_care(records: Records) -> None:
    renewals = await begun(records, "charge_in_flight_paid")
    await switch_payments(records, PaymentState.STOPPED)
    await walked(renewals)

    stopped = await renewals.settle(a_cascade(ROLLED_OVER))

    assert (stopped.cancelled, stopped.giving_back) == (1, 1)
    assert await care_until(records) == OLD_END


@pytest.mark.parametrize("status", [ChargeStatus.PAID, ChargeStatus.FAILED])
async def test_a_walk_after_the_roll_over_hears_of_the_charge_at_once(
    records: Records, status: ChargeStatus
) -> None:
    renewals = await begun(records)
    await charged(records, NEW_START, status)

    end = await walked(renewals, a_walk(at=ROLLED_OVER))

    assert end.totals.cancelled == 1
    assert await care_until(records) == OLD_END


async def test_a_charge_of_the_period_that_began_on_the_day_of_the_effect_leaves_it_alone(
    records: Records,
) -> None:
    before = TWO_DAYS_OF_CARE.model_copy(update={"ends_on": EFFECTIVE_ON - timedelta(days=1)})
    renewals = await begun(records, care=before)
    await charged(records, EFFECTIVE_ON)

    await walked(renewals, a_walk(at=ROLLED_OVER))

    assert await care_until(records) == date(2032, 3, 3)


@pytest.mark.parametrize("word", ["charge_in_flight_paid", "charge_in_flight_failed"])
async def test_only_the_period_of_the_charge_is_lost_not_the_paid_one_before_it(
    records: Records, word: BillingWord
) -> None:
    renewals = await begun(records, "error", word)
    await walked(renewals)
    await renewals.free_failed(a_cascade(ROLLED_OVER))
    await walked(renewals, a_walk(2, at=ROLLED_OVER))

    await renewals.settle(a_cascade(THE_DAY_AFTER))

    assert await care_until(records) == NEW_END


async def test_a_charge_that_nobody_knows_of_any_more_takes_no_care_away(records: Records) -> None:
    renewals = await begun(records, "charge_in_flight_paid")
    await walked(renewals)
    await forget_charges(records)

    totals = await renewals.settle(a_cascade(ROLLED_OVER))

    assert (totals.cancelled, totals.by_hand) == (1, 1)
    assert await care_until(records) == NEW_END
