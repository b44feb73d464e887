"""Members of a bundle go and come at the same time, in any order, delivered twice: real workflows (R52)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import permutations

import pytest
from temporalio.service import RPCError

from business_care.deactivation.words import DeactivationOutcome
from tests.adapters.postgres_server import PostgresUnavailable, running_postgres
from tests.lives.shelf import Shelf, Stocked
from tests.lives.switching_off import OPERATOR, LivingDeactivation
from tests.lives.world import MONDAY, World

OVERLAPPING = Stocked(
    products=("a", "b", "c"), bundles={"ab": ("a", "b"), "bc": ("b", "c"), "all": ("a", "b", "c")}
)
IN_A_YEAR = MONDAY + timedelta(days=365)
MEMBERS = {"ab": "ab", "bc": "bc", "all": "abc"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def marketplace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A world on each kind of database."""
    folder = tmp_path_factory.mktemp("races")
    if request.param == "sqlite":
        async with World.begun(folder) as begun, begun.working():
            yield begun
        return
    try:
        with running_postgres() as url:
            async with World.begun(folder, url=url) as begun, begun.working():
                yield begun
    except PostgresUnavailable as reason:
        pytest.skip(f"no PostgreSQL here: {reason}")


async def ordered(world: World, shelf: Shelf, product: str, kind: str) -> LivingDeactivation:
    """An order, and its duplicate on its heels."""
    order = world.order(shelf.about(product), kind)
    off, _ = await asyncio.gather(
        world.orders(shelf.about(product), order), world.orders(shelf.about(product), order)
    )
    return off


async def all_ordered(world: World, shelf: Shelf) -> Sequence[LivingDeactivation]:
    """All three at the same time, each twice, until every bundle has followed."""
    offs = await asyncio.gather(*(ordered(world, shelf, product, "temporary") for product in "abc"))
    for off in offs:
        await off.until_bundles_followed()
    return offs


async def reactivated(off: LivingDeactivation) -> None:
    """A reactivation, and its duplicate at the same time; the second may find that it has ended."""
    await off.signal("reactivate", command_id="back")
    try:
        await off.signal("reactivate", command_id="back")
    except Exception as late:  # noqa: BLE001 -- the run may be over by now, which the server says in its own way
        assert "already completed" in str(late) or "not found" in str(late)  # noqa: PT017 -- either is right
    assert (await off.ends()).outcome is DeactivationOutcome.REACTIVATED


async def bundles(world: World, shelf: Shelf) -> dict[str, str]:
    standing = await world.records.report.bundles()
    return {name: standing[shelf.bundle_id(name)] for name in MEMBERS}


def expected(off: Sequence[str], retired: Sequence[str] = ()) -> dict[str, str]:
    """What the contract says of the bundles while some products are off, and some for good."""
    return {
        name: "retired"
        if set(members) & set(retired)
        else "offline"
        if set(members) & set(off)
        else "on_sale"
        for name, members in MEMBERS.items()
    }


async def test_members_that_go_together_come_back_in_any_order(marketplace: World) -> None:
    async def there_and_back(back_first: Sequence[str]) -> tuple[list[object], list[object]]:
        shelf = await marketplace.stocks(OVERLAPPING)
        offs = dict(zip("abc", await all_ordered(marketplace, shelf), strict=True))
        seen: list[object] = []
        wanted: list[object] = []
        still_off = list("abc")
        for product in back_first:
            await reactivated(offs[product])
            still_off.remove(product)
            seen.append(await bundles(marketplace, shelf))
            wanted.append(expected(still_off))
        return seen, wanted

    all_orders = await asyncio.gather(*(there_and_back(order) for order in permutations("abc")))

    for seen, wanted in all_orders:
        assert seen == wanted


async def test_whatever_comes_together_a_temporary_deactivation_cancels_no_renewal(
    marketplace: World,
) -> None:
    shelf = await marketplace.stocks(OVERLAPPING)
    [off, *_] = await all_ordered(marketplace, shelf)

    imposing = off.update("impose", kind="temporary", reason="Unsafe")
    leaving = off.signal("reactivate")
    refused = off.refusal("deactivate", product_id=off.product_id, kind="permanent")
    await asyncio.gather(imposing, leaving, refused, return_exceptions=True)
    with suppress(RPCError):  # the seller's own may have come first, and it is over
        await off.signal("reactivate", by=OPERATOR, command_id="by-the-operator")
    await off.ends()

    standing = await marketplace.records.report.licences(IN_A_YEAR)
    kept = [str(standing[shelf.licence_id(name)].renewal) for name in ("ann", "bob", "cid")]
    assert kept == ["automatic"] * 3


async def test_members_that_come_back_at_the_same_instant_bring_every_bundle_back_once(
    marketplace: World,
) -> None:
    shelf = await marketplace.stocks(OVERLAPPING)
    offs = await all_ordered(marketplace, shelf)

    await asyncio.gather(*(reactivated(off) for off in offs))

    assert await bundles(marketplace, shelf) == expected([])
    told = [event for off in offs for event in await off.bundle_events()]
    for name in MEMBERS:
        assert told.count(f"bundle_offline {shelf.bundle_id(name)}") == 1
        assert told.count(f"bundle_on_sale {shelf.bundle_id(name)}") == 1


async def test_one_member_goes_for_good_while_another_comes_back(marketplace: World) -> None:
    shelf = await marketplace.stocks(OVERLAPPING)
    a, b = await asyncio.gather(*(ordered(marketplace, shelf, it, "temporary") for it in "ab"))
    for off in (a, b):
        await off.until_bundles_followed()

    await asyncio.gather(a.update("make_permanent"), reactivated(b))
    await a.ends()

    assert await bundles(marketplace, shelf) == expected([], retired=["a"])
