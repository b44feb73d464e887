"""The kinds of deactivation that are recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.worker_process import worker_process
from business_care.deactivation.words import DeactivationPhase
from tests.lives.shelf import Stocked
from tests.lives.switching_off import OPERATOR, LivingDeactivation
from tests.lives.world import A_MOMENT, MONDAY, World

IN_A_WEEK = MONDAY + timedelta(days=7)
KIT = {"kit": ("a", "b")}
BILLED_SLOWLY = {
    "BUSINESS_CARE_BILLING_PROVIDER": "simulated",
    # Two calls a second make pages of ten.
    "BUSINESS_CARE_BILLING_CALLS_PER_SECOND": "2",
}


async def switched_off_and_on_again(world: World) -> LivingDeactivation:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT))
    off = await world.switches_off(shelf, reason="Rework", until=IN_A_WEEK)
    await off.until_bundles_followed()
    await off.reaches(MONDAY + timedelta(days=2))
    await off.update("reactivate")
    return off


async def switched_on_at_the_planned_end(world: World) -> LivingDeactivation:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, until=IN_A_WEEK)
    await off.until_bundles_followed()
    await off.reaches(IN_A_WEEK + A_MOMENT)
    return off


async def retired_at_once(world: World) -> LivingDeactivation:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT, opted_out=("cid",)))
    return await world.switches_off(shelf, "permanent")


async def temporary_made_permanent(world: World) -> LivingDeactivation:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT))
    off = await world.switches_off(shelf)
    await off.until_bundles_followed()
    await off.reaches(IN_A_WEEK)
    await off.update("make_permanent")
    return off


async def planned_and_revoked(world: World) -> LivingDeactivation:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, "permanent", takes_effect_at=IN_A_WEEK)
    await off.reaches(MONDAY + timedelta(days=1))
    await off.update("revoke")
    return off


async def imposed_by_the_operator(world: World) -> LivingDeactivation:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, "permanent", takes_effect_at=IN_A_WEEK)
    await off.update("impose", kind="temporary", reason="Unsafe")
    await off.until_bundles_followed()
    await off.signal("reactivate")
    await off.handle.signal("unheard_of", {})
    await off.reaches(IN_A_WEEK + timedelta(days=1))
    await off.update("reactivate", by=OPERATOR)
    return off


async def an_order_that_was_refused(world: World) -> LivingDeactivation:
    shelf = await world.stocks()
    return await world.orders(shelf, world.order(shelf, by={"role": "seller", "id": "S-other"}))


async def renewals_failed_and_in_flight(world: World) -> LivingDeactivation:
    bills = {"ann": ["charge_in_flight_paid"], "bob": ["error"], "cid": ["charge_in_flight_failed"]}
    shelf = await world.stocks(Stocked(bills=bills))
    off = await world.switches_off(shelf, "permanent")
    await off.until(lambda view: view.renewals is not None and view.renewals.in_flight > 0)
    await off.reaches(MONDAY + timedelta(hours=6))
    await off.until_state(DeactivationPhase.RENEWALS_FAILED)
    await off.update("retry_failed")
    return off


async def deactivation_continued(world: World) -> LivingDeactivation:
    shelf = await world.stocks()
    off = await world.switches_off(shelf)
    await off.until_bundles_followed()
    for number in range(8):
        await off.update("payments_resumed", command_id=f"resumed-{number}", by={"role": "system", "id": "P"})
    await off.update("make_permanent")
    return off


async def cascade_resumed_after_a_kill(world: World) -> LivingDeactivation:
    customers = tuple(f"c{number}" for number in range(25))
    shelf = await world.stocks(Stocked(customers=customers))
    order = world.order(shelf, "permanent")
    with TemporaryDirectory() as folder:
        args = (Path(folder), world.server.target, world.records_url, BILLED_SLOWLY)
        async with worker_process(*args) as worker:
            off = await world.orders(shelf, order)
            async with asyncio.timeout(60):
                while not await _some_are_cancelled(world, off):  # noqa: ASYNC110 -- nothing tells us
                    await asyncio.sleep(0.05)
            worker.kill()
    async with world.working():
        await off.ends()
    return off


async def _some_are_cancelled(world: World, off: LivingDeactivation) -> bool:
    progress = await world.records.deactivations.progress(off.id)
    return progress is not None and progress.done > 0


RECORDED: dict[str, Callable[[World], Awaitable[LivingDeactivation]]] = {
    life.__name__: life
    for life in (
        switched_off_and_on_again,
        switched_on_at_the_planned_end,
        retired_at_once,
        temporary_made_permanent,
        planned_and_revoked,
        imposed_by_the_operator,
        an_order_that_was_refused,
        renewals_failed_and_in_flight,
    )
}
