"""What programs without our gateway may send about a product: right or hostile, it stops nothing (R61)."""

import asyncio
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from business_care.deactivation.views import DeactivationAnswer, DeactivationView
from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from business_care.events import Rejection
from gateway.products import ProductGateway
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import a_product_back_on_sale, a_product_off_sale, reactivation, settled
from tests.gateway.shelf import Product
from workflows.names import PRODUCT_DEACTIVATION, TASK_QUEUE, product_deactivation_id

BY_ITS_OWN_FAULT = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE

Run = WorkflowHandle[Any, DeactivationView]


def order_of(product: Product, **said: object) -> dict[str, object]:
    """An order as any program writes it."""
    by = {"role": "seller", "id": product.seller.id}
    return {
        "command_id": product.order_id,
        "by": by,
        "product_id": product.id,
        "kind": "temporary",
        **said,
    }


async def started(market: Marketplace, product: Product, *arguments: object, **options: Any) -> Run:
    """A run under the product's workflow id, started by hand."""
    return await market.server.client.start_workflow(
        PRODUCT_DEACTIVATION,
        args=arguments,
        id=product_deactivation_id(product.id),
        task_queue=TASK_QUEUE,
        result_type=DeactivationView,
        **options,
    )


async def failure_of(run: Run) -> str:
    """The type of the error with which a run failed."""
    async with asyncio.timeout(60):
        with pytest.raises(WorkflowFailureError) as failed:
            await run.result()
    assert isinstance(failed.value.cause, ApplicationError)
    return str(failed.value.cause.type)


async def newest_rejection(products: ProductGateway, product: Product, before: int) -> Rejection:
    async with asyncio.timeout(60):
        while len((journal := await products.journal(product.id)).rejections) <= before:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert len(journal.rejections) == before + 1
    return journal.rejections[-1]


async def still_works(market: Marketplace, products: ProductGateway, product: Product) -> None:
    """It answers, and no task of the workflow has failed by its own fault."""
    assert (await products.status(product.id)).state is DeactivationPhase.OFFLINE
    async for event in market.deactivation(product.id).fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            assert event.workflow_task_failed_event_attributes.cause != BY_ITS_OWN_FAULT


@pytest.fixture(scope="module")
async def target(market: Marketplace) -> Product:
    """One product that is off sale through all of it."""
    return await a_product_off_sale(market.products(), market)


async def test_a_start_with_nothing_of_ours_but_the_names_switches_the_product_off(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()

    await started(market, product, order_of(product))
    view = await settled(products, product)

    assert (view.deactivation_id, view.ordered_by) == (product.order_id, product.seller)
    assert (await market.records.report.products())[product.id] == "offline"


async def test_an_order_may_come_as_a_signal_together_with_the_start(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    order = order_of(product)

    await started(market, product, order, start_signal="deactivate", start_signal_args=[order])
    answer = await products.send(product.id, reactivation(product.seller))

    assert answer.deactivation_id == product.order_id
    assert (await products.journal(product.id)).rejections == ()


@pytest.mark.parametrize("message", ["deactivate", "revoke"])
async def test_an_order_or_a_command_may_come_as_an_update_together_with_the_start(
    market: Marketplace, message: str
) -> None:
    product = await market.product()
    order = order_of(product, takes_effect_at="2031-04-01T00:00:00+02:00")
    body = order if message == "deactivate" else {"command_id": "r1", "by": order["by"]}

    answer: DeactivationAnswer = await market.server.client.execute_update_with_start_workflow(
        message,
        body,
        start_workflow_operation=WithStartWorkflowOperation(
            PRODUCT_DEACTIVATION,
            order,
            id=product_deactivation_id(product.id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        ),
        result_type=DeactivationAnswer,
    )

    assert (answer.command, answer.duplicate) == (message, False)
    assert answer.outcome == ("revoked" if message == "revoke" else None)


async def test_an_order_that_is_started_again_after_its_end_ends_at_once_and_changes_nothing(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await a_product_back_on_sale(products, market)
    events = (await products.journal(product.id)).events

    again = await started(market, product, order_of(product))
    ended = await again.result()

    assert ended.outcome is DeactivationOutcome.REACTIVATED
    assert (await market.records.report.products())[product.id] == "on_sale"
    assert (await products.journal(product.id)).events == events


async def test_an_order_that_a_rule_refuses_ends_its_run_and_may_be_given_anew(
    market: Marketplace, products: ProductGateway
) -> None:
    product = await market.product()
    strangers = order_of(product, by={"role": "seller", "id": "S-somebody-else"})

    refused = await (await started(market, product, strangers)).result()
    await started(market, product, order_of(product))
    view = await products.status(product.id)

    assert (refused.outcome, refused.refused) == (DeactivationOutcome.REFUSED, "not_your_product")
    assert view.outcome is None
    assert view.deactivation_id == product.order_id


@pytest.mark.parametrize("ended", [False, True], ids=["while-it-stands", "after-its-end"])
async def test_an_order_under_the_id_of_another_one_is_refused(
    market: Marketplace, products: ProductGateway, ended: bool
) -> None:
    first = await (a_product_back_on_sale if ended else a_product_off_sale)(products, market)
    second = await market.product()

    run = await started(market, second, order_of(second, command_id=first.order_id))
    refused = await run.result()

    assert (refused.product_id, refused.refused) == (second.id, "command_id_reused")
    assert (await market.records.report.products())[second.id] == "on_sale"
    assert (await products.status(first.id)).outcome == ("reactivated" if ended else None)


async def test_a_start_under_the_workflow_id_of_another_product_fails(market: Marketplace) -> None:
    product = await market.product()

    run = await started(market, product, order_of(product, product_id=product.other_id))

    assert await failure_of(run) == "invalid_message"
    assert (await market.records.report.products())[product.other_id] == "on_sale"


async def test_a_bare_cancellation_is_refused_and_kept(
    market: Marketplace, products: ProductGateway, target: Product
) -> None:
    before = len((await products.journal(target.id)).rejections)

    await market.deactivation(target.id).cancel()

    rejection = await newest_rejection(products, target, before)
    assert (rejection.message, rejection.code) == ("cancel", "invalid_message")
    await still_works(market, products, target)
