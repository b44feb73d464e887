"""The gateway lists the requests of the records, the next deadline first."""

from datetime import timedelta

import pytest

from adapters.records.opened import Records
from business_care.applied import MAX_APPLIED
from business_care.listing import RequestFilter
from business_care.refund import RefundStatus
from business_care.state import Outcome, WindowKind
from business_care.views import CareStateName, WindowView
from tests.adapters.care_world import (
    OPENED_AT,
    a_plan_record,
    a_refund_view,
    a_step,
    a_view,
    an_applied_command,
    an_opening,
)

TOMORROW = OPENED_AT + timedelta(days=1)


async def store_some(records: Records) -> None:
    for view in (
        a_view("R-later", next_due_at=TOMORROW + timedelta(hours=1)),
        a_view("R-closed", state=CareStateName.CLOSED, outcome=Outcome.RESOLVED),
        a_view("R-first", next_due_at=TOMORROW, breached=True),
        a_view("R-other", seller_id="S2", next_due_at=TOMORROW + timedelta(days=5)),
        a_view("R-refund", state=CareStateName.REFUND_DUE),
    ):
        await records.care.store(a_step(view))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(
            RequestFilter(), ["R-first", "R-later", "R-other", "R-closed", "R-refund"], id="all, undated last"
        ),
        pytest.param(RequestFilter(seller_id="S2"), ["R-other"], id="of a seller"),
        pytest.param(RequestFilter(product_id="P2"), [], id="of a product without requests"),
        pytest.param(RequestFilter(state=CareStateName.REFUND_DUE), ["R-refund"], id="in a state"),
        pytest.param(
            RequestFilter(open_only=True), ["R-first", "R-later", "R-other", "R-refund"], id="open ones"
        ),
        pytest.param(RequestFilter(breached_only=True), ["R-first"], id="breached ones"),
        pytest.param(
            RequestFilter(due_before=TOMORROW + timedelta(hours=1)), ["R-first"], id="due before an instant"
        ),
        pytest.param(RequestFilter(limit=2), ["R-first", "R-later"], id="the first two"),
    ],
)
async def test_a_list_shows_what_was_asked_for(
    records: Records, wanted: RequestFilter, found: list[str]
) -> None:
    await store_some(records)

    views = await records.directory.list_requests(wanted)

    assert [view.request_id for view in views] == found


@pytest.mark.parametrize(
    ("after_the_deadline", "waiting"),
    [
        pytest.param(timedelta(seconds=-1), 0, id="before it"),
        pytest.param(timedelta(), 1, id="at it: the first deadline"),
        pytest.param(timedelta(minutes=15), 2, id="after the grace: the second one too"),
        pytest.param(timedelta(days=2), 0, id="long after it: that is an operator's matter"),
    ],
)
async def test_deadlines_that_have_ended_wait_to_be_kept(
    records: Records, after_the_deadline: timedelta, waiting: int
) -> None:
    first, second = CareStateName.AWAITING_ACKNOWLEDGEMENT, CareStateName.IN_PROGRESS
    await records.care.store(a_step(a_view("R1", state=first, next_due_at=TOMORROW)))
    await records.care.store(a_step(a_view("R2", state=second, next_due_at=TOMORROW)))

    found = await records.directory.deadlines_waiting(TOMORROW + after_the_deadline, at_most=20)

    assert found == waiting


async def test_deadlines_that_wait_are_counted_no_further_than_asked(records: Records) -> None:
    for number in range(3):
        view = a_view(f"R{number}", state=CareStateName.AWAITING_ACKNOWLEDGEMENT, next_due_at=TOMORROW)
        await records.care.store(a_step(view))

    assert await records.directory.deadlines_waiting(TOMORROW, at_most=2) == 2


@pytest.mark.parametrize(
    ("state", "due_since", "waiting"),
    [
        pytest.param(CareStateName.REFUND_DUE, timedelta(), 2, id="due, and not asked for"),
        pytest.param(CareStateName.REFUND_DUE, timedelta(seconds=1), 0, id="due for longer"),
        pytest.param(CareStateName.REFUND_PENDING, timedelta(), 0, id="asked for"),
        pytest.param(CareStateName.REFUND_MANUAL, timedelta(), 0, id="an operator's matter"),
    ],
)
async def test_refunds_that_are_due_wait_to_be_asked_for(
    records: Records, state: CareStateName, due_since: timedelta, waiting: int
) -> None:
    for number in range(3):
        refund = a_refund_view(RefundStatus.DUE).model_copy(update={"due_at": TOMORROW})
        await records.care.store(a_step(a_view(f"R{number}", state=state, refund=refund)))

    assert await records.directory.refunds_waiting(TOMORROW + due_since, at_most=2) == waiting


async def test_a_request_that_nobody_opened_is_unknown_in_every_view(records: Records) -> None:
    assert await records.directory.view("R404") is None
    assert await records.directory.deadlines("R404") is None
    assert await records.directory.journal("R404") is None
    assert await records.directory.applied("R404", "c1") is None
    assert await records.directory.opening("R404") is None


async def test_the_first_opening_stays(records: Records) -> None:
    await records.care.store(a_step(opening=an_opening()))
    await records.care.store(a_step(opening=an_opening("L2")))

    assert await records.directory.opening("R1") == an_opening()


async def test_an_open_window_is_explained_by_its_own_plan(records: Records) -> None:
    plan = a_plan_record(clock=WindowKind.VERIFICATION)
    view = a_view()
    window = WindowView(kind=WindowKind.VERIFICATION, opened_at=OPENED_AT, due=plan.due)
    verifying = view.model_copy(update={"resolution": view.resolution.model_copy(update={"window": window})})

    await records.care.store(a_step(verifying, plans=(plan,)))

    deadlines = await records.directory.deadlines("R1")
    assert deadlines is not None
    assert deadlines.window is not None
    assert deadlines.window.plan == plan.plan
    assert deadlines.resolution is None


async def test_a_command_is_forgotten_once_as_many_others_were_taken_as_a_request_remembers(
    records: Records,
) -> None:
    taken = tuple(an_applied_command(f"c{number}") for number in range(MAX_APPLIED + 1))
    for request_id in ("R1", "R2"):
        await records.care.store(a_step(a_view(request_id), applied=taken[:MAX_APPLIED]))
    assert await records.directory.forgotten("R1", "c0") is None

    await records.care.store(a_step(applied=taken[MAX_APPLIED:]))

    assert await records.directory.forgotten("R1", "c0") == taken[0]
    assert await records.directory.forgotten("R1", "c1") is None
    assert await records.directory.forgotten("R2", "c0") is None
    assert await records.directory.forgotten("R1", "c404") is None
