"""What a payment provider tells by itself reaches whom it concerns, once, and never too late (R42, R44)."""

from datetime import UTC, datetime

import pytest
from temporalio.client import WorkflowExecutionStatus

from business_care.commands import ChargebackStatus, RefundSettled, SettlementStatus
from business_care.recovery.state import LateFailure
from business_care.views import CareStateName
from gateway.client import CareGateway
from tests.gateway.callers import code_of
from tests.gateway.marketplace import NOON, Marketplace
from tests.gateway.news import (
    BILLING,
    FAILED,
    SUCCEEDED,
    bought_together,
    disputed,
    news_of,
    paid,
    pending,
    until,
)
from tests.gateway.terminal import Typed
from workflows.names import refund_recovery_id


async def test_a_refund_that_succeeds_later_closes_every_request_that_waits_for_it(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["pending"])
    first = await pending(gateway, market, licence)
    second = await pending(gateway, market, licence)

    told = await gateway.hear_of_refund(news_of(licence, SUCCEEDED))

    assert told.requests == (first, second)
    ends = [await until(gateway, one, lambda view: view.outcome is not None) for one in (first, second)]
    assert [view.outcome for view in ends] == ["refunded", "refunded"]
    assert told.recovery is None


async def test_a_refund_that_fails_later_is_the_task_of_one_request_and_the_other_waits(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["pending"])
    first = await pending(gateway, market, licence)
    second = await pending(gateway, market, licence)

    told = await gateway.hear_of_refund(news_of(licence, FAILED))
    again = await gateway.hear_of_refund(news_of(licence, FAILED))

    assert told.requests == again.requests == (first,)
    assert told.recovery is again.recovery is None
    states = [(await gateway.status(one)).state for one in (first, second)]
    assert states == [CareStateName.REFUND_MANUAL, CareStateName.REFUND_PENDING]


async def test_a_failure_that_comes_when_the_request_has_closed_begins_a_recovery_once(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["succeeded_then_failed"])
    request_id, reference = await paid(gateway, market, licence)

    told = await gateway.hear_of_refund(news_of(licence, FAILED, reference))
    again = await gateway.hear_of_refund(news_of(licence, FAILED, reference))

    assert told.requests == ()
    assert told.recovery is not None
    assert (told.recovery.recovery_id, told.recovery.state) == (f"{licence.id}-1", "manual")
    assert again.recovery is not None
    assert again.recovery.recovery_id == told.recovery.recovery_id
    closed = await gateway.status(request_id)
    assert (closed.outcome, closed.refund and closed.refund.status) == ("refunded", "succeeded")


