"""A refund cancels the renewal at the billing service too, and closes whatever that one answers (R43)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.billing.refunded import open_renewals
from adapters.records.seed import load
from adapters.records.seed_file import BillingBehaviourEntry, RecordsFile
from business_care.state import Outcome
from tests.lives.catalogue import Licence, paris
from tests.lives.world import World

TUESDAY = paris("2031-03-04 09:00")


async def billed(world: World, *behave: str) -> Licence:
    """A licence whose renewals the billing service charges, and how it behaves."""
    licence = await world.licence()
    entry = BillingBehaviourEntry.model_validate({"licence_id": licence.id, "behave": behave})
    await load(world.records.database, RecordsFile(billing_provider=(entry,)))
    return licence


async def left_open(world: World, licence: Licence) -> list[str]:
    return [one.status for one in await open_renewals(world.records.database) if one.licence_id == licence.id]


@pytest.mark.parametrize(
    ("behave", "renewal", "open_there"),
    [
        pytest.param((), "cancelled", [], id="cancelled there"),
        pytest.param(("error",), "automatic", ["failed"], id="refused there"),
        pytest.param(("charge_in_flight_paid",), "automatic", ["in_flight"], id="a charge in flight there"),
    ],
)
async def test_a_refund_closes_whatever_the_billing_service_answers(
    world: World, behave: Sequence[str], renewal: str, open_there: list[str]
) -> None:
    licence = await billed(world, *behave)
    request = await world.opens_on(licence)

    await request.update("order_refund", reason="Promised on the phone")
    closed = await request.ends()

    assert closed.outcome is Outcome.REFUNDED
    standing = await world.standing(licence, TUESDAY + timedelta(days=1))
    assert (str(standing.care), str(standing.renewal)) == ("ended", renewal)
    assert await left_open(world, licence) == open_there


async def test_a_product_that_is_retired_after_the_refund_finds_nothing_to_do(world: World) -> None:
    licence = await billed(world, "error")
    request = await world.opens_on(licence)
    await request.update("order_refund", reason="Promised on the phone")
    await request.ends()

    off = await world.switches_off(licence, "permanent", at=TUESDAY)
    await off.ends()

    assert (await off.progress()).done == 0
    assert await off.notices() == ["deactivated to seller"]
    assert await left_open(world, licence) == ["failed"]
