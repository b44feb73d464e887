"""Ordering products off the market: once, in time, by those who may, and with their bundles (R50-R54)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from business_care.deactivation.commands import Impose, MakePermanent, Revoke
from business_care.deactivation.words import DeactivationKind, DeactivationOutcome, DeactivationPhase
from business_care.people import Actor, Role
from gateway.products import ProductGateway
from tests.gateway.callers import OPERATOR, code_of
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import (
    NEXT_YEAR,
    PERMANENT,
    SOMEBODY_ELSE,
    a_product_back_on_sale,
    a_product_off_sale,
    an_order,
    logged,
    reactivation,
    renewals,
    settled,
    standing,
)


async def test_an_order_switches_the_product_off_and_its_bundle_follows(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product(customers=2)

    answer = await products.deactivate(an_order(product, command_id=product.order_id, until=NEXT_YEAR))
    view = await settled(products, product)

    assert (answer.deactivation_id, answer.duplicate) == (product.order_id, False)
    assert (answer.state, answer.until) == (DeactivationPhase.OFFLINE, NEXT_YEAR)
    assert (view.ordered_by, view.imposed, view.next_due_at) == (product.seller, False, NEXT_YEAR)
    assert await standing(market, product) == ("offline", "on_sale", "offline")
    assert await renewals(market, product) == ["automatic", "automatic"]


async def test_reactivation_brings_product_and_bundle_back(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_off_sale(products, market)

    answer = await products.send(product.id, reactivation(product.seller))
    ended = await market.deactivation(product.id).result()

    assert answer.state is DeactivationPhase.REACTIVATING
    assert ended.outcome is DeactivationOutcome.REACTIVATED
    assert await standing(market, product) == ("on_sale", "on_sale", "on_sale")
    assert await products.status(product.id) == ended


async def test_the_same_order_again_is_a_duplicate_while_the_deactivation_stands_and_after_it_has_ended(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    order = an_order(product)

    first = await products.deactivate(order)
    again = await products.deactivate(order)
    await products.send(product.id, reactivation(product.seller))
    await market.deactivation(product.id).result()
    after_the_end = await products.deactivate(order)

    assert not first.duplicate
    assert again == after_the_end == first.model_copy(update={"duplicate": True})
    assert await standing(market, product) == ("on_sale", "on_sale", "on_sale")
    assert len(await logged(market, product)) == 4


@pytest.mark.parametrize("ended", [False, True], ids=["while-it-stands", "after-the-end"])
async def test_another_order_under_the_same_id_is_refused(
    market: Marketplace, products: ProductGateway, ended: bool
) -> None:
    product = await (a_product_back_on_sale if ended else a_product_off_sale)(products, market)

    code = await code_of(products.deactivate(an_order(product, command_id=product.order_id, kind=PERMANENT)))

    assert code == "command_id_reused"


async def test_an_id_that_switched_another_product_off_is_refused(
    market: Marketplace, products: ProductGateway
) -> None:
    first, second = await market.product(), await market.product()
    await products.deactivate(an_order(first, command_id=first.order_id))

    code = await code_of(products.deactivate(an_order(second, command_id=first.order_id)))

    assert code == "command_id_reused"


async def test_ten_orders_at_the_same_time_are_one_deactivation(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    order = an_order(product)

    answers = await asyncio.gather(*(products.deactivate(order) for _ in range(10)))

    assert [answer.duplicate for answer in answers].count(False) == 1
    assert (await products.journal(product.id)).rejections == ()


@pytest.mark.parametrize("by", [None, OPERATOR], ids=["seller", "operator"])
async def test_a_second_order_is_refused_while_the_first_one_stands(
    market: Marketplace, products: ProductGateway, by: Actor | None
) -> None:
    product = await a_product_off_sale(products, market)

    code = await code_of(products.deactivate(an_order(product, kind=PERMANENT, by=by)))

    assert code == "already_deactivated"
    assert (await products.status(product.id)).kind is DeactivationKind.TEMPORARY


async def test_a_new_order_may_follow_at_once_when_the_last_deactivation_ends(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_off_sale(products, market)
    await products.send(product.id, reactivation(product.seller))

    answer = await products.deactivate(an_order(product, command_id=f"again-{product.id}"))

    assert (answer.deactivation_id, answer.duplicate) == (f"again-{product.id}", False)
    assert (await logged(market, product))[-1] == ("deactivate", None)


@pytest.mark.parametrize(
    ("by", "product_id", "code"),
    [
        (SOMEBODY_ELSE, None, "not_your_product"),
        (Actor(role=Role.AGENT, id="A1", seller_id="S-somebody-else"), None, "not_your_product"),
        (Actor(role=Role.CUSTOMER, id="C1"), None, "role_not_allowed"),
        (Actor(role=Role.SYSTEM, id="billing"), None, "role_not_allowed"),
        (OPERATOR, "P-nobody-sells", "unknown_product"),
    ],
    ids=["another-seller", "another-sellers-agent", "customer", "system", "unknown-product"],
)
async def test_what_may_not_be_ordered_starts_nothing_and_is_kept(
    market: Marketplace, products: ProductGateway, by: Actor, product_id: str | None, code: str
) -> None:
    product = await market.product()

    refused = await code_of(products.deactivate(an_order(product, by=by, product_id=product_id)))

    entries = await market.records.commands.of_product(product_id or product.id)
    assert refused == entries[-1].error_code == code
    assert await standing(market, product) == ("on_sale", "on_sale", "on_sale")
    assert await code_of(products.status(product_id or product.id)) == (
        "unknown_product" if product_id else "unknown_deactivation"
    )


async def test_an_order_that_was_refused_is_judged_anew(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    too_early = an_order(product, command_id=product.order_id, until=datetime(2020, 1, 1, tzinfo=UTC))

    refused = [await code_of(products.deactivate(too_early)) for _ in range(2)]
    answer = await products.deactivate(an_order(product, command_id=product.order_id, until=NEXT_YEAR))

    assert refused == ["until_out_of_range", "until_out_of_range"]
    assert (answer.state, answer.duplicate) == (DeactivationPhase.OFFLINE, False)


async def test_a_planned_order_changes_nothing_and_can_be_revoked(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product(customers=1)

    planned = await products.deactivate(an_order(product, kind=PERMANENT, takes_effect_at=NEXT_YEAR))
    before = await standing(market, product)
    revoked = await products.send(product.id, Revoke(command_id="r1", by=product.seller))
    ended = await market.deactivation(product.id).result()

    assert (planned.state, planned.takes_effect_at) == (DeactivationPhase.PLANNED, NEXT_YEAR)
    assert before == await standing(market, product) == ("on_sale", "on_sale", "on_sale")
    assert revoked.outcome is ended.outcome is DeactivationOutcome.REVOKED
    assert await renewals(market, product) == ["automatic"]


async def test_what_an_operator_imposed_only_an_operator_ends(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_off_sale(products, market)
    impose = Impose(command_id="i1", by=OPERATOR, kind=DeactivationKind.TEMPORARY, reason="Unsafe")

    imposed = await products.send(product.id, impose)
    by_seller = await code_of(products.send(product.id, reactivation(product.seller)))
    made_permanent = await code_of(
        products.send(product.id, MakePermanent(command_id="m1", by=product.seller))
    )
    await products.send(product.id, reactivation(OPERATOR))
    ended = await market.deactivation(product.id).result()

    assert imposed.imposed
    assert by_seller == made_permanent == "imposed_by_operator"
    assert (ended.outcome, ended.imposed) == (DeactivationOutcome.REACTIVATED, True)


@pytest.mark.parametrize(
    "act",
    [
        MakePermanent(command_id="m1", by=OPERATOR),
        Impose(command_id="i1", by=OPERATOR, kind=PERMANENT, reason="Unsafe"),
    ],
    ids=lambda act: act.NAME,
)
async def test_an_act_at_the_instant_of_the_planned_end_comes_too_late_by_whatever_clock(
    market: Marketplace, products: ProductGateway, act: MakePermanent | Impose
) -> None:
    product = await market.product()
    until = datetime.now(UTC) + timedelta(seconds=100)
    await products.deactivate(an_order(product, until=until))
    in_time = until - timedelta(seconds=1)

    too_late = await code_of(products.send(product.id, act.model_copy(update={"occurred_at": until})))
    answer = await products.send(product.id, act.model_copy(update={"occurred_at": in_time}))

    assert too_late == "wrong_state"
    assert (answer.kind, answer.until) == (PERMANENT, None)


async def test_an_order_may_be_given_for_a_later_first_step(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()

    await products.deactivate_later(an_order(product), timedelta(seconds=1))
    before = await standing(market, product)
    await asyncio.sleep(1.5)
    await settled(products, product)

    assert before == ("on_sale", "on_sale", "on_sale")
    assert await standing(market, product) == ("offline", "on_sale", "offline")
    assert await logged(market, product) == [("deactivate", None)]
