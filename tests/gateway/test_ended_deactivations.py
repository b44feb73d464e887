"""Commands to deactivations that ended, never were, or stand still: the records answer (R60, R61)."""

import pytest

from business_care.deactivation.commands import RetryFailed
from business_care.deactivation.renewals import CascadeProgress
from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase, SaleState
from business_care.errors import RuleViolation
from business_care.people import Actor, Role
from gateway.failures import NotRunning
from gateway.products import ProductGateway
from gateway.raw_command import RawCommand
from tests.gateway.callers import OPERATOR, code_of
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import (
    NEXT_YEAR,
    SOMEBODY_ELSE,
    a_product_back_on_sale,
    a_product_off_sale,
    an_order,
    happened,
    logged,
    reactivation,
    settled,
    standing,
)


@pytest.mark.parametrize("forgotten", [False, True], ids=["server-remembers", "after-retention"])
@pytest.mark.parametrize(
    ("command_id", "by", "code"),
    [
        ("on", None, "duplicate"),
        ("on", OPERATOR, "command_id_reused"),
        ("new", None, "deactivation_ended"),
        ("new", Actor(role=Role.CUSTOMER, id="C1"), "role_not_allowed"),
        ("new", SOMEBODY_ELSE, "not_your_product"),
    ],
    ids=["repeated", "reused-id", "new", "role", "party"],
)
async def test_a_deactivation_that_has_ended_is_answered_for_in_the_order_of_judgement(
    market: Marketplace,
    products: ProductGateway,
    forgotten: bool,
    command_id: str,
    by: Actor | None,
    code: str,
) -> None:
    product = await a_product_back_on_sale(products, market)
    caller = market.products(client=market.forgetful) if forgotten else products
    command = reactivation(by or product.seller, command_id=command_id)

    if code == "duplicate":
        answer = await caller.send(product.id, command)
        assert (answer.duplicate, answer.state) == (True, DeactivationPhase.REACTIVATING)
    else:
        assert await code_of(caller.send(product.id, command)) == code

    kept = (await logged(market, product))[-1]
    assert kept == ("reactivate", None if code == "duplicate" else code)


@pytest.mark.parametrize("ended", [False, True], ids=["while-it-stands", "after-the-end"])
async def test_what_was_said_to_an_earlier_deactivation_is_not_said_to_the_next_one(
    market: Marketplace, products: ProductGateway, ended: bool
) -> None:
    product = await a_product_back_on_sale(products, market)
    first, repeated = (
        an_order(product, command_id=product.order_id),
        reactivation(product.seller, command_id="on"),
    )
    await products.deactivate(an_order(product))
    await settled(products, product)
    if ended:
        await products.send(product.id, reactivation(OPERATOR))
        await market.deactivation(product.id).result()

    again = await products.send(product.id, repeated)
    by_signal = await products.send_as_signal(product.id, repeated)
    reused = await code_of(products.send(product.id, reactivation(OPERATOR, command_id="on")))
    order_again = await products.send(product.id, first)

    assert (again.duplicate, again.deactivation_id) == (True, product.order_id)
    assert by_signal == (again if ended else None)
    assert reused == "command_id_reused"
    assert (order_again.duplicate, order_again.deactivation_id) == (True, product.order_id)
    assert await standing(market, product) == (
        ("on_sale",) * 3 if ended else ("offline", "on_sale", "offline")
    )


