"""A provider's news come in any order, late and again: nobody is paid twice, nobody forgotten (R42, R44)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from adapters.records.money_tables import SIMULATED_REFUNDS
from business_care.commands import Chargeback, ChargebackStatus, OrderRefund, RefundSettled
from business_care.errors import ErrorCode, StepFailed
from business_care.refund import RefundStatus
from business_care.state import Outcome
from business_care.views import CareStateName, RequestView
from gateway.client import CareGateway
from tests.gateway.callers import OPERATOR, code_of
from tests.gateway.marketplace import Licence, Marketplace
from tests.gateway.news import (
    BILLING,
    FAILED,
    SUCCEEDED,
    bought_together,
    disputed,
    news_of,
    ordered,
    paid,
    pending,
    until,
)
from workflows.names import care_request_id

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
OPENED, WON, LOST = ChargebackStatus.OPENED, ChargebackStatus.WON, ChargebackStatus.LOST


def is_manual(view: RequestView) -> bool:
    return view.state is CareStateName.REFUND_MANUAL


async def opened(market: Marketplace, gateway: CareGateway, licence: Licence) -> str:
    return (await gateway.open_request(market.opening(licence.id))).request_id


async def given_the_failure_at_the_provider(market: Marketplace, licence: Licence) -> None:
    """Whoever asks the provider from now on hears that the refund has failed."""
    of_licence = update(SIMULATED_REFUNDS).where(SIMULATED_REFUNDS.c.licence_id == licence.id)
    async with market.records.database.writing() as connection:
        await connection.execute(of_licence.values(settles_at=LONG_AGO))


async def test_an_old_success_that_comes_after_the_failure_pays_nobody(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["pending"])
    request_id = await pending(gateway, market, licence)
    await gateway.hear_of_refund(news_of(licence, FAILED))
    await until(gateway, request_id, is_manual)

    told = await gateway.hear_of_refund(news_of(licence, SUCCEEDED))
    sent = RefundSettled(command_id="late", by=BILLING, status=SUCCEEDED)
    past_the_news = await code_of(gateway.send(request_id, sent))

    assert told.requests == ()
    assert past_the_news == ErrorCode.WRONG_STATE
    assert is_manual(await gateway.status(request_id))


async def test_a_success_told_again_while_its_failure_is_recovered_closes_no_other_request(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["succeeded_then_failed"])
    waiting = await opened(market, gateway, licence)
    _, reference = await paid(gateway, market, licence)
    await gateway.hear_of_refund(news_of(licence, SUCCEEDED, reference))
    await given_the_failure_at_the_provider(market, licence)
    await gateway.hear_of_refund(news_of(licence, FAILED, reference))
    await gateway.send(waiting, OrderRefund(command_id="order", by=OPERATOR, reason="Promised"))
    await until(gateway, waiting, lambda view: view.state is CareStateName.REFUND_PENDING)

    told = await gateway.hear_of_refund(news_of(licence, SUCCEEDED, reference))

    assert told.requests == ()
    assert (await gateway.status(waiting)).outcome is None


async def test_a_failure_told_to_a_request_without_a_refund_begins_no_recovery_of_another_one(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    other = await opened(market, gateway, licence)
    await paid(gateway, market, licence)

    code = await code_of(gateway.send(other, RefundSettled(command_id="x", by=BILLING, status=FAILED)))

    assert code == ErrorCode.WRONG_STATE
    assert await code_of(gateway.recovery.status(licence.id)) == ErrorCode.UNKNOWN_RECOVERY


@pytest.mark.parametrize("status", [OPENED, LOST])
async def test_a_dispute_from_before_the_request_leaves_the_refund_to_people(
    market: Marketplace, gateway: CareGateway, status: ChargebackStatus
) -> None:
    licence = await market.licence()
    payment = await bought_together(market, licence)
    await gateway.hear_of_chargeback(disputed(payment, status))

    request_id = await ordered(gateway, market, licence)

    view = await until(gateway, request_id, is_manual)
    assert view.refund is not None
    assert view.refund.manual_reason == "charge_disputed"


async def test_a_dispute_that_was_won_does_not_begin_again(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    payment = await bought_together(market, licence)
    request_id = await opened(market, gateway, licence)
    await gateway.hear_of_chargeback(disputed(payment, WON))

    told = await gateway.hear_of_chargeback(disputed(payment, OPENED))

    assert told.requests == ()
    assert (await gateway.status(request_id)).chargeback is None


async def test_one_dispute_that_was_won_frees_nothing_that_another_one_holds(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    payment = await bought_together(market, licence)
    request_id = await opened(market, gateway, licence)
    await gateway.hear_of_chargeback(disputed(payment, OPENED, dispute="dp_1"))
    await gateway.hear_of_chargeback(disputed(payment, OPENED, dispute="dp_2"))

    await gateway.hear_of_chargeback(disputed(payment, WON, dispute="dp_1"))
    still = (await gateway.status(request_id)).chargeback
    await gateway.hear_of_chargeback(disputed(payment, WON, dispute="dp_2"))

    assert still == OPENED
    assert (await gateway.status(request_id)).chargeback == WON


async def test_what_was_lost_in_part_is_held_though_nobody_told_that_it_began(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    payment = await bought_together(market, licence)
    request_id = await opened(market, gateway, licence)
    (price,) = await market.records.directory.prices_paid_with(payment)
    part = price.model_copy(update={"amount": price.amount - 1})

    told = await gateway.hear_of_chargeback(disputed(payment, LOST, part))
    held = (await gateway.status(request_id)).chargeback
    decided = Chargeback(command_id="decided", by=OPERATOR, status=LOST)
    await gateway.send(request_id, decided)

    assert told.left_to_operator == (request_id,)
    assert held == OPENED
    closed = await until(gateway, request_id, lambda view: view.outcome is not None)
    assert closed.outcome is Outcome.REFUNDED
    assert closed.refund is not None
    assert closed.refund.status is RefundStatus.CHARGED_BACK


async def test_a_lost_dispute_of_an_unclear_amount_is_left_to_the_operator(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    payment = await bought_together(market, licence)
    request_id = await opened(market, gateway, licence)
    unclear = disputed(payment, LOST).model_copy(update={"is_unclear": True})

    told = await gateway.hear_of_chargeback(unclear)

    assert told.left_to_operator == (request_id,)
    assert (await gateway.status(request_id)).outcome is None


async def test_a_request_that_nothing_runs_for_keeps_the_news_from_no_other(
    market: Marketplace, gateway: CareGateway
) -> None:
    first, second = await market.licence(), await market.licence()
    payment = await bought_together(market, first, second)
    dead, alive = await opened(market, gateway, first), await opened(market, gateway, second)
    await market.server.client.get_workflow_handle(care_request_id(dead)).terminate("by hand")

    with pytest.raises(StepFailed):
        await gateway.hear_of_chargeback(disputed(payment, OPENED))

    assert (await gateway.status(alive)).chargeback == OPENED
