"""What a deactivation stores and switches is there afterwards, once, also if it comes again or late (R63)."""

import asyncio
from datetime import timedelta

import pytest

from adapters.records.opened import OperatorDesk, Records
from adapters.records.seed import load
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.views import FoundProduct, StoredDeactivation
from business_care.deactivation.words import DeactivationOutcome, SaleState
from business_care.errors import ErrorCode, RecordMissing, RuleViolation
from business_care.events import Rejection
from business_care.notices import NoticeAbout
from business_care.policy import Policy
from tests.adapters.care_world import OPENED_AT
from tests.adapters.product_world import (
    OFFLINE,
    ON_SALE,
    PERMANENT,
    RETIRED,
    a_catalogue,
    a_deactivation,
    a_record,
    an_order_of,
    applied_to,
    given_product_state,
    told_seller,
    went_offline,
)

REACTIVATED = DeactivationOutcome.REACTIVATED


def a_rejection(code: str = "wrong_state") -> Rejection:
    return Rejection(at=OPENED_AT, message="revoke", code=code, command_id="c9", sha256="a" * 64)


async def product_state(records: Records, product_id: str = "P1") -> str:
    return (await records.report.products())[product_id]


async def switch(records: Records, *steps: tuple[str, SaleState], product_id: str = "P1") -> None:
    for deactivation_id, to in steps:
        await records.products.switch_product(product_id, deactivation_id, to)


async def test_a_product_is_found_with_its_seller_and_the_policy_in_force(records: Records) -> None:
    await load(records.database, a_catalogue(), policy=Policy(max_backdating_hours=6))

    found = await records.products.find_product(an_order_of())

    product = ProductFacts(product_id="P1", seller_id="S1", state=ON_SALE, max_backdating_hours=6)
    assert found == FoundProduct(product=product)


async def test_an_unknown_product_is_not_found(records: Records) -> None:
    assert await records.products.find_product(an_order_of()) == FoundProduct()


async def test_an_order_that_was_taken_before_is_found_as_it_stands(records: Records) -> None:
    await load(records.database, a_catalogue())
    state = a_deactivation(seq=3)
    order = applied_to(state)
    await records.products.store(a_record(state, applied=(order,)))

    found = await records.products.find_product(state.order)

    without_body = order.model_copy(update={"body": None})
    assert found.earlier == StoredDeactivation(state=state, applied=(without_body,))
    assert found.product is not None
    assert found.product.deactivated_by is None


@pytest.mark.parametrize(
    ("outcome", "in_the_way"), [(None, "D1"), (REACTIVATED, None), (DeactivationOutcome.REVOKED, None)]
)
async def test_another_deactivation_is_in_the_way_until_it_has_ended(
    records: Records, outcome: DeactivationOutcome | None, in_the_way: str | None
) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(a_deactivation(outcome=outcome)))

    found = await records.products.find_product(an_order_of(deactivation_id="D2"))

    assert found.product is not None
    assert found.product.deactivated_by == in_the_way
    assert found.earlier is None


async def test_a_new_order_is_told_what_the_last_deactivations_of_its_product_accepted(
    records: Records,
) -> None:
    await load(records.database, a_catalogue())
    ended = {
        name: a_deactivation(an_order_of(deactivation_id=name), outcome=REACTIVATED) for name in ("D1", "D2")
    }
    elsewhere = a_deactivation(an_order_of("P2", "D3"), outcome=REACTIVATED)
    for state in (*ended.values(), elsewhere):
        await records.products.store(a_record(state, applied=(applied_to(state),)))

    of_a_new_one = await records.products.find_product(an_order_of(deactivation_id="D4"))
    of_a_repeated_one = await records.products.find_product(ended["D2"].order)

    assert [command.command_id for command in of_a_new_one.said_before] == ["D1", "D2"]
    assert [command.command_id for command in of_a_repeated_one.said_before] == ["D1"]
    assert all(command.body is None for command in of_a_new_one.said_before)


