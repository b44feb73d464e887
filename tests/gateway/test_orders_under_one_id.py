"""Orders for several products under one and the same id: one is carried out, the others are refused (R60)."""

import asyncio
from datetime import UTC, datetime

from business_care.deactivation.views import DeactivationAnswer
from business_care.errors import ErrorCode, RuleViolation
from gateway.products import ProductGateway
from tests.gateway.callers import code_of
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import (
    NEXT_YEAR,
    a_product_back_on_sale,
    an_order,
    logged,
    reactivation,
    settled,
    standing,
)
from tests.gateway.shelf import Product

Answer = DeactivationAnswer | RuleViolation

ON_SALE = ("on_sale",) * 3
OFF_SALE = ("offline", "on_sale", "offline")


async def ordered_at_once(products: ProductGateway, *shelf: Product, command_id: str) -> list[Answer]:
    """What came of one order for each product, all under the same id and at the same moment."""

    async def order(product: Product) -> Answer:
        try:
            return await products.deactivate(an_order(product, command_id=command_id))
        except RuleViolation as violation:
            return violation

    return await asyncio.gather(*(order(product) for product in shelf))


async def test_of_three_orders_at_once_one_is_carried_out_and_the_others_are_told_so(
    market: Marketplace, products: ProductGateway
) -> None:
    shelf = [await market.product() for _ in range(3)]
    command_id = shelf[0].order_id

    answers = await ordered_at_once(products, *shelf, command_id=command_id)

    said = dict(zip(shelf, answers, strict=True))
    [winner] = [product for product, answer in said.items() if isinstance(answer, DeactivationAnswer)]
    refused = {
        product: answer for product, answer in said.items() if not isinstance(answer, DeactivationAnswer)
    }
    await settled(products, winner)
    assert [answer.code for answer in refused.values()] == [ErrorCode.COMMAND_ID_REUSED] * 2
    # The winner is named where both arrived before either was carried out; later its order is known already.
    used = f"command_id: {command_id} was used before, for"
    right = {f"{used} the deactivation of product {winner.id}", f"{used} another deactivate"}
    assert {answer.message for answer in refused.values()} <= right
    assert await standing(market, winner) == OFF_SALE
    assert [await standing(market, loser) for loser in refused] == [ON_SALE] * 2
    assert [await logged(market, loser) for loser in refused] == [[("deactivate", "command_id_reused")]] * 2
    assert (await products.journal(winner.id)).rejections == ()
    assert (await products.journal(winner.id, as_recorded=True)).rejections == ()


async def test_those_that_were_refused_are_switched_off_under_another_id_and_not_under_that_one(
    market: Marketplace, products: ProductGateway
) -> None:
    shelf = [await market.product() for _ in range(3)]
    command_id = shelf[0].order_id
    answers = await ordered_at_once(products, *shelf, command_id=command_id)
    losers = [
        product
        for product, answer in zip(shelf, answers, strict=True)
        if not isinstance(answer, DeactivationAnswer)
    ]

    again = [await code_of(products.deactivate(an_order(one, command_id=command_id))) for one in losers]
    anew = [await products.deactivate(an_order(one, command_id=f"anew-{one.id}")) for one in losers]

    for loser in losers:
        await settled(products, loser)
    assert again == ["command_id_reused"] * 2
    assert [answer.deactivation_id for answer in anew] == [f"anew-{loser.id}" for loser in losers]
    assert [await standing(market, loser) for loser in losers] == [OFF_SALE] * 2


async def test_whoever_won_answers_for_its_order_when_it_comes_again(
    market: Marketplace, products: ProductGateway
) -> None:
    first, second = await market.product(), await market.product()
    command_id = first.order_id
    answers = await ordered_at_once(products, first, second, command_id=command_id)
    winner = first if isinstance(answers[0], DeactivationAnswer) else second

    again = await products.deactivate(an_order(winner, command_id=command_id))
    await products.send(winner.id, reactivation(winner.seller))
    await market.deactivation(winner.id).result()
    after_the_end = await products.deactivate(an_order(winner, command_id=command_id))

    assert again == after_the_end
    assert (again.duplicate, again.product_id) == (True, winner.id)
    assert await standing(market, winner) == ON_SALE


async def test_an_order_that_was_refused_for_another_reason_leaves_its_id_free(
    market: Marketplace, products: ProductGateway
) -> None:
    first, second = await market.product(), await market.product()
    too_early = an_order(first, command_id=first.order_id, until=datetime(2020, 1, 1, tzinfo=UTC))

    refused = await code_of(products.deactivate(too_early))
    answer = await products.deactivate(an_order(second, command_id=first.order_id, until=NEXT_YEAR))

    assert refused == "until_out_of_range"
    assert (answer.product_id, answer.deactivation_id) == (second.id, first.order_id)


async def test_an_id_stays_used_when_its_deactivation_has_ended(
    market: Marketplace, products: ProductGateway
) -> None:
    ended, another = await a_product_back_on_sale(products, market), await market.product()

    code = await code_of(products.deactivate(an_order(another, command_id=ended.order_id)))

    assert code == "command_id_reused"
    assert await standing(market, another) == ON_SALE
