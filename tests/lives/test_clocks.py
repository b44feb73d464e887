"""Two promises, two durable timers, and what happens by itself."""

from datetime import timedelta

import pytest

from business_care.policy import OnMissedAcknowledgement, Policy
from tests.lives.catalogue import Bought, paris
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, GRACE, RESOLVE_BY, World

ACKNOWLEDGE = "Tue 4 Mar 2031 24:00 Europe/Paris"
CORRECT = "Tue 15 Apr 2031 24:00 Europe/Paris"


async def test_a_request_waits_on_two_timers_that_a_person_can_read(world: World) -> None:
    request = await world.opens()

    assert await request.timers() == [
        f"remind the seller: acknowledge by {ACKNOWLEDGE}",
        f"remind the seller: correct by {CORRECT}",
    ]


async def test_every_timer_says_what_it_waits_for(world: World) -> None:
    request = await world.opens()

    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    await request.ends()

    assert await request.timers() == [
        f"remind the seller: acknowledge by {ACKNOWLEDGE}",
        f"remind the seller: correct by {CORRECT}",
        f"acknowledge by {ACKNOWLEDGE}",
        f"remind the seller: correct by {CORRECT}",
        f"remind the seller: correct by {CORRECT}",
        f"correct by {CORRECT}, and 15 minutes for what is on its way",
    ]


async def test_timers_ring_at_the_instants_that_were_told(world: World) -> None:
    request = await world.opens()

    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    await request.ends()

    by_themselves = {"reminder", "acknowledgement_missed", "resolution_missed"}
    rang = [event for event in (await request.journal()).events if event.name in by_themselves]
    promised = [
        ("reminder", paris("2031-03-04 12:00")),
        ("acknowledgement_missed", ACKNOWLEDGE_BY),
        ("reminder", paris("2031-04-01 00:00")),
        ("reminder", paris("2031-04-08 00:00")),
        ("reminder", paris("2031-04-15 00:00")),
        ("resolution_missed", RESOLVE_BY + GRACE),
    ]
    assert [event.name for event in rang] == [name for name, _ in promised]
    late_by = [event.at - at for event, (_, at) in zip(rang, promised, strict=True)]
    assert all(timedelta(0) <= late < timedelta(seconds=5) for late in late_by), late_by


async def test_seller_and_operator_are_told_what_is_due_and_what_was_missed(world: World) -> None:
    request = await world.opens()

    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    await request.ends()

    assert await request.notices() == [
        "request_opened to seller",
        "acknowledgement_reminder to seller",
        "acknowledgement_missed to seller",
        "acknowledgement_missed to operator",
        "resolution_reminder to seller",
        "resolution_reminder to seller",
        "resolution_reminder to seller",
        "refund_due to seller",
        "refund_paid to customer",
        "refund_paid to seller",
    ]


async def test_an_acknowledgement_sent_in_time_that_arrives_late_withdraws_the_breach(world: World) -> None:
    request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=4))
    missed = await request.view()

    answer = await request.acknowledge(occurred_at=ACKNOWLEDGE_BY - timedelta(minutes=2))

    assert (missed.acknowledgement.status, missed.breached) == ("breached", True)
    assert answer.acknowledgement == "met"
    assert (await request.view()).breached is False
    assert (await request.notices())[-2:] == ["breach_withdrawn to seller", "acknowledged to customer"]


async def test_an_acknowledgement_after_the_deadline_is_met_late(world: World) -> None:
    request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + timedelta(hours=3))

    answer = await request.acknowledge()

    assert (answer.acknowledgement, (await request.view()).breached) == ("met_late", True)


async def test_a_fix_delivered_in_time_that_arrives_in_the_grace_prevents_the_refund(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.reaches(RESOLVE_BY + timedelta(minutes=10))

    answer = await request.update("fix", reference="v2", occurred_at=RESOLVE_BY - timedelta(minutes=5))
    await request.reaches(RESOLVE_BY + timedelta(days=30))

    assert answer.state == "verifying"
    assert (await request.ends()).outcome == "resolved"
    assert await world.refund_of(licence) is None


async def test_a_fix_delivered_in_time_that_arrives_after_the_grace_is_too_late(world: World) -> None:
    request = await world.opens()
    await request.acknowledge()
    await request.update("hold", reason="Looking into it")
    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)

    code = await request.refusal("fix", reference="v2", occurred_at=RESOLVE_BY - timedelta(minutes=5))

    assert code == "refund_under_way"


async def test_a_fix_after_the_deadline_is_refused_even_within_the_grace(world: World) -> None:
    request = await world.opens()
    await request.reaches(RESOLVE_BY + timedelta(minutes=10))

    assert await request.refusal("fix", reference="v2") == "deadline_passed"


async def test_no_refund_while_a_fix_is_verified_beyond_the_deadline(world: World) -> None:
    request = await world.opens()
    await request.reaches(paris("2031-04-14 10:00"))
    await request.update("fix", reference="v2")

    await request.reaches(RESOLVE_BY + timedelta(days=2))

    assert (await request.view()).state == "verifying"


