"""The contract of `Renewals`, kept by the records alone and by what asks a billing service (R51, R55)."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.billing import automatic
from adapters.billing.opened import renewals as renewals_of
from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.records.catalogue_tables import CARE_SUBSCRIPTIONS
from adapters.records.deactivation_tables import RENEWAL_WALKS
from adapters.records.opened import Records
from adapters.records.request_tables import NOTICES
from adapters.records.seed import load
from adapters.settings import BillingProviderName
from business_care.deactivation.ports import Renewals
from business_care.deactivation.renewals import WalkRange
from business_care.errors import RecordMissing, TemporarilyUnavailable
from tests.adapters.care_world import a_licence
from tests.adapters.cascade_world import (
    A_MINUTE_LATER,
    EFFECTIVE_AT,
    EFFECTIVE_ON,
    OPTED_OUT,
    SMALL_PAGE,
    Open,
    a_cascade,
    a_catalogue,
    a_walk,
    attempts,
    cancelled,
    in_records,
    licences,
    of_customer,
    surveyed,
    through_provider,
    told,
    walked,
)

A_SECOND = timedelta(seconds=1)
A_DAY_LATER = EFFECTIVE_AT + timedelta(hours=23, minutes=30)
"""Midnight of the day after the effect, at the seller's place."""
WAYS: list[Open] = [in_records, through_provider]


@pytest.fixture(params=WAYS, ids=["in the records", "through a provider"])
def open_renewals(request: pytest.FixtureRequest) -> Open:
    way: Open = request.param
    return way


@pytest.fixture
def renewals(open_renewals: Open, records: Records) -> Renewals:
    return open_renewals(records)


@pytest.mark.parametrize("provider", BillingProviderName)
async def test_the_settings_say_who_cancels(records: Records, provider: BillingProviderName) -> None:
    database = records.database
    await load(database, a_catalogue(*licences(2)))
    payments = OncePayments(database, LedgerProvider(database))
    opened = renewals_of(database, provider, payments, calls_per_second=1000)
    await opened.survey(a_cascade())

    await walked(opened)

    assert await cancelled(records) == ["L000", "L001"]
    asked = len(await attempts(records))
    assert asked == (0 if provider is BillingProviderName.RECORDS else 2)


async def test_every_renewal_of_the_product_is_cancelled(records: Records, renewals: Renewals) -> None:
    await surveyed(records, renewals, *licences(10), a_licence("M1", product_id="P2"))

    end = await walked(renewals)

    assert await cancelled(records) == [f"L{number:03}" for number in range(10)]
    assert (end.seen, end.finished, end.totals.cancelled) == (10, True, 10)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        pytest.param(A_MINUTE_LATER, EFFECTIVE_ON, id="at once"),
        pytest.param(A_DAY_LATER - A_SECOND, EFFECTIVE_ON, id="at the end of the seller's local day"),
        pytest.param(A_DAY_LATER, EFFECTIVE_ON + timedelta(days=1), id="on the next one"),
        pytest.param(A_DAY_LATER - timedelta(days=2), EFFECTIVE_ON, id="by a clock that is behind"),
    ],
)
async def test_the_day_is_the_local_one_on_which_it_is_cancelled_never_before_the_effect(
    records: Records, renewals: Renewals, at: datetime, day: date
) -> None:
    await surveyed(records, renewals, a_licence())

    await walked(renewals, a_walk(at=at))

    async with records.database.reading() as connection:
        assert await connection.scalar(select(CARE_SUBSCRIPTIONS.c.renewal_cancelled_on)) == day


async def test_what_does_not_renew_any_more_is_left_alone(records: Records, renewals: Renewals) -> None:
    await surveyed(
        records,
        renewals,
        a_licence("L1"),
        a_licence("L2", care=OPTED_OUT),
        a_licence("L3", care=None),
        a_licence("L4"),
        a_licence("L5"),
    )
    await records.care.cancel_renewal("L4", EFFECTIVE_AT.replace(year=2030))
    await records.care.end_care("L5", EFFECTIVE_AT.replace(year=2030))

    end = await walked(renewals)

    assert end.totals.cancelled == 1
    assert await cancelled(records) == ["L1", "L4"]
    assert await told(records) == ["customer-of-L1"]