async def test_a_step_stored_twice_is_there_once(records: Records) -> None:
    await load(records.database, a_catalogue())
    state = a_deactivation()
    step = a_record(
        state,
        events=(went_offline(),),
        notices=(told_seller(),),
        applied=(applied_to(state),),
        rejections=(a_rejection(), a_rejection()),
    )

    await records.products.store(step)
    before = await records.deactivations.journal("D1")
    await records.products.store(step)

    assert before is not None
    assert (before.events, before.rejections) == (step.events, step.rejections)
    assert await records.deactivations.journal("D1") == before
    assert await records.deactivations.latest("P1") == step.view
    assert await records.deactivations.applied("P1", "D1") == applied_to(state)
    [told] = await records.notices(OperatorDesk()).undelivered(10)
    assert (told.about, told.subject_id, told.notice) == (NoticeAbout.PRODUCT, "D1", told_seller())


async def test_an_older_step_that_comes_late_fills_the_journal_and_leaves_the_state(records: Records) -> None:
    await load(records.database, a_catalogue())
    ended = a_record(a_deactivation(seq=2, outcome=REACTIVATED), events=(went_offline(2),))
    await records.products.store(ended)

    await records.products.store(a_record(a_deactivation(seq=1), events=(went_offline(1),)))

    journal = await records.deactivations.journal("D1")
    assert journal is not None
    assert [event.seq for event in journal.events] == [1, 2]
    assert await records.deactivations.latest("P1") == ended.view


async def test_a_late_step_of_one_that_has_ended_is_no_second_deactivation(records: Records) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(a_deactivation(seq=2, outcome=REACTIVATED)))
    second = a_record(a_deactivation(an_order_of(deactivation_id="D2")))
    await records.products.store(second)

    await records.products.store(a_record(a_deactivation(seq=1)))

    assert await records.deactivations.latest("P1") == second.view


async def test_a_second_deactivation_is_refused_while_one_stands(records: Records) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(a_deactivation()))

    with pytest.raises(RuleViolation) as refused:
        await records.products.store(a_record(a_deactivation(an_order_of(deactivation_id="D2"))))

    assert refused.value.code == ErrorCode.ALREADY_DEACTIVATED
    assert "D1" in refused.value.message
    assert await records.deactivations.stored("D2") is None


async def test_of_deactivations_stored_at_once_one_stands(database_url: str) -> None:
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        await load(records.database, a_catalogue())
        orders = [an_order_of(deactivation_id=f"D{number}") for number in range(8)]

        outcomes = await asyncio.gather(
            *(
                (records, elsewhere)[place % 2].products.store(a_record(a_deactivation(order)))
                for place, order in enumerate(orders)
            ),
            return_exceptions=True,
        )

        refused = [one for one in outcomes if isinstance(one, RuleViolation)]
        assert outcomes.count(None) == 1
        assert [one.code for one in refused] == [ErrorCode.ALREADY_DEACTIVATED] * 7


async def test_an_id_under_which_another_product_was_switched_off_is_refused(records: Records) -> None:
    await load(records.database, a_catalogue())
    first = a_record(a_deactivation(an_order_of("P1")))
    await records.products.store(first)

    with pytest.raises(RuleViolation) as refused:
        await records.products.store(a_record(a_deactivation(an_order_of("P2"), seq=9)))

    assert refused.value.code == ErrorCode.COMMAND_ID_REUSED
    assert await records.deactivations.latest("P1") == first.view


async def test_of_an_order_that_was_refused_only_the_reason_is_kept(records: Records) -> None:
    await load(records.database, a_catalogue())
    state = a_deactivation(outcome=DeactivationOutcome.REFUSED)
    refused = a_record(
        state,
        events=(went_offline(),),
        notices=(told_seller(),),
        rejections=(a_rejection("not_your_product"),),
    )
    taken = a_record(a_deactivation(seq=1))

    await records.products.store(refused)
    before = await records.products.find_product(state.order)
    await records.products.store(taken)

    assert before.earlier is None
    assert await records.notices(OperatorDesk()).undelivered(10) == []
    journal = await records.deactivations.journal("D1")
    assert journal is not None
    assert (journal.events, journal.rejections) == ((), refused.rejections)


async def test_what_was_refused_under_the_id_of_another_product_is_not_in_its_journal(
    records: Records,
) -> None:
    await load(records.database, a_catalogue())
    winner = a_record(rejections=(a_rejection(),))
    losers = [
        a_deactivation(an_order_of(product_id), outcome=DeactivationOutcome.REFUSED)
        for product_id in ("P2", "P3")
    ]

    for state in losers:
        await records.products.store(a_record(state, rejections=(a_rejection("command_id_reused"),)))
    await records.products.store(winner)

    journal = await records.deactivations.journal("D1")
    assert journal is not None
    assert (journal.rejections, journal.rejections_dropped) == (winner.rejections, {})


