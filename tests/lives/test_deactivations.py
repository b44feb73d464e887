"""The life of a deactivation: who switches a product off and on, and what follows it (R50-R55)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from tests.lives.catalogue import paris
from tests.lives.shelf import Shelf, Stocked
from tests.lives.switching_off import OPERATOR, LivingDeactivation
from tests.lives.world import A_MOMENT, MONDAY, World

IN_A_WEEK = MONDAY + timedelta(days=7)
KIT = {"kit": ("a", "b")}


async def standing(world: World, shelf: Shelf, product: str = "a") -> str:
    return (await world.records.report.products())[shelf.id_of(product)]


async def bundle(world: World, shelf: Shelf, name: str = "kit") -> str:
    return (await world.records.report.bundles())[shelf.bundle_id(name)]


async def renewals(world: World, shelf: Shelf, *customers: str) -> list[str]:
    standing = await world.records.report.licences(IN_A_WEEK)
    return [str(standing[shelf.licence_id(customer)].renewal) for customer in customers]


async def settled(deactivation: LivingDeactivation) -> None:
    """Wait until product and bundles are where they are wanted."""
    await deactivation.until(lambda view: view.product == "offline")
    await deactivation.until_state(DeactivationPhase.OFFLINE)


async def test_a_temporary_deactivation_stops_sales_and_leaves_renewals_alone(world: World) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT))

    off = await world.switches_off(shelf, reason="Rework")
    await settled(off)

    assert await standing(world, shelf) == "offline"
    assert await bundle(world, shelf) == "offline"
    assert await standing(world, shelf, "b") == "on_sale"
    assert await renewals(world, shelf, "ann", "bob", "cid") == ["automatic"] * 3
    assert await off.notices() == ["deactivated to seller"]


async def test_reactivation_by_the_seller_brings_product_and_bundle_back(world: World) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT))
    off = await world.switches_off(shelf)
    await settled(off)

    await off.update("reactivate")
    ended = await off.ends()

    assert ended.outcome is DeactivationOutcome.REACTIVATED
    assert (await standing(world, shelf), await bundle(world, shelf)) == ("on_sale", "on_sale")
    assert await off.notices() == ["deactivated to seller", "reactivated to seller"]
    assert await off.events() == [
        "ordered",
        "in_effect",
        "offline",
        "bundle_offline",
        "reactivate",
        "on_sale",
        "bundle_on_sale",
        "ended",
    ]


async def test_a_planned_end_brings_the_product_back_by_itself(world: World) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, until=IN_A_WEEK)
    await settled(off)

    await off.reaches(IN_A_WEEK + A_MOMENT)
    ended = await off.ends()

    assert ended.outcome is DeactivationOutcome.REACTIVATED
    assert ended.ended_at is not None
    assert ended.ended_at - IN_A_WEEK < A_MOMENT
    assert await standing(world, shelf) == "on_sale"


async def test_a_permanent_deactivation_cancels_every_renewal_and_tells_each_customer_once(
    world: World,
) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT, opted_out=("cid",)))

    off = await world.switches_off(shelf, "permanent")
    ended = await off.ends()

    assert ended.outcome is DeactivationOutcome.RETIRED
    assert (await standing(world, shelf), await bundle(world, shelf)) == ("retired", "retired")
    assert await standing(world, shelf, "b") == "on_sale"
    assert await renewals(world, shelf, "ann", "bob", "cid") == ["cancelled", "cancelled", "opted_out"]
    assert sorted(await off.notices()) == [
        "deactivated to seller",
        f"renewal_cancelled to {shelf.customer_id('ann')}",
        f"renewal_cancelled to {shelf.customer_id('bob')}",
    ]
    progress = await off.progress()
    assert (progress.total, progress.done, progress.left, progress.opted_out) == (2, 2, 0, 1)
    assert progress.is_over


async def test_a_temporary_deactivation_becomes_permanent_and_only_the_missing_steps_run(
    world: World,
) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT))
    off = await world.switches_off(shelf)
    await settled(off)

    await off.update("make_permanent")
    await off.ends()

    assert await off.events() == [
        "ordered",
        "in_effect",
        "offline",
        "bundle_offline",
        "make_permanent",
        "retired",
        "bundle_retired",
        "renewals_counted",
        "renewals_cancelled",
        "ended",
    ]
    assert await renewals(world, shelf, "ann", "bob", "cid") == ["cancelled"] * 3


async def test_a_permanent_deactivation_planned_for_later_changes_nothing_until_then(world: World) -> None:
    shelf = await world.stocks()

    off = await world.switches_off(shelf, "permanent", takes_effect_at=IN_A_WEEK)
    planned = await off.until_state(DeactivationPhase.PLANNED)

    assert planned.next_wake_at == IN_A_WEEK
    assert await standing(world, shelf) == "on_sale"
    await off.reaches(IN_A_WEEK + A_MOMENT)
    assert (await off.ends()).in_effect_since == IN_A_WEEK
    assert await standing(world, shelf) == "retired"


async def test_what_is_planned_can_be_revoked_before_it_takes_effect_and_not_after(world: World) -> None:
    shelf = await world.stocks()
    planned = await world.switches_off(shelf, "permanent", takes_effect_at=IN_A_WEEK)
    in_effect = await world.switches_off(await world.stocks())

    refused = await in_effect.refusal("revoke")
    await planned.update("revoke")
    ended = await planned.ends()

    assert refused == "nothing_to_revoke"
    assert ended.outcome is DeactivationOutcome.REVOKED
    assert await standing(world, shelf) == "on_sale"
    assert await planned.notices() == []


async def test_what_an_operator_switched_off_only_an_operator_switches_on(world: World) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, by=OPERATOR)

    by_the_seller = [await off.refusal(command) for command in ("reactivate", "make_permanent")]
    await off.update("reactivate", by=OPERATOR)

    assert by_the_seller == ["imposed_by_operator"] * 2
    assert (await off.ends()).outcome is DeactivationOutcome.REACTIVATED


async def test_the_operator_takes_over_and_the_planned_end_of_the_seller_counts_no_more(
    world: World,
) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, until=IN_A_WEEK)
    await settled(off)

    await off.update("impose", kind="temporary", reason="Unsafe")
    await off.reaches(IN_A_WEEK + timedelta(days=1))

    view = await off.view()
    assert (view.state, view.imposed, view.until) == (DeactivationPhase.OFFLINE, True, None)
    assert await off.refusal("reactivate") == "imposed_by_operator"
    assert await off.notices() == ["deactivated to seller", "deactivated to seller"]


async def test_a_second_order_meanwhile_is_refused_and_the_same_one_is_a_repetition(world: World) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf)
    await settled(off)

    second = await off.refusal("deactivate", product_id=off.product_id, kind="permanent")
    repeated = await off.update_as_is("deactivate", off.order)
    altered = await off.refusal("deactivate", **{**off.order, "reason": "Another"})

    assert second == "already_deactivated"
    assert (repeated.duplicate, repeated.deactivation_id) == (True, off.id)
    assert altered == "command_id_reused"


async def test_an_order_delivered_again_after_its_end_changes_nothing(world: World) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf)
    await off.update("reactivate")
    await off.ends()

    again = await world.orders(shelf, off.order)
    ended = await again.ends()

    assert again.handle.first_execution_run_id != off.handle.first_execution_run_id
    assert (ended.deactivation_id, ended.outcome) == (off.id, DeactivationOutcome.REACTIVATED)
    assert await standing(world, shelf) == "on_sale"
    assert await off.notices() == ["deactivated to seller", "reactivated to seller"]


async def test_a_new_deactivation_may_follow_when_the_last_has_ended(world: World) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf)
    await off.update("reactivate")
    await off.ends()

    second = await world.switches_off(shelf, at=IN_A_WEEK)
    await settled(second)

    assert await standing(world, shelf) == "offline"
    assert second.id != off.id


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"by": {"role": "seller", "id": "S-other"}}, "not_your_product", id="another seller"),
        pytest.param({"by": {"role": "customer", "id": "C1"}}, "role_not_allowed", id="a customer"),
        pytest.param({"product_id": "P-nowhere"}, "unknown_product", id="an unknown product"),
        pytest.param(
            {"kind": "permanent", "until": IN_A_WEEK.isoformat()}, "until_out_of_range", id="an end for good"
        ),
    ],
)
async def test_an_order_that_breaks_a_rule_ends_its_run_and_may_be_judged_anew(
    world: World, said: dict[str, object], code: str
) -> None:
    shelf = await world.stocks()
    order = world.order(shelf) | said

    refused = await (await world.orders(shelf, order)).ends()
    corrected = await world.orders(shelf, world.order(shelf) | {"command_id": order["command_id"]})

    assert (refused.outcome, refused.refused) == (DeactivationOutcome.REFUSED, code)
    await settled(corrected)


async def test_a_retired_product_is_not_switched_off_again(world: World) -> None:
    shelf = await world.stocks()
    await (await world.switches_off(shelf, "permanent")).ends()

    again = await (await world.switches_off(shelf, at=IN_A_WEEK)).ends()

    assert again.refused == "already_deactivated"


async def test_an_order_that_cannot_be_read_fails_and_a_corrected_one_works(world: World) -> None:
    shelf = await world.stocks()
    order = world.order(shelf)

    unreadable = await world.orders(shelf, order | {"kind": "for a while"})
    with pytest.raises(WorkflowFailureError) as failed:
        await unreadable.ends()
    corrected = await world.orders(shelf, order)

    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "invalid_message"
    await settled(corrected)


async def test_an_order_under_the_workflow_id_of_another_product_is_unreadable(world: World) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b")))

    misplaced = await world.orders(
        shelf, world.order(shelf), workflow_id=f"product-deactivation-{shelf.id_of('b')}"
    )

    with pytest.raises(WorkflowFailureError):
        await misplaced.ends()
    assert await standing(world, shelf) == "on_sale"


async def test_a_run_that_was_terminated_goes_on_from_the_records_when_it_is_ordered_again(
    world: World,
) -> None:
    shelf = await world.stocks()
    off = await world.switches_off(shelf, until=IN_A_WEEK)
    await off.update("impose", kind="temporary", reason="Unsafe")
    await off.handle.terminate("by hand")

    wednesday = paris("2031-03-05 10:00")
    again = await world.orders(shelf, off.order, delay=wednesday - datetime.now(UTC))
    await again.reaches(wednesday + A_MOMENT)
    view = await again.until_state(DeactivationPhase.OFFLINE)

    assert (view.imposed, view.until) == (True, None)
    assert await again.refusal("reactivate", command_id="later") == "imposed_by_operator"
    assert await off.notices() == ["deactivated to seller", "deactivated to seller"]


async def test_a_reactivation_that_comes_with_the_order_wins(world: World) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b"), bundles=KIT))
    order = world.order(shelf)

    off = await world.orders(shelf, order)
    await off.signal("reactivate")
    ended = await off.ends()

    assert ended.outcome is DeactivationOutcome.REACTIVATED
    assert (await standing(world, shelf), await bundle(world, shelf)) == ("on_sale", "on_sale")


async def test_one_id_for_several_products_at_once_is_one_products_and_no_run_is_stuck(world: World) -> None:
    shelf = await world.stocks(Stocked(products=("a", "b", "c")))
    order = world.order(shelf)

    runs = await asyncio.gather(
        *(world.orders(shelf, order | {"product_id": shelf.id_of(name)}) for name in "abc")
    )
    views = [await run.until(lambda view: bool(view.product or view.outcome)) for run in runs]
    winners = [view for view in views if view.outcome is None]
    refused = [view.refused for view in views if view.outcome is not None]

    assert len(winners) == 1
    assert refused == ["command_id_reused"] * 2
    products = await world.records.report.products()
    assert sorted(products[shelf.id_of(name)] for name in "abc") == ["offline", "on_sale", "on_sale"]


async def test_an_act_dated_far_back_takes_no_care_away_that_is_running(world: World) -> None:
    shelf = await world.stocks(Stocked(care_until="2031-02-28"))
    off = await world.switches_off(shelf, "permanent", by=OPERATOR, occurred_at=paris("2031-02-20 09:00"))
    await off.ends()

    later = await world.records.report.licences(IN_A_WEEK)

    assert str(later[shelf.licence_id("ann")].care) == "active"
