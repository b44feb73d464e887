"""Records and calendars that are out of order for a while hold no promise back."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.lives.catalogue import Bought, paris
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, MONDAY, RESOLVE_BY, World

QUICK_ATTEMPTS = 3


async def test_a_request_opens_as_soon_as_the_records_answer_again(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    world.outages.begin(f"look-up of {opening.request_id}", calls=QUICK_ATTEMPTS + 1)

    request = await world.starts(licence, opening)
    await request.reaches(MONDAY + timedelta(minutes=1))

    view = await request.until_state("awaiting_acknowledgement")
    assert (view.acknowledgement.due, view.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)


async def test_commands_that_wait_for_the_records_are_judged_before_any_clock(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    about = f"look-up of {opening.request_id}"
    world.outages.begin(about, calls=10_000)
    request = await world.opens_late(licence, ACKNOWLEDGE_BY - timedelta(minutes=5), opening)
    await request.signal("acknowledge", message="We are on it")
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=30))

    world.outages.end(about)
    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=45))

    view = await request.until_state("in_progress")
    assert (view.acknowledgement.status, view.breached) == ("met", False)
    assert "acknowledgement_missed" not in await request.events()


async def test_commands_that_wait_are_judged_in_the_order_in_which_they_came(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    world.outages.begin(f"look-up of {opening.request_id}", calls=QUICK_ATTEMPTS)
    request = await world.starts(licence, opening)
    await request.signal("acknowledge", message="We are on it")
    await request.signal("fix", reference="v2")
    await request.signal("reject_fix", reason="Still empty")
    await request.signal("reject_fix", reason="And once more")

    await request.reaches(MONDAY + timedelta(minutes=1))

    await request.until_state("in_progress")
    assert (await request.events())[:4] == ["opened", "acknowledge", "fix", "reject_fix"]
    assert [rejection.code for rejection in (await request.journal()).rejections] == ["wrong_state"]


async def test_the_answer_to_a_command_waits_until_the_records_have_it(world: World) -> None:
    request = await world.opens()
    world.outages.begin(f"store of {request.id}", calls=QUICK_ATTEMPTS + 1)

    answer = await request.acknowledge()

    kept = await world.records.directory.applied(request.id, answer.command_id)
    assert kept is not None
    assert kept.answer == answer


async def test_a_deadline_is_kept_while_the_records_are_out_of_order(world: World) -> None:
    request = await world.opens()
    world.outages.begin(f"store of {request.id}", calls=QUICK_ATTEMPTS + 2)

    await request.reaches(ACKNOWLEDGE_BY + timedelta(minutes=5))

    breach = next(
        event for event in (await request.journal()).events if event.name == "acknowledgement_missed"
    )
    assert timedelta(0) <= breach.at - ACKNOWLEDGE_BY < timedelta(seconds=5)
    assert "acknowledgement_missed to operator" in await request.notices()


@pytest.mark.parametrize("about", ["care", "renewal"])
async def test_a_refund_ends_the_care_as_soon_as_the_records_answer_again(world: World, about: str) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    world.outages.begin(f"{about} of {licence.id}", calls=QUICK_ATTEMPTS + 1)

    await request.update("order_refund", reason="Promised on the phone")
    await request.until_tried_again()
    paid = await request.view()
    await request.reaches(MONDAY + timedelta(minutes=10))

    assert paid.outcome is None
    assert (await request.ends()).outcome == "refunded"
    assert (await world.standing(licence, MONDAY + timedelta(days=1))).care == "ended"


async def test_a_fix_is_taken_while_its_window_cannot_be_counted(world: World) -> None:
    request = await world.opens(Bought(country="IT", timezone="Europe/Rome"))
    world.outages.begin("calendar of IT", calls=QUICK_ATTEMPTS + 1)

    answer = await request.update("fix", reference="v2")
    uncounted = (await request.view()).resolution.window
    await request.reaches(MONDAY + timedelta(minutes=10))

    assert answer.state == "verifying"
    assert uncounted is not None
    assert uncounted.due is None
    counted = (await request.view()).resolution.window
    assert counted is not None
    assert counted.due == paris("2031-03-11 00:00")


async def test_a_request_ends_although_its_window_was_never_counted(world: World) -> None:
    request = await world.opens(Bought(country="PL", timezone="Europe/Warsaw"))
    world.outages.begin("calendar of PL", calls=10_000)
    await request.update("fix", reference="v2")
    await request.until_tried_again()

    await request.update("confirm_fix")

    assert (await request.ends()).outcome == "resolved"


async def test_the_operator_may_close_a_request_whose_calendar_is_out_of_order(world: World) -> None:
    licence = await world.licence(Bought(country="CZ", timezone="Europe/Prague"))
    world.outages.begin("calendar of CZ", calls=10_000)
    request = await world.starts(licence)
    await request.reaches(MONDAY + A_MOMENT)
    await request.until_tried_again()

    await request.update("close", reason="Opened by mistake")

    assert (await request.ends()).outcome == "closed_by_operator"


async def test_a_calendar_that_is_refused_is_tried_until_somebody_mends_the_records(world: World) -> None:
    licence = await world.licence(Bought(country="XX"))
    request = await world.starts(licence)
    await request.reaches(MONDAY + A_MOMENT)
    await request.until_tried_again()

    await world.learns_of(licence, Bought(country="FR"))
    await request.reaches(MONDAY + timedelta(hours=1, minutes=10))

    view = await request.until_state("awaiting_acknowledgement")
    assert (view.acknowledgement.due, view.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)


async def test_the_operator_may_close_a_request_that_cannot_be_looked_up(world: World) -> None:
    licence = await world.licence()
    opening = world.opening(licence)
    world.outages.begin(f"look-up of {opening.request_id}", calls=10_000)
    request = await world.starts(licence, opening)
    await request.reaches(MONDAY + A_MOMENT)
    await request.until_tried_again()

    await request.update("close", reason="Opened by mistake")

    assert (await request.ends()).outcome == "closed_by_operator"


async def test_the_operator_may_close_a_raw_start_in_a_year_without_a_calendar(world: World) -> None:
    licence = await world.licence(Bought(timezone="America/Los_Angeles"))
    opening = world.opening(licence, at=datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC))
    request = await world.starts_as(opening, licence)
    await request.until_tried_again()

    await request.update("close", reason="Nobody opened this")

    assert (await request.ends()).outcome == "closed_by_operator"
