"""A deadline that was told moves for a named cause only, and each move is kept."""

from datetime import timedelta

from tests.lives.catalogue import Bought, Licence, paris
from tests.lives.living import LivingRequest
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, RESOLVE_BY, World

CLOSED = Bought(closed=("2031-03-04", "2031-03-14"))


async def opened_during_a_closure(world: World) -> tuple[Licence, LivingRequest]:
    licence = await world.licence(CLOSED)
    return licence, await world.opens_on(licence)


async def test_an_early_reopening_brings_the_first_deadline_forward(world: World) -> None:
    licence, request = await opened_during_a_closure(world)
    before = await request.view()
    await request.reaches(paris("2031-03-06 15:00"))

    await request.update(
        "closure_ended", closure_id=licence.closure_id, notified_at=paris("2031-03-06 14:00")
    )

    view = await request.view()
    assert before.acknowledgement.due == paris("2031-03-18 00:00")
    assert (view.acknowledgement.due, view.resolution.due) == (paris("2031-03-08 00:00"), RESOLVE_BY)
    assert view.revisions == 1


async def test_a_reopening_is_explained_with_what_it_replaced(world: World) -> None:
    licence, request = await opened_during_a_closure(world)
    await request.reaches(paris("2031-03-06 15:00"))
    await request.update(
        "closure_ended", closure_id=licence.closure_id, notified_at=paris("2031-03-06 14:00")
    )

    told = (await request.deadlines()).acknowledgement

    assert told is not None
    (revision,) = told.revisions
    assert (revision.cause, revision.previous_due) == ("early_reopening", paris("2031-03-18 00:00"))
    counted = [day.date.isoformat() for day in told.plan.days if day.kind == "counted"]
    assert counted == ["2031-03-07"]


async def test_the_clock_follows_the_deadline_that_was_brought_forward(world: World) -> None:
    licence, request = await opened_during_a_closure(world)
    await request.reaches(paris("2031-03-06 15:00"))
    await request.update(
        "closure_ended", closure_id=licence.closure_id, notified_at=paris("2031-03-06 14:00")
    )

    await request.reaches(paris("2031-03-08 00:00") + A_MOMENT)

    assert (await request.view()).acknowledgement.status == "breached"
    assert "acknowledge by Fri 7 Mar 2031 24:00 Europe/Paris" in await request.timers()


async def test_a_reopening_after_the_acknowledgement_moves_nothing(world: World) -> None:
    licence, request = await opened_during_a_closure(world)
    await request.acknowledge()

    await request.update(
        "closure_ended", closure_id=licence.closure_id, notified_at=request.opening.opened_at
    )

    assert (await request.view()).revisions == 0


async def test_the_operators_correction_moves_the_timer_and_tells_both_parties(world: World) -> None:
    request = await world.opens()
    later = RESOLVE_BY + timedelta(days=7)
    await request.acknowledge()

    await request.update("correct_deadline", clock="resolution", due=later, reason="Strike of the post")
    await request.reaches(RESOLVE_BY + timedelta(days=1))
    at_the_first_deadline = await request.view()
    await request.reaches(later + timedelta(minutes=16))

    assert (at_the_first_deadline.state, at_the_first_deadline.resolution.due) == ("in_progress", later)
    assert (await request.ends()).outcome == "refunded"
    told = [note for note in await request.notices() if note.startswith("deadline_changed")]
    assert told == ["deadline_changed to seller", "deadline_changed to customer"]


async def test_a_first_deadline_corrected_after_the_fact_withdraws_the_breach(world: World) -> None:
    request = await world.opens()
    await request.reaches(ACKNOWLEDGE_BY + timedelta(hours=1))

    await request.update(
        "correct_deadline",
        clock="acknowledgement",
        due=ACKNOWLEDGE_BY + timedelta(days=1),
        reason="Local holiday unknown to the tables",
    )

    view = await request.view()
    assert (view.acknowledgement.status, view.breached) == ("pending", False)
    await request.reaches(ACKNOWLEDGE_BY + timedelta(days=1) + A_MOMENT)
    assert (await request.view()).acknowledgement.status == "breached"