async def test_a_deactivation_that_has_ended_names_its_outcome(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_back_on_sale(products, market)

    with pytest.raises(RuleViolation) as refused:
        await products.send(product.id, RetryFailed(command_id="r1", by=OPERATOR))

    assert refused.value.message == f"deactivation {product.order_id} has ended with the outcome reactivated"


@pytest.mark.parametrize("forgotten", [False, True], ids=["server-remembers", "after-retention"])
async def test_an_ended_deactivation_is_told_by_the_records(
    market: Marketplace, products: ProductGateway, forgotten: bool
) -> None:
    product = await a_product_back_on_sale(products, market)
    caller = market.products(client=market.forgetful) if forgotten else products

    view, journal = await caller.status(product.id), await caller.journal(product.id)

    assert (view.outcome, view.product) == (DeactivationOutcome.REACTIVATED, SaleState.ON_SALE)
    assert [event.name for event in journal.events] == [
        "ordered",
        "in_effect",
        "offline",
        "bundle_offline",
        "reactivate",
        "on_sale",
        "bundle_on_sale",
        "ended",
    ]
    assert await caller.progress(product.id) == CascadeProgress()


async def test_the_records_tell_what_the_deactivation_itself_tells(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_off_sale(products, market)
    told = await settled(products, product)

    assert await products.status(product.id, as_recorded=True) == told
    assert await products.journal(product.id, as_recorded=True) == await products.journal(product.id)


async def test_a_product_that_was_never_switched_off_says_so(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()

    codes = [
        await code_of(asked)
        for asked in (
            products.status(product.id),
            products.journal(product.id),
            products.progress(product.id),
            products.failed_renewals(product.id),
            products.send(product.id, reactivation(product.seller)),
        )
    ]

    assert codes == ["unknown_deactivation"] * 5
    assert await code_of(products.status("P-nobody-sells")) == "unknown_product"
    assert await code_of(products.send("P-nobody-sells", reactivation(OPERATOR))) == "unknown_product"
    assert await code_of(products.status("P 1")) == "invalid_message"


@pytest.mark.parametrize("by_signal", [False, True], ids=["asked", "by-signal"])
@pytest.mark.parametrize(
    ("by", "code"),
    [
        (Actor(role=Role.CUSTOMER, id="C1"), "role_not_allowed"),
        (SOMEBODY_ELSE, "not_your_product"),
        (Actor(role=Role.AGENT, id="A1", seller_id="S-somebody-else"), "not_your_product"),
        (None, "unknown_deactivation"),
        (OPERATOR, "unknown_deactivation"),
    ],
    ids=["customer", "another-seller", "another-sellers-agent", "seller", "operator"],
)
async def test_who_asks_about_a_product_that_was_never_switched_off_is_judged_first(
    market: Marketplace, products: ProductGateway, by: Actor | None, code: str, by_signal: bool
) -> None:
    product = await market.product()
    send = products.send_as_signal if by_signal else products.send

    refused = await code_of(send(product.id, reactivation(by or product.seller)))

    assert refused == code
    assert await logged(market, product) == [("reactivate", code)]


async def test_so_is_what_cannot_be_read(market: Marketplace, products: ProductGateway) -> None:
    product = await market.product()
    unreadable = RawCommand("impose", b'{"command_id": "c1"}')
    by_a_customer = reactivation(Actor(role=Role.CUSTOMER, id="C1"))

    codes = [
        await code_of(products.send(product.id, unreadable)),
        await code_of(products.send_as_signal(product.id, unreadable)),
        await code_of(products.send("P-nobody-sells", unreadable)),
        await code_of(products.send("P-nobody-sells", by_a_customer)),
    ]

    assert codes == ["invalid_message"] * 3 + ["role_not_allowed"]


async def test_what_cannot_be_read_is_refused_and_kept(market: Marketplace, products: ProductGateway) -> None:
    product = await a_product_off_sale(products, market)

    code = await code_of(products.send(product.id, RawCommand("impose", b'{"command_id": "c1"}')))

    entry = (await products.commands_of(product.id))[-1]
    assert code == entry.error_code == "invalid_message"
    assert (entry.product_id, entry.command_id, entry.answer) == (product.id, "c1", None)


async def test_signals_are_handed_over_and_judged_in_the_journal(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    order = an_order(product, command_id=product.order_id)

    ordered = [await products.deactivate_by_signal(order) for _ in range(2)]
    second = await products.deactivate_by_signal(an_order(product))
    refused = await products.send_as_signal(product.id, RetryFailed(command_id="r1", by=OPERATOR))
    await settled(products, product)

    journal = await products.journal(product.id)
    assert (ordered, second, refused) == ([None, None], None, None)
    assert [event.name for event in journal.events].count("ordered") == 1
    assert [rejection.code for rejection in journal.rejections] == ["already_deactivated", "wrong_state"]
    assert await logged(market, product) == [("deactivate", None)] * 3 + [("retry_failed", None)]


async def test_an_order_by_signal_is_answered_for_by_the_records_after_its_end(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    order = an_order(product)
    await products.deactivate(order)
    await products.send(product.id, reactivation(product.seller))
    await market.deactivation(product.id).result()

    answer = await products.deactivate_by_signal(order)

    assert answer is not None
    assert answer.duplicate


async def test_a_run_that_was_terminated_says_so_and_goes_on_when_it_is_ordered_again(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    order = an_order(product, until=NEXT_YEAR)
    await products.deactivate(order)
    await settled(products, product)
    await market.deactivation(product.id).terminate()

    with pytest.raises(NotRunning, match="order it again under the same id"):
        await products.send(product.id, reactivation(product.seller))
    again = await products.deactivate(order)
    await products.send(product.id, reactivation(product.seller))
    ended = await market.deactivation(product.id).result()

    assert again.duplicate
    assert ended.outcome is DeactivationOutcome.REACTIVATED
    assert await standing(market, product) == ("on_sale", "on_sale", "on_sale")
    names = await happened(products, product)
    assert names.count("offline") == names.count("ordered") == names.count("ended") == 1