async def test_a_customer_with_several_licences_is_told_once(records: Records, renewals: Renewals) -> None:
    sold = [of_customer(f"C{number % 2}", licence) for number, licence in enumerate(licences(9))]
    await surveyed(records, renewals, *sold)

    end = await walked(renewals)

    assert end.totals.cancelled == 9
    assert await told(records) == ["C0", "C1"]


async def test_the_notice_says_which_product_and_nothing_that_people_wrote(
    records: Records, renewals: Renewals
) -> None:
    await surveyed(records, renewals, a_licence())

    await walked(renewals)

    async with records.database.reading() as connection:
        notice = (await connection.execute(select(NOTICES))).mappings().one()
    assert (notice["about"], notice["subject_id"], notice["key"]) == ("renewals", "D1", "customer-of-L1")
    assert (notice["kind"], notice["to_role"], notice["to_id"]) == (
        "renewal_cancelled",
        "customer",
        "customer-of-L1",
    )
    assert (notice["at"], notice["data"]) == (A_MINUTE_LATER, {"product_id": "P1"})
    assert notice["delivered_at"] is None


async def test_the_survey_counts_what_is_to_be_done_and_who_had_opted_out(
    records: Records, renewals: Renewals
) -> None:
    await load(
        records.database,
        a_catalogue(
            *licences(4),
            a_licence("M1", care=OPTED_OUT),
            a_licence("M2", care=OPTED_OUT),
            a_licence("N1", product_id="P2"),
        ),
    )
    await records.care.end_care("M2", EFFECTIVE_AT)

    survey = await renewals.survey(a_cascade())

    assert (survey.automatic, survey.opted_out) == (4, 1)
    assert survey.ranges == (WalkRange(),)


async def test_a_repeated_survey_answers_as_the_first_time(records: Records, renewals: Renewals) -> None:
    await load(records.database, a_catalogue(*licences(4)))
    first = await renewals.survey(a_cascade())
    await walked(renewals)

    again = await renewals.survey(a_cascade())

    assert again == first


@pytest.mark.parametrize("pages", [1, 2, 3])
async def test_a_walk_that_is_broken_off_goes_on_behind_the_last_page(
    records: Records, open_renewals: Open, pages: int
) -> None:
    await surveyed(records, open_renewals(records), *licences(10))
    walk = open_renewals(records).walk(a_walk())
    before = [await anext(walk) for _ in range(pages)]

    rest = [standing async for standing in open_renewals(records).walk(a_walk())]

    assert before[-1].seen == pages * SMALL_PAGE
    assert rest[0].seen == min(10, (pages + 1) * SMALL_PAGE)
    assert (rest[-1].seen, rest[-1].totals.cancelled) == (10, 10)
    assert len(await cancelled(records)) == len(await told(records)) == 10


async def test_wherever_a_walk_is_killed_its_pages_are_kept_whole_or_not_at_all(
    records: Records, open_renewals: Open
) -> None:
    await surveyed(records, open_renewals(records), *licences(30))

    for milliseconds in range(12):
        killed = asyncio.create_task(walked(open_renewals(records)))
        await asyncio.wait([killed], timeout=milliseconds / 1000)
        killed.cancel()
        await asyncio.wait([killed])

        async with records.database.reading() as connection:
            seen = await connection.scalar(select(RENEWAL_WALKS.c.seen)) or 0
        assert len(await cancelled(records)) == len(await told(records)) == seen

    end = await walked(open_renewals(records))
    assert (end.seen, end.totals.cancelled) == (30, 30)


async def test_a_finished_walk_answers_at_once(records: Records, renewals: Renewals) -> None:
    await surveyed(records, renewals, *licences(5))
    end = await walked(renewals)
    await load(records.database, a_catalogue(*licences(2, first=5)))

    again = [standing async for standing in renewals.walk(a_walk())]

    assert [(standing.seen, standing.finished, standing.totals) for standing in again] == [
        (5, True, end.totals)
    ]
    assert len(await cancelled(records)) == 5


async def test_a_walk_ends_where_its_slice_ends(records: Records, renewals: Renewals) -> None:
    await surveyed(records, renewals, *licences(10))

    slices = [await walked(renewals, a_walk(until_seen=end)) for end in (4, 4, 8, 100)]

    assert [(end.seen, end.finished) for end in slices] == [(4, False), (4, False), (8, False), (10, True)]


