"""The kinds of life that are recorded: each is lived once, and replayed for ever."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

from temporalio.client import WorkflowHandle

from adapters.embedded_server import SkippingServer
from business_care.listing import PaymentState
from business_care.request import RequestKind
from tests.lives.catalogue import Bought, paris
from tests.lives.living import LivingRequest
from tests.lives.poison import NO_JSON, TOO_LONG, raw
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, GRACE, MONDAY, RESOLVE_BY, World
from tests.replay import recorded_checks, recorded_deactivations, recorded_recoveries


class Living(Protocol):
    """A workflow that is alive, as far as its recorder looks at it."""

    server: SkippingServer
    handle: WorkflowHandle[Any, Any]

    async def ends(self) -> object: ...


Life = Callable[[World], Awaitable[Living]]


async def happy(world: World) -> LivingRequest:
    request = await world.opens()
    await request.reaches(paris("2031-03-04 09:30"))
    await request.acknowledge()
    await request.reaches(paris("2031-03-20 12:00"))
    await request.update("fix", reference="v2.4.1")
    await request.update("confirm_fix")
    return request


async def nobody_answers(world: World) -> LivingRequest:
    request = await world.opens()
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    return request


async def fix_rejected_after_the_deadline(world: World) -> LivingRequest:
    request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=4))
    await request.acknowledge(occurred_at=ACKNOWLEDGE_BY - timedelta(minutes=2))
    await request.reaches(paris("2031-04-15 10:00"))
    await request.update("fix", reference="v2.4.1")
    await request.reaches(RESOLVE_BY + timedelta(days=2))
    await request.update("reject_fix", reason="Still empty")
    return request


async def refusal_overturned(world: World) -> LivingRequest:
    request = await world.opens()
    await request.reaches(paris("2031-04-10 10:00"))
    await request.refuse()
    await request.update("dispute_refusal", reason="Nothing was changed")
    await request.reaches(paris("2031-04-25 10:00"))
    await request.update("decide_dispute", decision="overturn", reason="No change is visible")
    return request


async def refusal_undisputed(world: World) -> LivingRequest:
    request = await world.opens()
    await request.refuse()
    await request.reaches(paris("2031-03-18 00:16"))
    return request


async def question_to_the_operator(world: World) -> LivingRequest:
    request = await world.opens(kind=RequestKind.QUESTION)
    await request.update("ask_customer", question="Which theme?")
    await request.update("customer_replied")
    await request.reaches(RESOLVE_BY + timedelta(days=9))
    await request.update("close", reason="Answered by phone")
    return request


async def withdrawn_after_a_breach(world: World) -> LivingRequest:
    request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + A_MOMENT)
    await request.update("withdraw", reason="Found another module")
    return request


async def _reopened_early(world: World) -> LivingRequest:
    licence = await world.licence(Bought(closed=("2031-03-04", "2031-03-14")))
    request = await world.opens_on(licence)
    await request.reaches(paris("2031-03-06 15:00"))
    notified_at = paris("2031-03-06 14:00")
    await request.update("closure_ended", closure_id=licence.closure_id, notified_at=notified_at)
    return request


async def early_reopening(world: World) -> LivingRequest:
    request = await _reopened_early(world)
    await request.reaches(paris("2031-03-08 00:01"))
    later = RESOLVE_BY + timedelta(days=2)
    await request.update("correct_deadline", clock="resolution", due=later, reason="Strike of the post")
    await request.update("offer_update", kind="paid", reference="v3.0")
    await request.update("accept_update", reference="v3.0")
    return request


async def told_in_spans(world: World) -> LivingRequest:
    """Plans kept with their days in spans, one of which is counted again; earlier lives keep each day."""
    request = await _reopened_early(world)
    await request.reaches(paris("2031-03-07 09:00"))
    await request.update("withdraw", reason="Found another module")
    return request


async def counted_when_looked_up(world: World) -> LivingRequest:
    """Facts and both deadlines come from one step; earlier lives count in a step of its own."""
    request = await world.opens()
    await request.reaches(paris("2031-03-04 09:30"))
    await request.update("acknowledge", message="We are looking at it")
    await request.update("withdraw", reason="Found another module")
    return request


async def held_stopped_and_paid_by_hand(world: World) -> LivingRequest:
    licence = await world.licence(Bought(pays=["error", "pending_then_failed"]))
    request = await world.opens_on(licence)
    await request.update("hold", reason="Suspected abuse")
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    await world.payments(PaymentState.STOPPED, licence.seller_id)
    await request.update("release", reason="Cleared")
    await request.reaches(RESOLVE_BY + timedelta(hours=2))
    await world.payments(PaymentState.RESUMED, licence.seller_id)
    await request.update("payments_resumed")
    await request.reaches(RESOLVE_BY + timedelta(days=2))
    await request.until_state("refund_manual")
    await request.update("record_refund", reference="transfer-77")
    return request


async def gave_way_to_deadlines(world: World) -> LivingRequest:
    """The refund waits while many deadlines of others end; in earlier lives none did."""
    request = await world.opens()
    async with world.crowd_of_deadlines():
        await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
        await request.ends()
    return request


async def charged_back(world: World) -> LivingRequest:
    request = await world.opens()
    await request.update("chargeback", status="opened")
    await request.update("order_refund", reason="Promised on the phone")
    await request.update("chargeback", status="lost")
    return request


async def continued(world: World) -> LivingRequest:
    request = await world.opens()
    for number in range(6):
        await request.update("ask_customer", question=f"Question {number}", command_id=f"ask-{number}")
    await request.update("ask_customer", question="Question 0", command_id="ask-0")
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    return request


async def unknown_licence(world: World) -> LivingRequest:
    licence = await world.licence(known=False)
    request = await world.opens_late(licence, ACKNOWLEDGE_BY - timedelta(minutes=30))
    await request.signal("acknowledge", message="We are on it")
    await world.learns_of(licence)
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=45))
    await request.update("close", reason="Answered by phone")
    return request


async def poisoned(world: World) -> LivingRequest:
    request = await world.opens()
    for arguments in ([], ["a", "b"], [5], [NO_JSON], [TOO_LONG], [raw(b"\xff", b"binary/plain")]):
        await request.handle.signal("fix", args=arguments)
    await request.handle.signal("unheard_of", {})
    await request.signal("confirm_fix")
    await request.until_rejected(8)
    await request.handle.cancel()
    await request.until_rejected(9)
    await request.update("withdraw", reason="Found another module")
    return request


async def locked_without_a_key(world: World) -> LivingRequest:
    """A signal that no key at hand unlocks, between two that can be read."""
    request = await world.opens()
    await request.signal("ask_customer", question="Which theme?")
    await request.handle.signal("fix", raw(b"a nonce, and what nobody here can read", b"binary/encrypted"))
    await request.until_rejected(1)
    await request.reaches(paris("2031-03-04 09:30"))
    await request.update("fix", reference="v2.4.1")
    await request.signal("confirm_fix")
    return request


async def out_of_order(world: World) -> LivingRequest:
    licence = await world.licence(Bought(country="IT", timezone="Europe/Rome"))
    opening = world.opening(licence)
    world.outages.begin(f"look-up of {opening.request_id}", calls=4)
    request = await world.starts(licence, opening)
    await request.reaches(MONDAY + timedelta(minutes=5))
    world.outages.begin("calendar of IT", calls=4)
    await request.update("fix", reference="v2.4.1")
    await request.reaches(MONDAY + timedelta(minutes=10))
    world.outages.begin(f"store of {request.id}", calls=4)
    await request.update("confirm_fix")
    return request


async def not_entitled(world: World) -> LivingRequest:
    return await world.opens(Bought(care_until="2031-03-02", renews=False))


RECORDED: dict[str, Life] = {
    life.__name__: life
    for life in (
        happy,
        nobody_answers,
        fix_rejected_after_the_deadline,
        refusal_overturned,
        refusal_undisputed,
        question_to_the_operator,
        withdrawn_after_a_breach,
        early_reopening,
        told_in_spans,
        counted_when_looked_up,
        held_stopped_and_paid_by_hand,
        gave_way_to_deadlines,
        charged_back,
        unknown_licence,
        poisoned,
        locked_without_a_key,
        out_of_order,
        not_entitled,
    )
}
RECORDED |= recorded_deactivations.RECORDED
RECORDED |= recorded_recoveries.RECORDED
RECORDED |= recorded_checks.RECORDED
RECORDED_WITH_SHORT_RUNS: dict[str, Life] = {
    "continued": continued,
    "deactivation_continued": recorded_deactivations.deactivation_continued,
    "recovery_continued": recorded_recoveries.recovery_continued,
}
RECORDED_WITH_ITS_OWN_WORKER: dict[str, Life] = {
    "cascade_resumed_after_a_kill": recorded_deactivations.cascade_resumed_after_a_kill,
}
