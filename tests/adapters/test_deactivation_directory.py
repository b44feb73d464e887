"""The gateway reads of the records what stands, what stood, and how far the renewals are (R55, R63)."""

from datetime import timedelta

import pytest

from adapters.records.opened import Records
from adapters.records.renewal_counts import LISTED, TroubleStatus
from adapters.records.seed import load
from business_care.deactivation.renewals import CascadeProgress, FailedRenewal
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.views import StoredDeactivation
from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from business_care.events import Rejection
from tests.adapters.care_world import OPENED_AT
from tests.adapters.product_world import (
    ON_SALE,
    PERMANENT,
    a_catalogue,
    a_deactivation,
    a_record,
    an_order_of,
    applied_to,
    given_cascade,
    given_walk,
    went_offline,
)

FAILED, IN_FLIGHT = TroubleStatus.FAILED, TroubleStatus.IN_FLIGHT
GIVING_BACK, BY_HAND = TroubleStatus.GIVING_BACK, TroubleStatus.BY_HAND
REACTIVATED, RETIRED = DeactivationOutcome.REACTIVATED, DeactivationOutcome.RETIRED
AN_HOUR = timedelta(hours=1)


async def given(records: Records, *deactivations: tuple[str, DeactivationOutcome | None], **of: str) -> None:
    """Deactivations of product P1, or of another one where `of` names it, in the order in which they came."""
    for place, (deactivation_id, outcome) in enumerate(deactivations):
        state = a_deactivation(
            an_order_of(of.get(deactivation_id, "P1"), deactivation_id, PERMANENT),
            phase=DeactivationPhase.RETIRING,
            outcome=outcome,
            ended_at=OPENED_AT + place * AN_HOUR,
        )
        await records.products.store(a_record(state))


