"""A bundle is offline while any member is, and retired with the first that is gone for good (R52, R53)."""

import asyncio

import pytest

from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.deactivation.words import SaleState
from tests.adapters.product_world import (
    OFFLINE,
    ON_SALE,
    RETIRED,
    a_bundle,
    a_catalogue,
)

KIT = a_bundle("B1", "P1", "P2")


def deactivation_of(product_id: str) -> str:
    """Each product has one deactivation in these tests."""
    return f"D-{product_id}"


async def switch(records: Records, product_id: str, to: SaleState) -> tuple[str, ...]:
    """Both steps of a deactivation, in their order; the bundles that stand otherwise than before."""
    deactivation_id = deactivation_of(product_id)
    await records.products.switch_product(product_id, deactivation_id, to)
    return (await records.products.switch_bundles(product_id, deactivation_id, to)).changed


async def test_a_bundle_goes_and_comes_back_with_its_member(records: Records) -> None:
    await load(records.database, a_catalogue(KIT, a_bundle("B2", "P3")))

    gone = await switch(records, "P1", OFFLINE)
    offline = await records.report.bundles()
    back = await switch(records, "P1", ON_SALE)

    assert (gone, back) == (("B1",), ("B1",))
    assert offline == {"B1": OFFLINE, "B2": ON_SALE}
    assert await records.report.bundles() == {"B1": ON_SALE, "B2": ON_SALE}


async def test_two_members_off_and_one_back_is_still_offline(records: Records) -> None:
    await load(records.database, a_catalogue(KIT))
    await switch(records, "P1", OFFLINE)

    second_off = await switch(records, "P2", OFFLINE)
    first_back = await switch(records, "P1", ON_SALE)
    still = await records.report.bundles()
    last_back = await switch(records, "P2", ON_SALE)

    assert (second_off, first_back, last_back) == ((), (), ("B1",))
    assert still == {"B1": OFFLINE}
    assert await records.report.bundles() == {"B1": ON_SALE}


async def test_a_product_takes_all_its_bundles_along(records: Records) -> None:
    kits = [a_bundle("B3", "P1"), a_bundle("B1", "P1", "P2"), a_bundle("B2", "P2", "P3")]
    await load(records.database, a_catalogue(*kits))

    assert await switch(records, "P1", OFFLINE) == ("B1", "B3")
    assert await switch(records, "P2", OFFLINE) == ("B2",)
    assert await switch(records, "P1", ON_SALE) == ("B3",)


@pytest.mark.parametrize("first", [ON_SALE, OFFLINE], ids=["at once", "after a while"])
async def test_a_member_that_goes_for_good_retires_the_bundle_and_leaves_the_others_on_sale(
    records: Records, first: SaleState
) -> None:
    await load(records.database, a_catalogue(KIT))
    if first is OFFLINE:
        await switch(records, "P1", OFFLINE)

    changed = await switch(records, "P1", RETIRED)

    assert changed == ("B1",)
    assert await records.report.bundles() == {"B1": RETIRED}
    assert await records.report.products() == {"P1": RETIRED, "P2": ON_SALE, "P3": ON_SALE}


async def test_a_retired_bundle_does_not_move_with_its_other_members(records: Records) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P1", "P2", "P3")))
    await switch(records, "P1", RETIRED)

    off = await switch(records, "P2", OFFLINE)
    back = await switch(records, "P2", ON_SALE)
    gone = await switch(records, "P3", RETIRED)

    assert (off, back, gone) == ((), (), ())
    assert await records.report.bundles() == {"B1": RETIRED}


async def test_a_bundle_that_was_not_on_sale_does_not_come_back_on_sale(records: Records) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P1", on_sale=False)))

    off = await switch(records, "P1", OFFLINE)
    back = await switch(records, "P1", ON_SALE)
    still = await records.report.bundles()
    gone = await switch(records, "P1", RETIRED)

    assert (off, back, gone) == ((), (), ("B1",))
    assert still == {"B1": OFFLINE}
    assert await records.report.bundles() == {"B1": RETIRED}


async def test_a_step_that_comes_again_answers_as_the_first_time_and_changes_nothing(
    records: Records,
) -> None:
    await load(records.database, a_catalogue(KIT))
    moves = (OFFLINE, ON_SALE)
    first = [await switch(records, "P1", to) for to in moves]
    await switch(records, "P2", OFFLINE)

    again = [await switch(records, "P1", to) for to in moves]

    assert again == first == [("B1",), ("B1",)]
    assert await records.report.bundles() == {"B1": OFFLINE}
    assert await records.report.products() == {"P1": ON_SALE, "P2": OFFLINE, "P3": ON_SALE}


async def test_a_member_that_is_added_while_it_is_off_takes_the_bundle_along(records: Records) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P2")))
    await switch(records, "P1", OFFLINE)

    await load(records.database, a_catalogue(KIT))
    joined = await records.report.bundles()
    back = await switch(records, "P1", ON_SALE)

    assert joined == {"B1": OFFLINE}
    assert back == ("B1",)
    assert await records.report.bundles() == {"B1": ON_SALE}


async def test_a_member_that_is_removed_while_it_is_off_lets_the_bundle_go(records: Records) -> None:
    await load(records.database, a_catalogue(KIT))
    await switch(records, "P1", OFFLINE)

    await load(records.database, a_catalogue(a_bundle("B1", "P2")))
    without = await records.report.bundles()
    back = await switch(records, "P1", ON_SALE)

    assert without == {"B1": ON_SALE}
    assert back == ()


