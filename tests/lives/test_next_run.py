"""A life whose history grows long goes on in a new run, and nothing is lost on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from business_care.events import Event, Rejection
from business_care.listing import PaymentState
from business_care.people import Actor, Role
from business_care.refund import RefundStatus
from business_care.request import CareRequestOpening
from business_care.state import AcknowledgementStatus, Outcome
from business_care.turn import Step
from business_care.views import AppliedCommand, CareStateName, CommandAnswer
from tests.lives.catalogue import Bought
from tests.lives.living import PATIENCE_SECONDS, LivingRequest
from tests.lives.world import A_MOMENT, ACKNOWLEDGE_BY, GRACE, MONDAY, RESOLVE_BY, World
from workflows.life import Life

EARLY = (
    "limit.historyCount.suggestContinueAsNew=40",
    # Else the server holds the next run back for a second when the last one was short.
    'history.workflowIdReuseMinimalInterval="0s"',
)


@pytest.fixture(scope="module")
async def short_runs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world in which a history of 40 events is called long."""
    folder = tmp_path_factory.mktemp("runs")
    async with World.begun(folder, dynamic_config=EARLY) as begun, begun.working():
        yield begun


async def asked_again_and_again(request: LivingRequest, times: int = 6) -> None:
    for number in range(times):
        await request.update("ask_customer", question=f"Question {number}", command_id=f"ask-{number}")


async def runs_of(request: LivingRequest) -> int:
    """The number of runs so far."""
    handle, runs = request.handle, 1
    run_id = request.handle.first_execution_run_id
    while True:
        one = request.server.client.get_workflow_handle(handle.id, run_id=run_id)
        events = (await one.fetch_history()).events
        last = events[-1]
        if last.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
            return runs
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
        runs += 1