async def test_a_product_is_known_with_the_deactivation_that_stands(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given(records, ("D1", REACTIVATED), ("D2", None))

    product = ProductFacts(product_id="P1", seller_id="S1", state=ON_SALE, deactivated_by="D2")
    assert await records.deactivations.product("P1") == product
    assert await records.deactivations.product("P404") is None


@pytest.mark.parametrize(
    ("deactivations", "latest"),
    [
        pytest.param([], None, id="never"),
        pytest.param([("D1", None)], "D1", id="one that stands"),
        pytest.param([("D1", REACTIVATED), ("D2", REACTIVATED)], "D2", id="the last to end"),
        pytest.param([("D9", REACTIVATED), ("D1", REACTIVATED)], "D1", id="whatever the ids are"),
        pytest.param([("D1", REACTIVATED), ("D2", REACTIVATED), ("D3", None)], "D3", id="what stands"),
    ],
)
async def test_the_latest_deactivation_is_the_one_that_stands_or_else_the_last(
    records: Records, deactivations: list[tuple[str, DeactivationOutcome | None]], latest: str | None
) -> None:
    await load(records.database, a_catalogue())
    await given(records, *deactivations, ("elsewhere", None), elsewhere="P2")

    view = await records.deactivations.latest("P1")

    assert (view.deactivation_id if view else None) == latest


async def test_the_last_to_end_is_the_latest_though_its_order_was_backdated(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given(records, ("D1", REACTIVATED))
    backdated = a_deactivation(
        an_order_of(deactivation_id="D2"),
        outcome=REACTIVATED,
        ordered_at=OPENED_AT - AN_HOUR,
        ended_at=OPENED_AT + AN_HOUR,
    )
    await records.products.store(a_record(backdated))

    view = await records.deactivations.latest("P1")

    assert view is not None
    assert view.deactivation_id == "D2"


async def test_a_deactivation_is_remembered_with_every_command_and_without_what_people_wrote(
    records: Records,
) -> None:
    await load(records.database, a_catalogue())
    state = a_deactivation()
    order = applied_to(state)
    second = order.model_copy(update={"command_id": "c2", "command": "make_permanent"})
    await records.products.store(a_record(state, applied=(order,)))
    await records.products.store(a_record(state, applied=(order, second)))

    remembered = await records.deactivations.stored("D1")

    without_bodies = tuple(one.model_copy(update={"body": None}) for one in (order, second))
    assert remembered == StoredDeactivation(state=state, applied=without_bodies)
    assert await records.deactivations.applied("P1", "c2") == second


async def test_a_deactivation_that_nobody_ordered_is_unknown_in_every_view(records: Records) -> None:
    assert await records.deactivations.latest("P1") is None
    assert await records.deactivations.stored("D404") is None
    assert await records.deactivations.applied("P404", "c1") is None
    assert await records.deactivations.journal("D404") is None
    assert await records.deactivations.progress("D404") is None
    assert await records.deactivations.failed_renewals("D404") == []


async def test_the_journal_shows_the_last_200_rejections_and_counts_the_others(records: Records) -> None:
    await load(records.database, a_catalogue())
    rejections = tuple(
        Rejection(at=OPENED_AT, message="revoke", code="nothing_to_revoke", sha256=f"{number:064d}")
        for number in range(203)
    )
    record = a_record(
        events=(went_offline(),), rejections=rejections, rejections_dropped={"invalid_message": 7}
    )

    await records.products.store(record)

    journal = await records.deactivations.journal("D1")
    assert journal is not None
    assert (journal.product_id, journal.events) == ("P1", (went_offline(),))
    assert journal.rejections == rejections[3:]
    assert journal.rejections_dropped == {"nothing_to_revoke": 3, "invalid_message": 7}


async def test_progress_is_counted_up_to_the_last_page_that_was_kept(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given(records, ("D1", None))
    troubles = {"L1": FAILED, "L2": IN_FLIGHT, "L3": GIVING_BACK, "L4": BY_HAND}
    await given_cascade(records.database, troubles, cancelled=40)
    await given_walk(records.database, 1, per_second=4.0, updated_at=OPENED_AT)
    await given_walk(records.database, 2, per_second=1.8, updated_at=OPENED_AT + AN_HOUR)

    assert await records.deactivations.progress("D1") == CascadeProgress(
        total=100,
        done=40,
        left=58,
        failed=1,
        in_flight=1,
        giving_back=1,
        by_hand=1,
        opted_out=7,
        per_second=5.8,
        estimated_end_at=OPENED_AT + AN_HOUR + timedelta(seconds=10),
        as_of=OPENED_AT + AN_HOUR,
    )


async def test_the_pace_is_that_of_the_walks_of_the_last_round_that_go_on(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given(records, ("D1", None))
    await given_cascade(records.database, {})
    await given_walk(records.database, 1, round_=1, per_second=100.0)
    await given_walk(records.database, 1, round_=2, per_second=30.0, finished=True)
    await given_walk(records.database, 2, round_=2, per_second=20.0)
    await given_walk(records.database, 3, round_=2)

    progress = await records.deactivations.progress("D1")

    assert progress is not None
    assert progress.per_second == 20.0


async def test_before_its_first_page_a_cascade_knows_only_its_size(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given(records, ("D1", None))
    await given_cascade(records.database, {})

    assert await records.deactivations.progress("D1") == CascadeProgress(total=100, left=100, opted_out=7)


@pytest.mark.parametrize(
    ("phase", "outcome", "is_over"),
    [
        pytest.param(DeactivationPhase.RETIRING, None, False, id="under way"),
        pytest.param(DeactivationPhase.RENEWALS_FAILED, None, True, id="waits for the operator"),
        pytest.param(DeactivationPhase.ENDED, RETIRED, True, id="ended"),
    ],
)
async def test_a_cascade_is_over_when_nothing_goes_on_by_itself(
    records: Records, phase: DeactivationPhase, outcome: DeactivationOutcome | None, *, is_over: bool
) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(a_deactivation(phase=phase, outcome=outcome)))
    await given_cascade(records.database, {"L1": FAILED}, cancelled=97)

    progress = await records.deactivations.progress("D1")

    assert progress is not None
    assert (progress.is_over, progress.left) == (is_over, 0 if is_over else 2)


async def test_every_renewal_that_needs_people_is_listed_by_licence(records: Records) -> None:
    await load(records.database, a_catalogue())
    await given_cascade(records.database, {"L3": FAILED, "L1": BY_HAND, "L2": IN_FLIGHT})
    await given_cascade(records.database, {"L9": FAILED}, deactivation_id="D2")

    assert await records.deactivations.failed_renewals("D1") == [
        FailedRenewal(licence_id="L1", code="account_closed", can_be_retried=False),
        FailedRenewal(licence_id="L3", code="account_closed", can_be_retried=True),
    ]


async def test_all_that_failed_are_listed_however_many_they_are(records: Records) -> None:
    await load(records.database, a_catalogue())
    troubles = {f"L{number:03d}": FAILED for number in range(LISTED + 1)}
    await given_cascade(records.database, troubles)

    listed = await records.deactivations.failed_renewals("D1")

    assert [one.licence_id for one in listed] == sorted(troubles)


async def test_products_wait_for_a_payment_while_a_charge_is_to_be_given_back(records: Records) -> None:
    await load(records.database, a_catalogue(products=("P1", "P2", "P3")))
    await load(records.database, a_catalogue(products=("Q1",), seller_id="S2"))
    await given(records, ("D0", REACTIVATED))
    await given(records, ("D1", None), ("D2", None), ("D3", RETIRED), ("D4", None), D2="P2", D3="P3", D4="Q1")
    await given_cascade(records.database, {"L0": GIVING_BACK}, deactivation_id="D0")
    await given_cascade(records.database, {"L1": GIVING_BACK, "L2": GIVING_BACK}, deactivation_id="D1")
    await given_cascade(
        records.database, {"L3": IN_FLIGHT, "L4": BY_HAND, "L5": FAILED}, deactivation_id="D2"
    )
    await given_cascade(records.database, {"L6": GIVING_BACK}, deactivation_id="D3")
    await given_cascade(records.database, {"L7": GIVING_BACK}, deactivation_id="D4")

    assert await records.deactivations.waiting_for_payment("S1") == ["P1"]
    assert await records.deactivations.waiting_for_payment(None) == ["P1", "Q1"]
