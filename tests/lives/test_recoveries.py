"""A refund that failed late waits for the operator, and nothing a sender does stops it (R28, R42)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from business_care.recovery.state import RecoveryStart
from business_care.recovery.views import RecoveryView
from tests.lives.poison import POISONS
from tests.lives.recovering import FAILED_AT, FIRST_REMINDER, LivingRecovery
from tests.lives.world import A_MOMENT, World
from workflows.names import REFUND_RECOVERY, TASK_QUEUE


async def test_the_operator_is_told_once_and_reminded_every_five_business_days(world: World) -> None:
    recovery = await LivingRecovery.begun(world)
    waiting = await recovery.view()

    await recovery.reaches(FIRST_REMINDER + A_MOMENT)

    assert (waiting.state, waiting.next_reminder_at) == ("manual", FIRST_REMINDER)
    assert await recovery.notices() == ["refund_manual to operator", "operator_reminder to operator"]
    assert await recovery.recorded_events() == ["refund_failed_late", "reminder"]


async def test_the_recorded_payment_ends_it_and_both_parties_are_told(world: World) -> None:
    recovery = await LivingRecovery.begun(world)

    answer = await recovery.record(amount=12_900, currency="EUR", paid_at=FAILED_AT)
    ended = await recovery.ends()

    assert (answer.state, answer.duplicate) == ("recorded", False)
    assert (ended.state, ended.reference, ended.paid_at) == ("recorded", "SEPA 77", FAILED_AT)
    assert await recovery.notices() == [
        "refund_manual to operator",
        "refund_paid to customer",
        "refund_paid to seller",
    ]
    assert await world.records.recoveries.view(recovery.start.recovery_id) == ended


async def test_a_payment_that_breaks_a_rule_leaves_it_waiting(world: World) -> None:
    recovery = await LivingRecovery.begun(world)

    codes = [
        await recovery.refusal(recovery.body(amount=99_999)),
        await recovery.refusal(recovery.body(currency="USD")),
        await recovery.refusal(recovery.body(reference=None)),
        await recovery.refusal({}),
    ]

    assert codes == ["amount_out_of_range", "currency_mismatch", "reference_required", "invalid_message"]
    assert (await recovery.view()).state == "manual"
    assert (await recovery.record()).state == "recorded"


async def test_a_signal_records_the_payment_too(world: World) -> None:
    recovery = await LivingRecovery.begun(world)

    await recovery.handle.signal("record_refund", recovery.body())

    assert (await recovery.ends()).state == "recorded"


@pytest.fixture(scope="module")
async def target(world: World) -> LivingRecovery:
    """One recovery that takes all of it."""
    return await LivingRecovery.begun(world)


@pytest.mark.parametrize("arguments", POISONS)
async def test_an_unreadable_signal_stands_in_the_journal(
    target: LivingRecovery, arguments: Sequence[object]
) -> None:
    before = len((await target.journal()).rejections)

    await target.handle.signal("record_refund", args=arguments)

    journal = await target.until_journal(lambda journal: len(journal.rejections) > before)
    assert journal.rejections[-1].code == "invalid_message"
    assert (await target.view()).state == "manual"


async def test_a_message_of_another_workflow_is_refused(target: LivingRecovery) -> None:
    before = len((await target.journal()).rejections)

    await target.handle.signal("acknowledge", target.body())

    journal = await target.until_journal(lambda journal: len(journal.rejections) > before)
    assert (journal.rejections[-1].message, journal.rejections[-1].code) == ("acknowledge", "invalid_message")


async def test_a_run_that_was_terminated_goes_on_from_the_records_and_tells_nobody_twice(
    world: World,
) -> None:
    recovery = await LivingRecovery.begun(world)
    await recovery.reaches(FIRST_REMINDER + A_MOMENT)
    await recovery.handle.terminate("by hand")

    again = await LivingRecovery.started(world, recovery.start)
    await again.record(occurred_at=FAILED_AT + timedelta(seconds=30))

    assert (await again.ends()).state == "recorded"
    assert sorted(await again.notices()) == [
        "operator_reminder to operator",
        "refund_manual to operator",
        "refund_paid to customer",
        "refund_paid to seller",
    ]
    assert await again.recorded_events() == ["refund_failed_late", "reminder", "record_refund"]


async def test_a_start_that_can_not_be_read_fails_so_that_a_corrected_one_works(world: World) -> None:
    recovery = await LivingRecovery.begun(world)
    under_another_id = await world.server.client.start_workflow(
        REFUND_RECOVERY,
        recovery.start,
        id="refund-recovery-of-nobody",
        task_queue=TASK_QUEUE,
        result_type=RecoveryView,
    )

    with pytest.raises(WorkflowFailureError) as failed:
        await under_another_id.result()

    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "invalid_message"


async def test_one_that_no_records_know_tells_the_operator_by_itself(world: World) -> None:
    known = (await LivingRecovery.begun(world)).start
    unknown = RecoveryStart.model_validate(
        {**dict(known), "licence_id": f"{known.licence_id}-elsewhere", "request_id": "R-elsewhere"}
    )

    recovery = await LivingRecovery.started(world, unknown)
    await recovery.record(occurred_at=FAILED_AT + timedelta(seconds=30))

    assert (await recovery.ends()).state == "recorded"
    assert (await recovery.notices())[0] == "refund_manual to operator"
