"""The price is paid back once, however the payment provider behaves and whoever stands in the way."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from business_care.listing import PaymentState
from console.assembly import SHORTEST_SPREAD_SECONDS
from tests.lives.catalogue import Bought, Licence, paris
from tests.lives.living import LivingRequest
from tests.lives.world import A_MOMENT, GRACE, MONDAY, RESOLVE_BY, World

ORDERED_AT = MONDAY + timedelta(hours=1)


async def owed(world: World, *pays: str) -> tuple[Licence, LivingRequest]:
    """A request whose refund the operator has just ordered."""
    licence = await world.licence(Bought(pays=pays))
    request = await world.opens_on(licence)
    await request.reaches(ORDERED_AT)
    await request.update("order_refund", reason="Promised on the phone")
    return licence, request


@pytest.mark.parametrize(
    ("pays", "attempts"),
    [
        pytest.param([], 1, id="at once"),
        pytest.param(["error"], 2, id="an error first"),
        pytest.param(["timeout_before"], 2, id="a timeout before the effect"),
        pytest.param(["timeout_after_effect"], 1, id="a timeout after the effect"),
        pytest.param(["error", "timeout_before", "timeout_after_effect"], 3, id="one after the other"),
    ],
)
async def test_a_refund_is_paid_once_whatever_the_provider_does(
    world: World, pays: list[str], attempts: int
) -> None:
    licence, request = await owed(world, *pays)
    if pays:
        await request.reaches(ORDERED_AT + timedelta(hours=2))

    ended = await request.ends()

    assert ended.refund is not None
    assert (ended.outcome, ended.refund.status) == ("refunded", "succeeded")
    sent = await world.refund_of(licence)
    assert sent is not None
    assert (sent.attempts, sent.amount, sent.status) == (attempts, 12900, "succeeded")


async def test_a_request_closes_only_when_the_money_has_moved(world: World) -> None:
    licence, request = await owed(world, "pending")
    pending = await request.until_state("refund_pending")
    still_active = await world.standing(licence, ORDERED_AT)

    await request.reaches(ORDERED_AT + timedelta(days=1, minutes=1))

    assert (pending.outcome, still_active.care) == (None, "active")
    assert (await request.ends()).outcome == "refunded"
    assert (await world.standing(licence, ORDERED_AT + timedelta(days=2))).care == "ended"


async def test_a_provider_that_tells_of_its_settlement_need_not_be_asked(world: World) -> None:
    licence, request = await owed(world, "pending")
    await request.until(lambda view: view.next_wake_at is not None)

    await request.update("refund_settled", status="succeeded")

    ended = await request.ends()
    assert ended.outcome == "refunded"
    assert (await world.standing(licence, ORDERED_AT)).renewal == "cancelled"


async def test_a_refund_told_as_settled_while_the_provider_is_still_asked_closes_the_request(
    world: World,
) -> None:
    licence, request = await owed(world, "timeout_after_effect")
    await request.until_tried_again()

    await request.update("refund_settled", status="succeeded")

    assert (await request.ends()).outcome == "refunded"
    assert (await world.refund_of(licence)) is not None


@pytest.mark.parametrize("pays", ["refused", "pending_then_failed"])
async def test_what_the_provider_does_not_pay_the_operator_pays_by_hand(world: World, pays: str) -> None:
    licence, request = await owed(world, pays)
    if pays == "pending_then_failed":
        await request.until_state("refund_pending")
        await request.reaches(ORDERED_AT + timedelta(days=1, minutes=1))
    manual = await request.until_state("refund_manual")
    stands = await world.standing(licence, ORDERED_AT + timedelta(days=2))

    await request.update("record_refund", reference="transfer-77", amount=12000, currency="EUR")

    assert [task.kind for task in manual.waits_for_operator] == ["manual_refund"]
    assert stands.care == "active"
    ended = await request.ends()
    assert ended.refund is not None
    assert (ended.outcome, ended.refund.amount, ended.refund.reference) == ("refunded", 12000, "transfer-77")
    sent = await world.refund_of(licence)
    assert sent is not None
    assert sent.attempts == 1


async def test_a_manual_refund_reminds_the_operator_until_it_is_recorded(world: World) -> None:
    _, request = await owed(world, "refused")
    await request.until_state("refund_manual")

    await request.reaches(paris("2031-03-18 00:01"))

    reminders = [note for note in await request.notices() if note == "operator_reminder to operator"]
    assert len(reminders) == 2


async def test_a_hold_keeps_the_money_back_while_the_deadline_runs_on(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("hold", reason="Suspected abuse")
    await request.reaches(RESOLVE_BY + timedelta(days=3))
    held = await request.view()

    await request.update("release", reason="Cleared")

    assert (held.state, held.refund is not None and held.refund.status) == ("refund_held", "held")
    assert (await request.ends()).outcome == "refunded"
    assert await world.refund_of(licence) is not None


async def test_an_order_of_the_operator_passes_a_hold(world: World) -> None:
    request = await world.opens()
    await request.update("hold", reason="Suspected abuse")

    await request.update("order_refund", reason="Cleared")

    assert (await request.ends()).outcome == "refunded"


async def test_a_customer_may_withdraw_while_the_refund_is_held(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("hold", reason="Suspected abuse")
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)

    refused = await request.refusal("close", reason="Too late for that")
    await request.update("withdraw", reason="It works by now")

    assert refused == "refund_under_way"
    assert (await request.ends()).outcome == "withdrawn"
    assert await world.refund_of(licence) is None


async def test_the_kill_switch_is_looked_at_again_after_five_minutes_doubling_to_an_hour(
    world: World,
) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await world.payments(PaymentState.STOPPED, licence.seller_id)
    await request.update("order_refund", reason="Promised on the phone")
    await request.until(lambda view: view.next_wake_at is not None)
    looks: list[datetime] = []

    for _ in range(6):
        wakes = await request.until(lambda view: view.next_wake_at not in (None, *looks))
        assert wakes.next_wake_at is not None
        looks.append(wakes.next_wake_at)
        await request.reaches(wakes.next_wake_at + A_MOMENT)

    minutes = [round((later - earlier).total_seconds() / 60) for earlier, later in pairwise(looks)]
    assert minutes == [10, 20, 40, 60, 60]
    assert round((looks[0] - MONDAY).total_seconds() / 60) == 5
    assert await world.refund_of(licence) is None
    assert (await request.view()).state == "refund_due"


async def test_payments_that_are_resumed_are_made_at_once(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await world.payments(PaymentState.STOPPED, licence.seller_id)
    await request.update("order_refund", reason="Promised on the phone")
    await request.until(lambda view: view.next_wake_at is not None)
    await world.payments(PaymentState.RESUMED, licence.seller_id)

    await request.update("payments_resumed")

    ended = await request.ends()
    assert ended.outcome == "refunded"
    assert ended.closed_at is not None
    assert ended.closed_at < MONDAY + timedelta(minutes=5)


async def test_payments_resumed_without_a_word_are_made_at_the_next_look(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await world.payments(PaymentState.STOPPED, licence.seller_id)
    await request.update("order_refund", reason="Promised on the phone")
    await request.until(lambda view: view.next_wake_at is not None)
    await world.payments(PaymentState.RESUMED, licence.seller_id)

    await request.reaches(MONDAY + timedelta(minutes=6))

    assert (await request.ends()).outcome == "refunded"


async def test_a_refund_gives_way_to_a_crowd_of_deadlines_but_not_for_good(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    async with world.crowd_of_deadlines():
        await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
        ended = await request.ends()

    gave_way = [timer for timer in await request.timers() if timer.startswith("give way")]
    assert gave_way
    assert ended.refund is not None
    assert ended.refund.requested_at is not None
    waited = ended.refund.requested_at - (RESOLVE_BY + GRACE)
    assert timedelta() < waited < timedelta(seconds=SHORTEST_SPREAD_SECONDS) + A_MOMENT
    sent = await world.refund_of(licence)
    assert sent is not None
    assert sent.attempts == 1


async def test_a_refund_that_gives_way_is_held_like_any_other(world: World) -> None:
    request = await world.opens()
    await request.reaches(ORDERED_AT)
    async with world.crowd_of_deadlines():
        await request.update("order_refund", reason="Promised on the phone")
        await request.update("chargeback", status="opened")
        await request.reaches(ORDERED_AT + timedelta(hours=1))
        held = await request.view()

    assert held.state == "refund_held"
    await request.update("chargeback", status="won")
    assert (await request.ends()).outcome == "refunded"


async def test_a_hold_placed_while_payments_are_stopped_still_holds_when_they_resume(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await world.payments(PaymentState.STOPPED, licence.seller_id)
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    await request.until(lambda view: view.next_wake_at is not None)

    await request.update("hold", reason="Suspected abuse")
    await world.payments(PaymentState.RESUMED, licence.seller_id)
    await request.update("payments_resumed")
    await request.reaches(RESOLVE_BY + timedelta(days=1))

    assert (await request.view()).state == "refund_held"
    assert await world.refund_of(licence) is None


async def test_an_open_chargeback_holds_the_refund_and_a_lost_one_is_the_refund(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("chargeback", status="opened")
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    held = await request.view()

    await request.update("chargeback", status="lost")

    assert held.state == "refund_held"
    ended = await request.ends()
    assert ended.refund is not None
    assert (ended.outcome, ended.refund.status) == ("refunded", "charged_back")
    assert await world.refund_of(licence) is None
    standing = await world.standing(licence, RESOLVE_BY + timedelta(days=1))
    assert (standing.care, standing.renewal) == ("ended", "cancelled")


async def test_a_chargeback_that_the_seller_wins_lets_the_refund_go_on(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("chargeback", status="opened")
    await request.update("order_refund", reason="Promised on the phone")
    held = await request.view()

    await request.update("chargeback", status="won")

    assert held.state == "refund_held"
    assert (await request.ends()).outcome == "refunded"


async def test_two_requests_on_one_licence_pay_it_back_once(world: World) -> None:
    licence = await world.licence()
    first, second = await world.opens_on(licence), await world.opens_on(licence)
    await first.update("order_refund", reason="Promised on the phone")
    await first.ends()

    await second.update("order_refund", reason="Promised by mail")

    ended = await second.ends()
    assert ended.refund is not None
    assert (ended.outcome, ended.refund.status) == ("refunded", "succeeded")
    sent = await world.refund_of(licence)
    assert sent is not None
    assert sent.attempts == 1


async def test_care_ends_before_the_renewal_is_cancelled_and_both_before_anybody_is_told(
    world: World,
) -> None:
    _, request = await owed(world)

    await request.ends()

    assert await request.events() == [
        "opened",
        "order_refund",
        "refund_due",
        "refund_requested",
        "refund_settled",
        "care_ended",
        "renewal_cancelled",
        "closed",
    ]
