"""An id is of one deactivation: of orders for several products under it, one has it (R50, R60)."""

import asyncio

from adapters.records.opened import Records
from tests.adapters.product_world import an_order_of

PRODUCTS = [f"P{number}" for number in range(8)]


async def test_an_id_is_of_the_product_whose_order_claimed_it_first(records: Records) -> None:
    first = await records.products.claim_id(an_order_of("P1"))
    second = await records.products.claim_id(an_order_of("P2"))
    again = await records.products.claim_id(an_order_of("P1"))

    assert (first, second, again) == ("P1", "P1", "P1")


async def test_a_product_may_claim_one_id_after_another(records: Records) -> None:
    claimed = [await records.products.claim_id(an_order_of("P1", f"D{number}")) for number in range(3)]

    assert claimed == ["P1"] * 3


async def test_of_claims_at_the_same_moment_one_wins_and_all_are_told_whose(database_url: str) -> None:
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        for deactivation_id in (f"D{number}" for number in range(10)):
            claimed = await asyncio.gather(
                *(
                    (records, elsewhere)[place % 2].products.claim_id(an_order_of(product, deactivation_id))
                    for place, product in enumerate(PRODUCTS)
                )
            )

            [winner] = set(claimed)
            assert winner in PRODUCTS
            assert await elsewhere.products.claim_id(an_order_of("P-late", deactivation_id)) == winner


async def test_one_order_that_is_delivered_often_at_once_has_its_id(database_url: str) -> None:
    async with Records.open(database_url) as records, Records.open(database_url) as elsewhere:
        claims = ((records, elsewhere)[place % 2].products.claim_id(an_order_of()) for place in range(8))

        assert await asyncio.gather(*claims) == ["P1"] * 8