async def test_an_order_for_an_unknown_product_is_refused_without_a_trace_but_the_reason(
    records: Records,
) -> None:
    state = a_deactivation(an_order_of("P404"), outcome=DeactivationOutcome.REFUSED)

    await records.products.store(a_record(state, rejections=(a_rejection("unknown_product"),)))

    assert await records.deactivations.latest("P404") is None


async def test_the_steps_of_one_deactivation_stored_at_once_end_with_the_newest(records: Records) -> None:
    await load(records.database, a_catalogue())
    steps = [a_record(a_deactivation(seq=seq), events=(went_offline(seq),)) for seq in range(1, 21)]

    await asyncio.gather(*(records.products.store(step) for step in reversed(steps)))

    journal = await records.deactivations.journal("D1")
    assert journal is not None
    assert [event.seq for event in journal.events] == list(range(1, 21))
    assert await records.deactivations.latest("P1") == steps[-1].view


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        pytest.param([("D1", OFFLINE)], OFFLINE, id="switched off"),
        pytest.param([("D1", OFFLINE), ("D1", ON_SALE)], ON_SALE, id="and on again"),
        pytest.param([("D1", OFFLINE), ("D1", OFFLINE), ("D1", ON_SALE)], ON_SALE, id="off twice, on once"),
        pytest.param([("D1", RETIRED)], RETIRED, id="for good"),
        pytest.param([("D1", OFFLINE), ("D1", RETIRED)], RETIRED, id="for a while, then for good"),
        pytest.param([("D1", RETIRED), ("D2", ON_SALE)], RETIRED, id="what is retired stays retired"),
        pytest.param([("D1", RETIRED), ("D2", OFFLINE)], RETIRED, id="retired is never only offline"),
        pytest.param(
            [("D1", OFFLINE), ("D1", ON_SALE), ("D1", OFFLINE)], ON_SALE, id="a step that comes late"
        ),
        pytest.param(
            [("D1", OFFLINE), ("D1", ON_SALE), ("D2", OFFLINE), ("D1", ON_SALE)],
            OFFLINE,
            id="a late end of the one before",
        ),
    ],
)
async def test_a_product_stands_where_the_last_new_step_left_it(
    records: Records, steps: list[tuple[str, SaleState]], state: SaleState
) -> None:
    await load(records.database, a_catalogue())

    await switch(records, *steps)

    assert await product_state(records) == state
    assert await product_state(records, "P2") == ON_SALE


async def test_a_product_stays_offline_while_another_deactivation_blocks_it(records: Records) -> None:
    await load(records.database, a_catalogue())
    await switch(records, ("D1", OFFLINE))
    await records.products.switch_bundles("P1", "D2", OFFLINE)

    await switch(records, ("D1", ON_SALE))
    blocked = await product_state(records)
    await switch(records, ("D2", ON_SALE))

    assert (blocked, await product_state(records)) == (OFFLINE, ON_SALE)


async def test_a_product_that_the_records_do_not_know_cannot_be_switched(records: Records) -> None:
    with pytest.raises(RecordMissing, match="P404"):
        await switch(records, ("D1", OFFLINE), product_id="P404")


async def test_a_retired_product_is_found_as_such(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given_product_state(records.database, "P1", RETIRED)

    found = await records.products.find_product(an_order_of(kind=PERMANENT))

    assert found.product is not None
    assert found.product.state is RETIRED


async def test_what_was_decided_about_products_survives_a_second_loading(records: Records) -> None:
    file = a_catalogue()
    await load(records.database, file)
    await switch(records, ("D1", RETIRED), product_id="P1")
    await switch(records, ("D2", OFFLINE), product_id="P2")
    standing = a_record(a_deactivation(an_order_of("P2", "D2"), ordered_at=OPENED_AT + timedelta(days=1)))
    await records.products.store(standing)

    await load(records.database, file)

    assert await records.report.products() == {"P1": RETIRED, "P2": OFFLINE, "P3": ON_SALE}
    assert await records.deactivations.latest("P2") == standing.view
