"""A raw start with a licence that nobody knows: nothing is rejected on doubt."""

from datetime import timedelta

from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, MONDAY, RESOLVE_BY, World


async def test_the_operator_is_told_once_and_the_licence_is_looked_up_every_hour(world: World) -> None:
    request = await world.opens_on(await world.licence(known=False))

    await request.reaches(MONDAY + timedelta(hours=5, minutes=1))

    view = await request.view()
    assert (view.state, await request.notices()) == ("opening", ["licence_unknown to operator"])
    assert await request.timers() == ["look the unknown licence up again"] * 6
    assert view.next_wake_at is not None
    assert timedelta(0) <= view.next_wake_at - (MONDAY + timedelta(hours=6)) < timedelta(minutes=1)


async def test_deadlines_of_a_licence_found_late_are_counted_from_the_request(world: World) -> None:
    licence = await world.licence(known=False)
    request = await world.opens_on(licence)
    await request.reaches(MONDAY + timedelta(hours=2, minutes=1))

    await world.learns_of(licence)
    await request.reaches(MONDAY + timedelta(hours=3, minutes=1))

    view = await request.view()
    assert (view.acknowledgement.due, view.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)


async def test_an_act_that_waited_for_the_licence_counts_as_of_its_arrival(world: World) -> None:
    licence = await world.licence(known=False)
    request = await world.opens_late(licence, ACKNOWLEDGE_BY - timedelta(minutes=30))
    await request.signal("acknowledge", message="We are on it")

    await world.learns_of(licence)
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=31))

    view = await request.view()
    assert (view.acknowledgement.status, view.breached) == ("met", False)
    assert "acknowledgement_missed" not in await request.events()


async def test_an_act_that_waited_is_not_too_old_because_it_waited(world: World) -> None:
    licence = await world.licence(known=False)
    request = await world.opens_late(licence, MONDAY + timedelta(hours=24))
    await request.signal("acknowledge", message="We are on it", occurred_at=MONDAY + timedelta(minutes=10))

    await world.learns_of(licence)
    await request.reaches(MONDAY + timedelta(hours=25, minutes=1))

    assert (await request.view()).acknowledgement.status == "met"


async def test_a_licence_found_after_the_first_deadline_starts_with_the_breach(world: World) -> None:
    licence = await world.licence(known=False)
    request = await world.opens_late(licence, ACKNOWLEDGE_BY + timedelta(minutes=30))

    await world.learns_of(licence)
    await request.reaches(ACKNOWLEDGE_BY + timedelta(hours=1, minutes=31))

    assert (await request.view()).acknowledgement.status == "breached"


async def test_the_operator_may_close_a_request_with_an_unknown_licence(world: World) -> None:
    request = await world.opens_on(await world.licence(known=False))

    await request.update("close", reason="Never sold")

    assert (await request.ends()).outcome == "closed_by_operator"


async def test_a_command_that_waits_is_answered_when_the_operator_closes(world: World) -> None:
    request = await world.opens_on(await world.licence(known=False))
    await request.signal("acknowledge", message="We are on it")
    await request.reaches(MONDAY + timedelta(minutes=1) + A_MOMENT)

    await request.update("close", reason="Never sold")

    await request.ends()
    assert [rejection.code for rejection in (await request.journal()).rejections] == ["request_closed"]
