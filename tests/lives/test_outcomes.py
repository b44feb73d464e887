"""Every way in which a request ends."""

from datetime import timedelta

from business_care.request import RequestKind
from tests.lives.catalogue import Bought, paris
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, GRACE, RESOLVE_BY, World


async def test_a_fix_that_the_customer_confirms_resolves_the_request(world: World) -> None:
    request = await world.opens()
    await request.reaches(paris("2031-03-04 09:30"))
    await request.acknowledge()
    await request.reaches(paris("2031-03-20 12:00"))
    await request.update("fix", reference="v2.4.1")

    await request.update("confirm_fix")

    ended = await request.ends()
    assert (ended.outcome, ended.acknowledgement.status, ended.refund) == ("resolved", "met", None)
    assert (ended.acknowledgement.due, ended.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)


async def test_silence_after_a_fix_resolves_the_request(world: World) -> None:
    request = await world.opens()
    await request.update("fix", reference="v2.4.1")

    await request.reaches(paris("2031-03-11 00:16"))

    ended = await request.ends()
    assert ended.outcome == "resolved"
    assert ended.closed_at is not None
    assert timedelta(0) <= ended.closed_at - paris("2031-03-11 00:15") < timedelta(seconds=5)


async def test_a_paid_update_that_the_customer_accepts_settles_the_request(world: World) -> None:
    request = await world.opens()
    await request.update("offer_update", kind="paid", reference="v3.0")

    await request.update("accept_update", reference="v3.0")

    assert (await request.ends()).outcome == "settled"


async def test_a_refusal_that_nobody_disputes_ends_the_request(world: World) -> None:
    request = await world.opens()
    await request.refuse()

    await request.reaches(paris("2031-03-18 00:16"))

    assert (await request.ends()).outcome == "refused"
    assert "dispute_reminder to customer" in await request.notices()


async def test_a_refusal_that_the_operator_upholds_ends_the_request(world: World) -> None:
    request = await world.opens()
    await request.refuse()
    await request.update("dispute_refusal", reason="Nothing was changed")

    await request.update("decide_dispute", decision="uphold", reason="The diff shows it")

    assert (await request.ends()).outcome == "refused"


async def test_nobody_answers_and_the_price_is_paid_back(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)

    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)

    ended = await request.ends()
    assert (ended.outcome, ended.acknowledgement.status) == ("refunded", "breached")
    assert ended.refund is not None
    refund = (ended.refund.status, ended.refund.amount, ended.refund.cause)
    assert refund == ("succeeded", 12900, "resolution_missed")
    sent = await world.refund_of(licence)
    assert sent is not None
    assert (sent.amount, sent.attempts, sent.status) == (12900, 1, "succeeded")
    standing = await world.standing(licence, RESOLVE_BY + timedelta(days=1))
    assert (standing.care, standing.renewal) == ("ended", "cancelled")


async def test_a_price_of_zero_closes_the_request_without_a_payment(world: World) -> None:
    licence = await world.licence(Bought(amount=12900, refunded_before=12900))
    request = await world.opens_on(licence)

    await request.update("order_refund", reason="Goodwill")

    ended = await request.ends()
    assert ended.outcome == "refunded"
    assert ended.refund is not None
    assert ended.refund.status == "nothing_to_pay"
    assert await world.refund_of(licence) is None


async def test_a_request_withdrawn_after_a_breach_keeps_the_breach_on_record(world: World) -> None:
    request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + A_MOMENT)

    await request.update("withdraw", reason="Found another module")

    ended = await request.ends()
    assert (ended.outcome, ended.acknowledgement.status, ended.breached) == ("withdrawn", "breached", True)


async def test_a_licence_whose_care_has_lapsed_is_not_entitled(world: World) -> None:
    request = await world.opens(Bought(care_until="2031-03-02", renews=False))

    ended = await request.ends()

    assert (ended.outcome, ended.acknowledgement.status) == ("not_entitled", "not_due")
    assert (ended.acknowledgement.due, ended.resolution.due) == (None, None)
    assert await request.notices() == ["not_entitled to customer"]


async def test_the_operator_closes_a_request_with_a_reason(world: World) -> None:
    request = await world.opens()

    await request.update("close", reason="Opened by mistake")

    assert (await request.ends()).outcome == "closed_by_operator"


async def test_a_question_goes_to_the_operator_when_its_days_are_over(world: World) -> None:
    request = await world.opens(kind=RequestKind.QUESTION)
    await request.acknowledge()
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    asked = await request.view()

    await request.update("close", reason="Answered by phone")

    assert (asked.state, asked.refund) == ("question_overdue", None)
    assert [task.kind for task in asked.waits_for_operator] == ["question_overdue"]
    assert (await request.ends()).outcome == "closed_by_operator"
    assert "question_overdue to operator" in await request.notices()


async def test_the_records_keep_how_every_request_was_opened_and_ended(world: World) -> None:
    request = await world.opens()
    await request.update("withdraw", reason="Found another module")
    ended = await request.ends()

    directory = world.records.directory

    assert await directory.opening(request.id) == request.opening
    assert await directory.view(request.id) == ended
    kept = await directory.journal(request.id)
    assert kept is not None
    assert [event.name for event in kept.events] == ["opened", "withdraw", "closed"]