async def test_a_fix_rejected_after_the_deadline_makes_the_refund_due_at_once(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.reaches(paris("2031-04-14 10:00"))
    await request.update("fix", reference="v2")
    await request.reaches(RESOLVE_BY + timedelta(days=2))

    await request.update("reject_fix", reason="Still empty")

    ended = await request.ends()
    assert ended.refund is not None
    assert (ended.outcome, ended.refund.cause) == ("refunded", "fix_rejected")
    assert (await world.refund_of(licence)) is not None


async def test_a_fix_rejected_before_the_deadline_goes_on_under_the_same_deadline(world: World) -> None:
    request = await world.opens()
    await request.update("fix", reference="v2")

    answer = await request.update("reject_fix", reason="Still empty")

    assert (answer.state, answer.resolve_by) == ("in_progress", RESOLVE_BY)


async def test_a_second_fix_starts_the_verification_window_anew(world: World) -> None:
    request = await world.opens()
    await request.update("fix", reference="v2")
    first = (await request.view()).resolution.window
    await request.reaches(paris("2031-03-06 10:00"))

    await request.update("fix", reference="v2.1")

    second = (await request.view()).resolution.window
    assert first is not None
    assert second is not None
    assert (first.due, second.due) == (paris("2031-03-11 00:00"), paris("2031-03-14 00:00"))


async def test_the_customer_is_reminded_one_business_day_before_silence_counts(world: World) -> None:
    request = await world.opens()
    await request.update("fix", reference="v2")

    await request.reaches(paris("2031-03-10 00:01"))

    assert (await request.notices())[-1] == "verification_reminder to customer"


async def test_an_overturned_refusal_goes_on_under_the_same_deadline(world: World) -> None:
    request = await world.opens()
    await request.refuse()
    await request.update("dispute_refusal", reason="Nothing was changed")

    answer = await request.update("decide_dispute", decision="overturn", reason="No change is visible")

    assert (answer.state, answer.resolve_by) == ("in_progress", RESOLVE_BY)
    assert await request.refusal(
        "refuse", ground="modified_source", explanation="Again", evidence=["diff-1"]
    ) == ("new_evidence_required")


async def test_a_refusal_overturned_after_the_deadline_makes_the_refund_due_at_once(world: World) -> None:
    request = await world.opens()
    await request.reaches(paris("2031-04-15 10:00"))
    await request.refuse()
    await request.update("dispute_refusal", reason="Nothing was changed")
    await request.reaches(paris("2031-04-20 10:00"))

    await request.update("decide_dispute", decision="overturn", reason="No change is visible")

    ended = await request.ends()
    assert ended.refund is not None
    assert (ended.outcome, ended.refund.cause) == ("refunded", "refusal_overturned")


async def test_a_dispute_reminds_the_operator_every_five_business_days(world: World) -> None:
    request = await world.opens()
    await request.refuse()
    await request.update("dispute_refusal", reason="Nothing was changed")

    await request.reaches(paris("2031-03-25 10:00"))

    reminders = [note for note in await request.notices() if note == "operator_reminder to operator"]
    assert len(reminders) == 3
    (task,) = (await request.view()).waits_for_operator
    assert task.next_reminder_at == paris("2031-04-01 00:00")


@pytest.mark.parametrize(
    ("act", "status"),
    [
        pytest.param({"occurred_at": ACKNOWLEDGE_BY - timedelta(minutes=1)}, "met", id="sent in time"),
        pytest.param({}, "met_late", id="sent late"),
    ],
)
async def test_a_marketplace_may_refund_a_missed_acknowledgement(
    world: World, act: dict[str, object], status: str
) -> None:
    async with world.policy(Policy(on_missed_acknowledgement=OnMissedAcknowledgement.REFUND)):
        request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=10))

    await request.acknowledge(**act)
    await request.reaches(ACKNOWLEDGE_BY + GRACE + A_MOMENT)

    refunded = status == "met_late"
    view = await request.ends() if refunded else await request.view()
    assert view.acknowledgement.status == status
    assert (view.outcome == "refunded") is refunded


async def test_waiting_for_the_customer_pauses_nothing(world: World) -> None:
    request = await world.opens()
    await request.update("ask_customer", question="Which theme?")
    waiting = await request.view()
    await request.reaches(paris("2031-03-10 10:00"))

    await request.update("customer_replied")

    view = await request.view()
    assert (waiting.resolution.waiting_for_customer, view.resolution.waiting_for_customer) == (True, False)
    assert (view.acknowledgement.status, view.resolution.due) == ("met", RESOLVE_BY)


async def test_a_closure_lengthens_the_first_promise_and_not_the_second(world: World) -> None:
    request = await world.opens(Bought(closed=("2031-03-04", "2031-03-07")))

    view = await request.view()

    assert (view.acknowledgement.due, view.resolution.due) == (paris("2031-03-11 00:00"), RESOLVE_BY)
