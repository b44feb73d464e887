"""What becomes of the renewals, as callers see it: cancelled, failed, tried again, given back (R51-R56)."""

from business_care.deactivation.commands import RetryFailed
from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from gateway.products import ProductGateway
from tests.gateway.callers import OPERATOR, code_of
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import (
    PERMANENT,
    a_product_that_owes_a_charge,
    an_order,
    look_again,
    renewals,
    standing,
    until_counted,
    until_recorded,
)


async def test_a_permanent_order_cancels_every_renewal_and_tells_each_customer_once(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product(customers=5)

    await products.deactivate(an_order(product, kind=PERMANENT))
    ended = await market.deactivation(product.id).result()

    told = [notice for notice in await market.records.report.notices() if notice.product == product.id]
    progress = await products.progress(product.id)
    assert ended.outcome is DeactivationOutcome.RETIRED
    assert await standing(market, product) == ("retired", "on_sale", "retired")
    assert await renewals(market, product) == ["cancelled"] * 5
    assert sorted(notice.to for notice in told if notice.kind == "renewal_cancelled") == product.customer_ids
    assert [notice.to for notice in told if notice.kind == "deactivated"] == [product.seller.id]
    assert (progress.total, progress.done, progress.left, progress.is_over) == (5, 5, 0, True)
    assert await products.failed_renewals(product.id) == []


async def test_renewals_that_failed_are_listed_and_tried_again(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product(customers=3, bills=[["ok"], ["error"], ["ok"]])
    await products.deactivate(an_order(product, kind=PERMANENT))
    await until_recorded(products, product, "renewals_failed")
    waiting = await products.status(product.id)
    failed = await products.failed_renewals(product.id)
    before = await renewals(market, product)

    await products.send(product.id, RetryFailed(command_id="r1", by=OPERATOR))
    ended = await market.deactivation(product.id).result()

    assert [(one.licence_id, one.can_be_retried) for one in failed] == [(product.licences[1], True)]
    assert waiting.failed == tuple(failed)
    assert before == ["cancelled", "automatic", "cancelled"]
    assert ended.outcome is DeactivationOutcome.RETIRED
    assert await renewals(market, product) == ["cancelled"] * 3


async def test_what_failed_is_tried_again_while_another_charge_is_still_waited_for(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product(customers=3, bills=[["error"], ["charge_in_flight_paid"], ["ok"]])
    await products.deactivate(an_order(product, kind=PERMANENT))
    waiting = await until_counted(products, product, failed=1, in_flight=1)

    answer = await products.send(product.id, RetryFailed(command_id="r1", by=OPERATOR))
    retried = await until_counted(products, product, failed=0, in_flight=1)
    before = await renewals(market, product)
    await market.settle_charges(product)
    await look_again(products, product)
    ended = await market.deactivation(product.id).result()

    assert waiting.state is answer.state is retried.state is DeactivationPhase.RETIRING
    assert before == ["cancelled", "automatic", "cancelled"]
    assert ended.outcome is DeactivationOutcome.RETIRED
    assert await renewals(market, product) == ["cancelled"] * 3


async def test_nothing_is_tried_again_under_way_before_a_renewal_has_failed(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product(customers=1, bills=[["charge_in_flight_paid"]])
    await products.deactivate(an_order(product, kind=PERMANENT))
    await until_counted(products, product, in_flight=1)

    code = await code_of(products.send(product.id, RetryFailed(command_id="r1", by=OPERATOR)))

    assert code == "wrong_state"


async def test_a_customer_whose_charge_waits_to_be_given_back_is_cancelled_and_told_at_once(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_that_owes_a_charge(products, market)

    progress = await products.progress(product.id)

    told = [notice for notice in await market.records.report.notices() if notice.product == product.id]
    assert (progress.done, progress.left, progress.in_flight, progress.giving_back) == (1, 0, 0, 1)
    assert await renewals(market, product) == ["cancelled"]
    assert [notice.to for notice in told if notice.kind == "renewal_cancelled"] == product.customer_ids
    assert (await products.status(product.id)).state is DeactivationPhase.RETIRING


async def test_resumed_payments_wake_charges_that_wait_to_be_given_back(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_that_owes_a_charge(products, market)

    still_stopped = await market.deactivation(product.id).describe()
    change = await market.gateway().resume_payments(product.seller.id, OPERATOR)
    ended = await market.deactivation(product.id).result()

    [refund] = [one for one in await market.records.report.refunds() if one.licence_id == product.licences[0]]
    assert still_stopped.close_time is None
    assert change.products == (product.id,)
    assert (ended.outcome, refund.status) == (DeactivationOutcome.RETIRED, "succeeded")
    assert (await market.gateway().resume_payments(product.seller.id, OPERATOR)).products == ()