async def test_a_recovery_whose_start_was_lost_is_started_when_the_news_comes_again(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["succeeded_then_failed"])
    _, reference = await paid(gateway, market, licence)
    failure = LateFailure(
        licence_id=licence.id, purpose="purchase_price", reference=reference, failed_at=NOON
    )
    await market.records.recoveries.begin(failure, NOON)

    await gateway.hear_of_refund(news_of(licence, FAILED, reference))

    handle = market.server.client.get_workflow_handle(refund_recovery_id(f"{licence.id}-1"))
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_told_in_other_words_by_a_program_the_failure_begins_the_same_recovery(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(pays=["succeeded_then_failed"])
    request_id, reference = await paid(gateway, market, licence)
    command = RefundSettled(command_id="late", by=BILLING, status=FAILED)

    refused = await code_of(gateway.send(request_id, command))
    by_signal = await code_of(gateway.send_as_signal(request_id, command))
    told = await gateway.hear_of_refund(news_of(licence, FAILED, reference))

    assert refused == by_signal == "request_closed"
    assert told.recovery is not None
    assert [view.number for view in await market.records.recoveries.of_licence(licence.id)] == [1]


@pytest.mark.parametrize("status", [SUCCEEDED, FAILED])
async def test_news_of_a_refund_that_is_not_ours_concerns_nobody(
    market: Marketplace, gateway: CareGateway, status: SettlementStatus
) -> None:
    licence = await market.licence()

    told = await gateway.hear_of_refund(news_of(licence, status))

    assert (told.requests, told.recovery) == ((), None)


async def test_a_success_told_late_changes_nothing(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id, reference = await paid(gateway, market, licence)
    before = await gateway.status(request_id)

    told = await gateway.hear_of_refund(news_of(licence, SUCCEEDED, reference))

    assert (told.requests, told.recovery) == ((), None)
    assert await gateway.status(request_id) == before


async def test_a_chargeback_holds_every_open_request_on_what_the_payment_bought(
    market: Marketplace, gateway: CareGateway
) -> None:
    bought = [await market.licence(), await market.licence()]
    payment = await bought_together(market, *bought)
    requests = [(await gateway.open_request(market.opening(one.id))).request_id for one in bought]
    opened = disputed(payment, ChargebackStatus.OPENED, dispute=None)

    told = await gateway.hear_of_chargeback(opened)
    again = await gateway.hear_of_chargeback(opened)

    assert told.requests == again.requests == tuple(requests)
    assert [(await gateway.status(one)).chargeback for one in requests] == ["opened", "opened"]


@pytest.mark.parametrize("taken", ["the price of one", "both prices", "an amount nobody told"])
async def test_a_lost_dispute_ends_the_requests_of_a_payment_only_where_the_bank_took_all_of_it(
    market: Marketplace, gateway: CareGateway, taken: str
) -> None:
    bought = [await market.licence(), await market.licence()]
    payment = await bought_together(market, *bought)
    requests = sorted([(await gateway.open_request(market.opening(one.id))).request_id for one in bought])
    prices = await market.records.directory.prices_paid_with(payment)
    both = prices[0].model_copy(update={"amount": sum(price.amount for price in prices)})
    amount = {"the price of one": prices[0], "both prices": both, "an amount nobody told": None}[taken]
    await gateway.hear_of_chargeback(disputed(payment, ChargebackStatus.OPENED, dispute=None))

    told = await gateway.hear_of_chargeback(disputed(payment, ChargebackStatus.LOST, amount, dispute=None))

    now = [await gateway.status(one) for one in requests]
    if taken == "the price of one":
        assert (told.requests, told.left_to_operator) == ((), tuple(requests))
        assert {(view.outcome, view.chargeback) for view in now} == {(None, "opened")}
    else:
        assert (told.requests, told.left_to_operator) == (tuple(requests), ())
        assert {(view.outcome, view.refund and view.refund.status) for view in now} == {
            ("refunded", "charged_back")
        }


async def test_an_operator_finds_pays_and_records_it_at_the_terminal(
    market: Marketplace, gateway: CareGateway, typed: Typed
) -> None:
    licence = await market.licence(pays=["succeeded_then_failed"])
    _, reference = await paid(gateway, market, licence)
    just_now = datetime.now(UTC)
    failed = news_of(licence, FAILED, reference).model_copy(update={"occurred_at": just_now})
    await market.gateway(now=just_now).hear_of_refund(failed)
    pay = ("recovery", "record", licence.id, "--by", "operator:O1", "--command-id", "paid-1")

    listed = await typed("recovery", "list", "--open", "--json")
    shown = await typed("recovery", "show", licence.id)
    journal = await typed("recovery", "show", licence.id, "--journal")
    resumed = await typed("recovery", "resume", licence.id)
    by_nobody = await typed(*pay)
    recorded = await typed(*pay, "--reference", "SEPA 77")
    again = await typed(*pay, "--reference", "SEPA 77")
    afterwards = await typed("recovery", "show", licence.id, "--number", "1", "--json")
    none_left = await typed("recovery", "list", "--open")
    unknown = await typed("recovery", "show", "L-nobody")

    assert f"{licence.id}-1" in [view["recovery_id"] for view in listed.json]
    assert f"business-care recovery record {licence.id}" in shown.out
    assert "refund_failed_late" in journal.out
    assert resumed.out == f"recovery {licence.id}-1 is manual\n"
    assert (by_nobody.code, by_nobody.err.partition(":")[0]) == (1, "reference_required")
    assert recorded.out == f"record_refund accepted; recovery {licence.id}-1 is recorded\n"
    assert "nothing changed" in again.out
    assert (afterwards.json["state"], afterwards.json["reference"]) == ("recorded", "SEPA 77")
    assert f"{licence.id}-1" not in none_left.out
    assert (unknown.code, unknown.err.partition(":")[0]) == (1, "unknown_recovery")
    entries = await market.records.commands.of_recovery(f"{licence.id}-1")
    assert [entry.error_code for entry in entries] == ["reference_required", None, None]


async def test_only_the_payment_can_be_told_to_a_recovery(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence(pays=["succeeded_then_failed"])
    _, reference = await paid(gateway, market, licence)
    await gateway.hear_of_refund(news_of(licence, FAILED, reference))
    command = RefundSettled(command_id="late", by=BILLING, status=SUCCEEDED)

    assert await code_of(gateway.recovery.record(licence.id, command)) == "invalid_message"
