"""The facts that judge a request, as the records hold them (R7, R15, R31)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import CareEntry, RecordsFile
from business_care.calendar import MARKETPLACE_PLACE
from business_care.errors import RecordMissing
from business_care.policy import Policy
from business_care.request import LicenceFacts
from tests.adapters.care_world import (
    MADRID,
    OPENED_AT,
    YEAR_OF_CARE,
    a_closure,
    a_file,
    a_licence,
    a_product,
    a_seller,
    a_sheet,
    a_step,
    an_opening,
)


async def facts_of(records: Records, file: RecordsFile, opened_at: datetime = OPENED_AT) -> LicenceFacts:
    await load(records.database, file)
    return await records.care.licence_facts(an_opening(opened_at=opened_at))


async def test_the_facts_say_what_was_bought_by_whom_and_for_how_much(records: Records) -> None:
    facts = await facts_of(records, a_file(licences=(a_licence(refunded_before=900),)))

    assert facts.seller_id == "S1"
    assert facts.product_id == "P1"
    assert facts.customer_id == "customer-of-L1"
    assert (facts.price.amount, facts.price.currency, facts.price.refunded_before) == (12_900, "EUR", 900)
    assert facts.price.payment_ref == "pay-L1"
    assert facts.shop_url == "https://shop.customer.example"
    assert facts.test_shop_urls == ("https://staging.customer.example",)
    assert facts.place == MADRID
    assert facts.care_active


async def test_the_gateway_reads_the_same_facts(records: Records) -> None:
    facts = await facts_of(records, a_file())

    assert await records.directory.facts(an_opening()) == facts


async def test_an_unknown_licence_is_missing(records: Records) -> None:
    await load(records.database, a_file())

    with pytest.raises(RecordMissing, match="L404"):
        await records.care.licence_facts(an_opening("L404"))


async def test_a_seller_without_a_calendar_has_the_marketplace_s(records: Records) -> None:
    facts = await facts_of(records, a_file(sellers=(a_seller(calendar=None),)))

    assert facts.place == MARKETPLACE_PLACE


MIDNIGHT_IN_MADRID = datetime(2031, 6, 14, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("care", "opened_at", "active"),
    [
        pytest.param(YEAR_OF_CARE, OPENED_AT, True, id="within its days"),
        pytest.param(YEAR_OF_CARE, datetime(2033, 1, 1, tzinfo=UTC), True, id="renewed tacitly"),
        pytest.param(
            YEAR_OF_CARE.model_copy(update={"auto_renew": False}),
            MIDNIGHT_IN_MADRID - timedelta(seconds=1),
            True,
            id="opted out, in the last second of the last local day",
        ),
        pytest.param(
            YEAR_OF_CARE.model_copy(update={"auto_renew": False}),
            MIDNIGHT_IN_MADRID,
            False,
            id="opted out, at the seller's midnight after the last day",
        ),
        pytest.param(YEAR_OF_CARE, datetime(2030, 6, 14, tzinfo=UTC), False, id="before it begins"),
        pytest.param(None, OPENED_AT, False, id="never had any"),
    ],
)
async def test_care_is_judged_on_the_seller_s_local_day(
    records: Records, care: CareEntry | None, opened_at: datetime, active: bool
) -> None:
    facts = await facts_of(records, a_file(licences=(a_licence(care=care),)), opened_at)

    assert facts.care_active is active


SHEETS = (a_sheet(date(2030, 6, 15), ("1.7.0 - 1.7.8",)), a_sheet(date(2030, 9, 1), ("8.x", "9.x")))


@pytest.mark.parametrize(
    ("purchased_at", "advertised"),
    [
        pytest.param(datetime(2030, 6, 14, 21, 59, tzinfo=UTC), None, id="no snapshot is that old"),
        pytest.param(
            datetime(2030, 6, 14, 22, 0, tzinfo=UTC), ("1.7.0 - 1.7.8",), id="from its first local day"
        ),
        pytest.param(
            datetime(2030, 8, 31, 21, 59, tzinfo=UTC), ("1.7.0 - 1.7.8",), id="until the next sheet"
        ),
        pytest.param(datetime(2030, 8, 31, 22, 0, tzinfo=UTC), ("8.x", "9.x"), id="the next sheet"),
    ],
)
async def test_the_sheet_of_the_local_day_of_the_purchase_counts(
    records: Records, purchased_at: datetime, advertised: tuple[str, ...] | None
) -> None:
    file = a_file(products=(a_product(*SHEETS),), licences=(a_licence(purchased_at=purchased_at),))

    facts = await facts_of(records, file)

    assert facts.advertised_versions == advertised


@pytest.mark.parametrize(
    ("notified_at", "binds"),
    [
        pytest.param(OPENED_AT - timedelta(seconds=1), True, id="told before"),
        pytest.param(OPENED_AT, True, id="told at that instant"),
        pytest.param(OPENED_AT + timedelta(seconds=1), False, id="told after"),
    ],
)
async def test_a_closure_binds_only_when_customers_were_told_in_time(
    records: Records, notified_at: datetime, binds: bool
) -> None:
    facts = await facts_of(records, a_file(closures=(a_closure(notified_at=notified_at),)))

    assert [closure.id for closure in facts.closures] == (["K1"] if binds else [])


async def test_closures_come_in_order_of_their_start(records: Records) -> None:
    later = a_closure(date(2031, 4, 1), date(2031, 4, 2), id="K0")

    facts = await facts_of(records, a_file(closures=(later, a_closure())))

    assert [closure.id for closure in facts.closures] == ["K1", "K0"]


async def test_without_a_policy_the_defaults_are_in_force(records: Records) -> None:
    facts = await facts_of(records, a_file())

    assert facts.policy == Policy()


async def test_the_operator_s_policy_is_in_force(records: Records) -> None:
    policy = Policy(resolve_business_days=20, reminders_business_days=(3,))
    await load(records.database, a_file(), policy=policy)

    facts = await records.care.licence_facts(an_opening())

    assert facts.policy == policy


async def test_care_that_was_ended_is_over_on_the_next_local_day(records: Records) -> None:
    await load(records.database, a_file())

    await records.care.end_care("L1", OPENED_AT)
    await records.care.end_care("L1", OPENED_AT + timedelta(days=30))

    same_day = await records.care.licence_facts(an_opening())
    next_day = await records.care.licence_facts(an_opening(opened_at=OPENED_AT + timedelta(days=1)))
    assert same_day.care is not None
    assert same_day.care.ended_on == OPENED_AT.date()
    assert (same_day.care_active, next_day.care_active) == (True, False)


async def test_a_renewal_is_cancelled_once_on_its_local_day(records: Records) -> None:
    await load(records.database, a_file())
    just_before_midnight = datetime(2031, 3, 3, 23, 30, tzinfo=UTC)

    await records.care.cancel_renewal("L1", just_before_midnight)
    await records.care.cancel_renewal("L1", just_before_midnight + timedelta(days=400))

    facts = await records.care.licence_facts(an_opening())
    assert facts.care is not None
    assert facts.care.renewal_cancelled_on == date(2031, 3, 4)


@pytest.mark.parametrize("act", ["end_care", "cancel_renewal"])
async def test_nothing_can_be_ended_for_a_licence_that_is_not_there(records: Records, act: str) -> None:
    with pytest.raises(RecordMissing, match="L1"):
        await getattr(records.care, act)("L1", OPENED_AT)


async def test_a_request_that_is_open_is_not_finished(records: Records) -> None:
    await records.care.store(a_step())

    assert await records.care.finished("R1") is None
    assert await records.care.finished("R404") is None