async def until_next_run(request: LivingRequest) -> None:
    """Wait until it goes on in another run, which it does once nothing is under way."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await runs_of(request) < 2:  # noqa: ASYNC110 -- nothing tells us
            await asyncio.sleep(0.02)


async def test_a_long_life_goes_on_in_a_new_run_with_all_it_knew(short_runs: World) -> None:
    request = await short_runs.opens()
    await asked_again_and_again(request)

    await until_next_run(request)
    view, journal = await request.view(), await request.journal()

    assert (view.acknowledgement.due, view.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)
    assert view.acknowledgement.status == "met"
    assert [event.name for event in journal.events] == ["opened"] + ["ask_customer"] * 6
    assert [event.seq for event in journal.events] == list(range(1, 8))


async def test_a_command_of_an_earlier_run_is_known_again(short_runs: World) -> None:
    request = await short_runs.opens()
    await asked_again_and_again(request)
    said = request.body("ask_customer", question="Question 0", command_id="ask-0")

    answer = await request.update_as_is("ask_customer", said)

    assert answer.duplicate is True
    assert await request.refusal_as_is("ask_customer", said | {"question": "Other"}) == "command_id_reused"


async def test_a_deadline_is_kept_across_runs(short_runs: World) -> None:
    licence = await short_runs.licence()
    request = await short_runs.opens_on(licence)
    await asked_again_and_again(request)

    await request.reaches(RESOLVE_BY + GRACE + A_MOMENT)

    ended = await request.ends()
    assert ended.refund is not None
    assert (ended.outcome, ended.refund.cause) == ("refunded", "resolution_missed")
    kept = await short_runs.records.directory.journal(request.id)
    assert kept is not None
    assert kept.events == (await request.journal()).events
    assert await short_runs.records.directory.opening(request.id) == request.opening


async def test_a_rejection_of_an_earlier_run_stays_in_the_journal(short_runs: World) -> None:
    request = await short_runs.opens()
    await request.signal("confirm_fix")
    await request.until_rejected(1)

    await asked_again_and_again(request)

    await until_next_run(request)
    assert [rejection.code for rejection in (await request.journal()).rejections] == ["wrong_state"]


async def test_a_refund_that_waits_for_its_settlement_goes_on_in_a_new_run(short_runs: World) -> None:
    licence = await short_runs.licence(Bought(pays=["pending"]))
    request = await short_runs.opens_on(licence)
    await asked_again_and_again(request, times=3)
    await request.update("order_refund", reason="Promised on the phone")
    await request.until(lambda view: view.next_wake_at is not None)
    await until_next_run(request)

    await request.reaches(MONDAY + timedelta(days=2))

    assert (await request.ends()).outcome == "refunded"
    sent = await short_runs.refund_of(licence)
    assert sent is not None
    assert sent.attempts == 1


async def test_a_stopped_payment_is_looked_at_run_after_run_and_paid_once(short_runs: World) -> None:
    licence = await short_runs.licence()
    request = await short_runs.opens_on(licence)
    await short_runs.payments(PaymentState.STOPPED, licence.seller_id)
    await request.update("order_refund", reason="Promised on the phone")
    await request.reaches(MONDAY + timedelta(hours=10))
    waiting = await request.view()

    await short_runs.payments(PaymentState.RESUMED, licence.seller_id)
    await request.reaches(MONDAY + timedelta(hours=11, minutes=5))

    assert waiting.state == "refund_due"
    assert await runs_of(request) > 1
    assert (await request.ends()).outcome == "refunded"
    sent = await short_runs.refund_of(licence)
    assert sent is not None
    assert sent.attempts == 1


async def test_an_unknown_licence_is_looked_up_run_after_run(short_runs: World) -> None:
    licence = await short_runs.licence(known=False)
    request = await short_runs.opens_on(licence)
    await request.reaches(MONDAY + timedelta(hours=12))

    await short_runs.learns_of(licence)
    await request.reaches(MONDAY + timedelta(hours=13, minutes=5))

    assert await runs_of(request) > 1
    assert (await request.view()).acknowledgement.due == ACKNOWLEDGE_BY
    assert (await request.notices()).count("licence_unknown to operator") == 1


async def test_no_run_ends_before_its_handlers_have_answered(short_runs: World) -> None:
    """Temporal's warning about unfinished handlers is an error in these tests; here many run at once."""
    request = await short_runs.opens()

    answers = await asyncio.gather(
        *(request.update("ask_customer", question=f"Question {number}") for number in range(25)),
        *(request.signal("ask_customer", question=f"Signal {number}") for number in range(25)),
    )

    assert len([answer for answer in answers if answer is not None]) == 25
    await request.update("withdraw", reason="Too many questions")
    ended = await request.ends()
    assert ended.outcome == "withdrawn"
    assert (await request.events()).count("ask_customer") == 50


def test_a_journal_filled_to_the_brim_fits_into_the_next_start() -> None:
    longest = "x" * 128
    by = Actor(role=Role.AGENT, id=longest, seller_id=longest)
    life = Life.begun(CareRequestOpening(request_id=longest, licence_id=longest, opened_at=MONDAY))
    for number in range(2_000):
        event = Event(
            seq=number,
            at=MONDAY,
            name="acknowledgement_missed",
            rule="R24",
            by=by,
            command_id=longest,
            occurred_at=MONDAY,
            detail={"previous": MONDAY.isoformat(), "due": MONDAY.isoformat(), "cause": "early_reopening"},
        )
        life.take(Step(state=life.state, events=(event,)))
        life.journal.add_applied(applied(f"{number:0128}", by))
        life.journal.reject(
            Rejection(at=MONDAY, message="x" * 40, code="occurred_at_out_of_range", sha256="f" * 64)
        )

    assert life.can_be_carried


def applied(command_id: str, by: Actor) -> AppliedCommand:
    answer = CommandAnswer(
        command="withdraw_refusal",
        command_id=command_id,
        decided_at=MONDAY,
        state=CareStateName.AWAITING_ACKNOWLEDGEMENT,
        acknowledgement=AcknowledgementStatus.MET_LATE,
        acknowledge_by=MONDAY,
        resolve_by=MONDAY,
        refund=RefundStatus.NOTHING_TO_PAY,
        outcome=Outcome.CLOSED_BY_OPERATOR,
    )
    return AppliedCommand(
        command_id=command_id, command="withdraw_refusal", sha256="f" * 64, by=by, answer=answer
    )
