"""Renewals that a billing service charges: failures, charges in flight, the kill switch (R44, R55, R56)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from adapters.records.report import SentRefund
from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from business_care.listing import PaymentState
from tests.lives.shelf import Shelf, Stocked
from tests.lives.switching_off import LivingDeactivation
from tests.lives.world import MONDAY, World

IN_A_WEEK = MONDAY + timedelta(days=7)


async def retiring(world: World, bills: Mapping[str, Sequence[str]]) -> tuple[Shelf, LivingDeactivation]:
    shelf = await world.stocks(Stocked(bills=bills))
    return shelf, await world.switches_off(shelf, "permanent")


async def renewal(world: World, shelf: Shelf, customer: str) -> str:
    standing = await world.records.report.licences(IN_A_WEEK)
    return str(standing[shelf.licence_id(customer)].renewal)


async def refunds(world: World, shelf: Shelf) -> list[SentRefund]:
    return [
        sent
        for sent in await world.records.report.refunds()
        if sent.licence_id.startswith(f"L{shelf.number}-")
    ]


async def test_one_customer_who_fails_stops_nobody_and_is_tried_again_when_asked(world: World) -> None:
    shelf, off = await retiring(world, {"bob": ["error"]})

    waiting = await off.until_state(DeactivationPhase.RENEWALS_FAILED)
    before = [await renewal(world, shelf, name) for name in ("ann", "bob", "cid")]
    await off.update("retry_failed")
    ended = await off.ends()

    assert [failed.licence_id for failed in waiting.failed] == [shelf.licence_id("bob")]
    assert before == ["cancelled", "automatic", "cancelled"]
    assert ended.outcome is DeactivationOutcome.RETIRED
    assert ended.renewals is not None
    assert (ended.renewals.done, ended.renewals.failed, ended.failed) == (3, 0, ())
    assert sorted(await off.notices())[1:] == sorted(
        f"renewal_cancelled to {shelf.customer_id(name)}" for name in ("ann", "bob", "cid")
    )


async def test_what_fails_again_waits_again(world: World) -> None:
    _, off = await retiring(world, {"bob": ["error", "error"]})
    first = await off.until_state(DeactivationPhase.RENEWALS_FAILED)

    await off.update("retry_failed")
    await off.until(
        lambda view: view.state is DeactivationPhase.RENEWALS_FAILED and view.seq == first.seq + 2
    )

    assert await off.refusal("reactivate") == "wrong_state"
    await off.update("retry_failed")
    assert (await off.ends()).outcome is DeactivationOutcome.RETIRED


async def test_only_the_operator_tries_again_and_only_what_has_failed(world: World) -> None:
    _, off = await retiring(world, {"bob": ["error"]})
    await off.until_state(DeactivationPhase.RENEWALS_FAILED)
    other = await world.switches_off(await world.stocks())

    assert await off.refusal("retry_failed", by=off.seller) == "role_not_allowed"
    assert await other.refusal("retry_failed") == "wrong_state"


@pytest.mark.parametrize(
    ("word", "given_back"),
    [
        pytest.param("charge_in_flight_paid", 12900, id="paid after the end: given back"),
        pytest.param("charge_in_flight_failed", None, id="failed: nothing to give back"),
    ],
)
async def test_a_charge_in_flight_is_waited_for_and_nothing_is_called_cancelled_before(
    world: World, word: str, given_back: int | None
) -> None:
    shelf, off = await retiring(world, {"ann": [word]})

    waiting = await off.until(lambda view: view.renewals is not None and view.renewals.in_flight == 1)
    before = await renewal(world, shelf, "ann")
    told_before = await off.notices()
    await off.lets_pass(timedelta(hours=3))
    ended = await off.ends()

    assert waiting.state is DeactivationPhase.RETIRING
    assert before == "automatic"
    assert f"renewal_cancelled to {shelf.customer_id('ann')}" not in told_before
    assert ended.outcome is DeactivationOutcome.RETIRED
    assert await renewal(world, shelf, "ann") == "cancelled"
    assert [sent.amount for sent in await refunds(world, shelf)] == ([given_back] if given_back else [])


async def test_a_charge_is_given_back_when_payments_run_again(world: World) -> None:
    shelf = await world.stocks(Stocked(bills={"ann": ["charge_in_flight_paid"]}))
    await world.payments(PaymentState.STOPPED, shelf.seller_id)
    off = await world.switches_off(shelf, "permanent")
    await off.lets_pass(timedelta(hours=4))
    stopped = await off.view()

    await world.payments(PaymentState.RESUMED, shelf.seller_id)
    await off.update("payments_resumed", by={"role": "system", "id": "gateway"})
    ended = await off.ends()

    assert stopped.renewals is not None
    assert (stopped.renewals.giving_back, stopped.renewals.done) == (1, 3)
    assert ended.outcome is DeactivationOutcome.RETIRED
    assert [sent.amount for sent in await refunds(world, shelf)] == [12900]


async def test_a_charge_that_cannot_be_given_back_is_left_to_the_operator_and_named(world: World) -> None:
    shelf = await world.stocks(Stocked(bills={"ann": ["charge_in_flight_paid"]}, pays={"ann": ["refused"]}))
    off = await world.switches_off(shelf, "permanent")

    await off.lets_pass(timedelta(hours=4))
    ended = await off.ends()

    assert ended.outcome is DeactivationOutcome.RETIRED
    assert [(it.licence_id, it.can_be_retried) for it in ended.failed] == [(shelf.licence_id("ann"), False)]
    assert await renewal(world, shelf, "ann") == "cancelled"


async def test_a_renewal_that_failed_and_went_on_keeps_the_care_that_runs_by_then(world: World) -> None:
    shelf = await world.stocks(Stocked(bills={"ann": ["error"]}, care_until="2031-03-09"))
    off = await world.switches_off(shelf, "permanent")
    await off.until_state(DeactivationPhase.RENEWALS_FAILED)
    after_the_roll_over = MONDAY + timedelta(days=10)
    await off.reaches(after_the_roll_over)

    await off.update("retry_failed")
    await off.ends()

    later = await world.records.report.licences(after_the_roll_over + timedelta(days=60))
    assert str(later[shelf.licence_id("ann")].care) == "active"
    assert str(later[shelf.licence_id("bob")].care) == "lapsed"


async def test_what_failed_is_tried_again_while_a_charge_is_still_in_flight(world: World) -> None:
    shelf, off = await retiring(world, {"ann": ["charge_in_flight_paid"], "bob": ["error"]})
    await off.until(lambda view: view.renewals is not None and view.renewals.in_flight == 1)

    await off.update("retry_failed")
    view = await off.until(lambda view: view.renewals is not None and view.renewals.done == 2)

    assert view.state is DeactivationPhase.RETIRING
    assert await renewal(world, shelf, "bob") == "cancelled"
    await off.lets_pass(timedelta(hours=4))
    assert (await off.ends()).outcome is DeactivationOutcome.RETIRED