async def test_a_product_without_licences_is_finished_at_once(records: Records, renewals: Renewals) -> None:
    await surveyed(records, renewals)

    end = await walked(renewals)

    assert (end.seen, end.finished, end.per_second) == (0, True, None)


async def test_a_purchase_behind_the_walk_is_found_in_the_next_round(
    records: Records, renewals: Renewals
) -> None:
    await surveyed(records, renewals, *licences(7, first=10))
    walk = renewals.walk(a_walk())
    await anext(walk)
    await load(records.database, a_catalogue(a_licence("L000"), a_licence("L999")))
    first_round = [standing async for standing in walk][-1]

    second_round = await walked(renewals, a_walk(2))
    third_round = await walked(renewals, a_walk(3))

    assert first_round.seen == 8
    assert (second_round.seen, third_round.seen) == (1, 0)
    assert third_round.totals.cancelled == 9
    assert "L000" in await cancelled(records)


async def test_ranges_cover_everything_once(
    records: Records, renewals: Renewals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automatic, "WORTH_A_RANGE", 2)
    await load(records.database, a_catalogue(*licences(10), a_licence("M1", care=OPTED_OUT)))
    survey = await renewals.survey(a_cascade())

    walks = [a_walk(number=number, part=part) for number, part in enumerate(survey.ranges, start=1)]
    ends = await asyncio.gather(*(walked(renewals, order) for order in walks))

    assert sum(end.seen for end in ends) == 10
    assert max(end.totals.cancelled for end in ends) == 10
    assert len(await cancelled(records)) == 10
    assert survey.ranges[0].after is survey.ranges[-1].upto is None


async def test_walks_side_by_side_tell_a_customer_of_both_once(records: Records, renewals: Renewals) -> None:
    sold = [of_customer(f"C{number % 10}", licence) for number, licence in enumerate(licences(40))]
    await surveyed(records, renewals, *sold)
    halves = (WalkRange(upto="L019"), WalkRange(after="L019"))

    walks = (a_walk(number=number, part=part) for number, part in enumerate(halves))
    ends = await asyncio.gather(*(walked(renewals, order) for order in walks))

    assert [end.seen for end in ends] == [20, 20]
    assert await told(records) == [f"C{number}" for number in range(10)]


async def test_a_worker_that_was_taken_for_dead_leaves_the_walk_alone(
    records: Records, open_renewals: Open
) -> None:
    await surveyed(records, open_renewals(records), *licences(30))
    walks = (walked(open_renewals(records)) for _ in range(2))

    ends = await asyncio.gather(*walks, return_exceptions=True)

    stopped = [end for end in ends if isinstance(end, BaseException)]
    assert all(isinstance(end, TemporarilyUnavailable) for end in stopped)
    assert len(stopped) < 2
    assert (await walked(open_renewals(records))).seen == 30
    assert len(await told(records)) == 30


async def test_each_deactivation_has_walks_and_notices_of_its_own(
    records: Records, renewals: Renewals
) -> None:
    await surveyed(records, renewals, a_licence("L1"), of_customer("customer-of-L1", a_licence("L2")))
    await walked(renewals)
    await load(records.database, a_catalogue(of_customer("customer-of-L1", a_licence("L3"))))
    another = a_cascade(deactivation_id="D2")

    survey = await renewals.survey(another)
    end = await walked(renewals, a_walk().model_copy(update={"cascade": another}))

    assert (survey.automatic, end.totals.cancelled) == (1, 1)
    assert await told(records) == ["customer-of-L1", "customer-of-L1"]


async def test_the_rate_is_measured_where_that_means_something(records: Records, renewals: Renewals) -> None:
    await surveyed(records, renewals, *licences(9))
    rates = []

    async for standing in renewals.walk(a_walk()):
        rates.append(standing.per_second)
        await asyncio.sleep(0.06)

    assert rates[-1] is not None
    assert 0 < rates[-1] < 9 / 0.12


async def test_without_its_seller_nothing_is_cancelled(records: Records, renewals: Renewals) -> None:
    await surveyed(records, renewals, a_licence())
    nobodys = a_cascade().model_copy(update={"seller_id": "S404"})

    with pytest.raises(RecordMissing, match="S404"):
        await walked(renewals, a_walk().model_copy(update={"cascade": nobodys}))

    assert await cancelled(records) == []