async def test_a_retired_product_retires_a_bundle_that_it_joins_as_long_as_it_is_there(
    records: Records,
) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P2")))
    await switch(records, "P1", RETIRED)

    await load(records.database, a_catalogue(KIT))
    joined = await records.report.bundles()
    other = await switch(records, "P2", OFFLINE)
    await load(records.database, a_catalogue(a_bundle("B1", "P3")))

    assert joined == {"B1": RETIRED}
    assert other == ()
    assert await records.report.bundles() == {"B1": ON_SALE}


async def test_a_bundle_that_joined_what_was_retired_is_not_told_of_as_retired_again(
    records: Records,
) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P2")))
    await switch(records, "P1", RETIRED)
    await load(records.database, a_catalogue(KIT))

    assert await switch(records, "P2", RETIRED) == ()
    assert await records.report.bundles() == {"B1": RETIRED}


async def test_a_bundle_stays_retired_when_the_member_that_was_gone_is_taken_out(records: Records) -> None:
    await load(records.database, a_catalogue(KIT))
    await switch(records, "P1", RETIRED)

    await load(records.database, a_catalogue(a_bundle("B1", "P2")))

    assert await records.report.bundles() == {"B1": RETIRED}


async def test_loading_the_same_file_again_undoes_nothing(records: Records) -> None:
    file = a_catalogue(KIT, a_bundle("B2", "P2"), a_bundle("B3", "P3"))
    await load(records.database, file)
    await switch(records, "P1", RETIRED)
    await switch(records, "P2", OFFLINE)

    await load(records.database, file)
    after = await records.report.bundles()
    back = await switch(records, "P2", ON_SALE)

    assert after == {"B1": RETIRED, "B2": OFFLINE, "B3": ON_SALE}
    assert back == ("B2",)


async def test_a_bundle_that_the_marketplace_takes_off_stays_off_when_its_member_comes_back(
    records: Records,
) -> None:
    await load(records.database, a_catalogue(KIT))
    await switch(records, "P1", OFFLINE)

    await load(records.database, a_catalogue(a_bundle("B1", "P1", "P2", on_sale=False)))

    assert await switch(records, "P1", ON_SALE) == ()
    assert await records.report.bundles() == {"B1": OFFLINE}


async def test_a_retirement_is_told_once_whichever_of_two_members_comes_first_with_its_bundles(
    records: Records,
) -> None:
    await load(records.database, a_catalogue(KIT))
    for product_id in ("P1", "P2"):
        await records.products.switch_product(product_id, deactivation_of(product_id), RETIRED)

    told = [
        (await records.products.switch_bundles(product_id, deactivation_of(product_id), RETIRED)).changed
        for product_id in ("P2", "P1")
    ]

    assert told == [("B1",), ()]


@pytest.mark.parametrize("to", [OFFLINE, RETIRED])
async def test_of_members_that_go_at_the_same_time_one_takes_the_bundle_along(
    database_url: str, to: SaleState
) -> None:
    members = [f"P{number}" for number in range(1, 9)]
    file = a_catalogue(a_bundle("B1", *members), a_bundle("B2", *reversed(members)), products=members)
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        await load(records.database, file)

        changed = await asyncio.gather(
            *(switch((records, elsewhere)[place % 2], member, to) for place, member in enumerate(members))
        )

        assert sorted(changed) == [()] * 7 + [("B1", "B2")]
        assert await records.report.bundles() == {"B1": to, "B2": to}


async def test_of_members_that_come_back_at_the_same_time_the_last_brings_the_bundle(
    database_url: str,
) -> None:
    members = [f"P{number}" for number in range(1, 9)]
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        await load(records.database, a_catalogue(a_bundle("B1", *members), products=members))
        for member in members:
            await switch(records, member, OFFLINE)

        changed = await asyncio.gather(
            *(
                switch((records, elsewhere)[place % 2], member, ON_SALE)
                for place, member in enumerate(members)
            )
        )

        assert sorted(changed) == [()] * 7 + [("B1",)]
        assert await records.report.bundles() == {"B1": ON_SALE}


@pytest.mark.parametrize("other", [OFFLINE, RETIRED])
async def test_a_member_that_comes_back_while_another_goes_leaves_the_bundle_as_the_other_wants_it(
    database_url: str, other: SaleState
) -> None:
    pairs = [(f"P{number}", f"Q{number}") for number in range(10)]
    kits = [a_bundle(f"B{place}", *pair) for place, pair in enumerate(pairs)]
    products = [product_id for pair in pairs for product_id in pair]
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        await load(records.database, a_catalogue(*kits, products=products))
        for back, _ in pairs:
            await switch(records, back, OFFLINE)

        changed = await asyncio.gather(
            *(switch(records, back, ON_SALE) for back, _ in pairs),
            *(switch(elsewhere, gone, other) for _, gone in pairs),
        )

        assert set((await records.report.bundles()).values()) == {other}
        for place, (came_back, went) in enumerate(zip(changed[:10], changed[10:], strict=True)):
            # Either the bundle was on sale for a moment, or it never came back.
            told = (f"B{place}",)
            assert (came_back, went) in {(told, told), ((), told if other is RETIRED else ())}


async def test_the_same_step_delivered_many_times_at_once_is_taken_once(database_url: str) -> None:
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        await load(records.database, a_catalogue(KIT))

        changed = await asyncio.gather(
            *(switch((records, elsewhere)[place % 2], "P1", OFFLINE) for place in range(10))
        )

        assert changed == [("B1",)] * 10
        assert await switch(records, "P1", ON_SALE) == ("B1",)
