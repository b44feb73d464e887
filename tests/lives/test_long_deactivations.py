"""A deactivation whose history grows long goes on in a new run, and nothing is lost on the way."""

from collections.abc import AsyncIterator

import pytest

from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from tests.lives.switching_off import LivingDeactivation
from tests.lives.test_next_run import EARLY
from tests.lives.world import World


@pytest.fixture(scope="module")
async def short_runs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world in which a history of 40 events is called long."""
    folder = tmp_path_factory.mktemp("deactivations")
    async with World.begun(folder, dynamic_config=EARLY) as begun, begun.working():
        yield begun


async def made_long(off: LivingDeactivation) -> None:
    """Messages that change nothing, until the history is long enough for a new run."""
    first = off.handle.first_execution_run_id
    for number in range(40):
        await off.update("payments_resumed", command_id=f"resumed-{number}", by={"role": "system", "id": "P"})
        if (await off.handle.describe()).run_id != first:
            return
    raise AssertionError("the run did not give way to a new one")


async def test_a_long_deactivation_goes_on_in_a_new_run_with_all_it_knew(short_runs: World) -> None:
    shelf = await short_runs.stocks()
    off = await short_runs.switches_off(shelf)
    await off.until_state(DeactivationPhase.OFFLINE)

    await made_long(off)

    repeated = await off.update_as_is("deactivate", off.order)
    assert repeated.duplicate
    assert await off.refusal("deactivate", product_id=off.product_id, kind="permanent") == (
        "already_deactivated"
    )
    events = await off.events()
    assert events[:2] == ["ordered", "in_effect"]
    await off.update("reactivate")
    assert (await off.ends()).outcome is DeactivationOutcome.REACTIVATED
    assert await off.notices() == ["deactivated to seller", "reactivated to seller"]


async def test_a_new_run_made_permanent_cancels_the_renewals(short_runs: World) -> None:
    shelf = await short_runs.stocks()
    off = await short_runs.switches_off(shelf)
    await off.until_state(DeactivationPhase.OFFLINE)
    await made_long(off)

    await off.update("make_permanent")
    ended = await off.ends()

    assert ended.outcome is DeactivationOutcome.RETIRED
    assert ended.renewals is not None
    assert ended.renewals.done == 3
