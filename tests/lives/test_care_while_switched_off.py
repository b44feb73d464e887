"""Care goes on whatever happens to the product: open requests and new ones, refunds included (R50, R51)."""

from datetime import datetime, timedelta

import pytest

from business_care.deactivation.words import DeactivationOutcome
from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus, Outcome
from tests.lives.catalogue import Bought, paris
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, GRACE, MONDAY, RESOLVE_BY, World

TUESDAY = paris("2031-03-04 09:00")


@pytest.mark.parametrize("kind", ["temporary", "permanent"])
async def test_an_open_request_goes_on_while_its_product_is_switched_off(world: World, kind: str) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)

    off = await world.switches_off(licence, kind, at=TUESDAY)
    await off.until_product("offline" if kind == "temporary" else "retired")
    await request.reaches(TUESDAY + timedelta(hours=1))
    await request.acknowledge()

    view = await request.view()
    assert (view.acknowledgement.due, view.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)
    assert view.acknowledgement.status is AcknowledgementStatus.MET


async def test_a_request_about_a_retired_product_is_refunded_when_nobody_answers(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    off = await world.switches_off(licence, "permanent", at=TUESDAY)
    retired = await off.ends()
    renewal_cancelled = await world.standing(licence, TUESDAY)

    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)
    closed = await request.ends()

    assert retired.outcome is DeactivationOutcome.RETIRED
    assert (str(renewal_cancelled.care), str(renewal_cancelled.renewal)) == ("active", "cancelled")
    assert closed.outcome is Outcome.REFUNDED
    assert closed.refund is not None
    assert closed.refund.status is RefundStatus.SUCCEEDED
    after = await world.standing(licence, RESOLVE_BY + timedelta(days=1))
    assert (str(after.care), str(after.renewal)) == ("ended", "cancelled")


async def test_a_renewal_that_a_refund_has_cancelled_is_not_cancelled_again(world: World) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.update("order_refund", reason="Promised on the phone")
    await request.ends()

    off = await world.switches_off(licence, "permanent", at=TUESDAY)
    await off.ends()

    assert (await off.progress()).done == 0
    assert await off.notices() == ["deactivated to seller"]


@pytest.mark.parametrize(
    ("opened_at", "outcome"),
    [
        pytest.param(paris("2031-06-02 10:00"), None, id="within the care already paid"),
        pytest.param(paris("2032-01-05 10:00"), Outcome.NOT_ENTITLED, id="after its end"),
    ],
)
async def test_a_request_can_be_opened_as_long_as_the_care_lasts(
    world: World, opened_at: datetime, outcome: Outcome | None
) -> None:
    licence = await world.licence(Bought(care_until="2031-12-31"))
    await (await world.switches_off(licence, "permanent", at=MONDAY)).ends()

    request = await world.opens_on(licence, world.opening(licence, at=opened_at))

    recorded = await world.records.directory.view(request.id)
    assert recorded is not None
    assert recorded.outcome is outcome
