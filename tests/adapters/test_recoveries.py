"""A refund that failed late: its success is taken back once, and no program pays it again (R41, R42)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.payments.once import OncePayments
from adapters.payments.reconciling import reconcile
from adapters.payments.simulated import SimulatedProvider
from adapters.records.book_tables import BOOKINGS
from adapters.records.opened import OperatorDesk, Records
from adapters.records.seed import load
from business_care.commands import RecordRefund
from business_care.notices import Notice
from business_care.recovery.judgement import judge
from business_care.recovery.moves import recovery_begun
from business_care.recovery.state import LateFailure, RecoveryState
from business_care.recovery.turn import RecoveryStep
from business_care.recovery.views import RecoveryRecord
from business_care.refund import RefundAnswerKind, RefundStatus
from business_care.views import CareStateName
from tests.adapters.care_world import (
    OPENED_AT,
    OPERATOR,
    a_file,
    a_licence,
    a_refund_view,
    a_step,
    a_view,
    an_order,
    behaving,
)

WEEKS_LATER = OPENED_AT + timedelta(days=20)
BEFORE = a_file(licences=(a_licence(), a_licence("L2")))


@pytest.fixture
async def payments(records: Records) -> OncePayments:
    await load(records.database, BEFORE)
    await load(records.database, behaving("succeeded_then_failed"))
    return OncePayments(records.database, SimulatedProvider(records.database))


@pytest.fixture
async def failure(payments: OncePayments) -> LateFailure:
    """What the provider tells weeks after it has paid."""
    answer = await payments.pay_back(an_order(), OPENED_AT)
    assert answer.kind is RefundAnswerKind.SUCCEEDED
    return LateFailure(
        licence_id="L1",
        purpose="purchase_price",
        reference=answer.reference,
        reason="account_closed",
        failed_at=WEEKS_LATER,
    )


def changed(failure: LateFailure, **changes: str | None) -> LateFailure:
    return failure.model_copy(update=changes)


def stored(step: RecoveryStep) -> RecoveryRecord:
    return RecoveryRecord(
        workflow_id="refund-recovery-L1-1",
        run_id="run-1",
        state=step.state,
        events=step.events,
        notices=step.notices,
    )


async def begun(records: Records, failure: LateFailure) -> RecoveryStep:
    start = await records.recoveries.begin(failure, WEEKS_LATER)
    assert start is not None
    return recovery_begun(RecoveryState(start=start), WEEKS_LATER)


def recorded(step: RecoveryStep) -> RecoveryStep:
    command = RecordRefund(command_id="c1", by=OPERATOR, reference="SEPA 77")
    outcome = judge(step.state, command, WEEKS_LATER, {})
    assert isinstance(outcome, RecoveryStep)
    return outcome


async def told(records: Records) -> Sequence[Notice]:
    return [queued.notice for queued in await records.notices(OperatorDesk()).undelivered(100)]


async def test_a_refund_that_was_paid_and_failed_is_owed_by_hand(
    records: Records, failure: LateFailure
) -> None:
    start = await records.recoveries.begin(failure, WEEKS_LATER)

    assert start is not None
    assert (start.recovery_id, start.request_id, start.seller_id, start.customer_id) == (
        "L1-1",
        "R1",
        "S1",
        "customer-of-L1",
    )
    assert (start.money.amount, start.money.currency, start.reason) == (12_900, "EUR", "account_closed")
    assert [view.recovery_id for view in await records.recoveries.all(open_only=True)] == ["L1-1"]


async def test_the_operator_is_told_in_the_same_step(records: Records, failure: LateFailure) -> None:
    await records.recoveries.begin(failure, WEEKS_LATER)

    assert [(notice.kind, notice.to.role) for notice in await told(records)] == [
        ("refund_manual", "operator")
    ]


@pytest.mark.parametrize(
    "as_told",
    [
        pytest.param({}, id="as before"),
        pytest.param({"reference": None, "reason": None}, id="without reference"),
    ],
)
async def test_told_again_it_is_the_same_recovery(
    records: Records, failure: LateFailure, as_told: dict[str, str | None]
) -> None:
    first = await records.recoveries.begin(failure, WEEKS_LATER)

    assert await records.recoveries.begin(changed(failure, **as_told), WEEKS_LATER) == first
    assert len(await told(records)) == 1


async def test_told_by_many_at_once_it_is_one_recovery(records: Records, failure: LateFailure) -> None:
    starts = await asyncio.gather(*(records.recoveries.begin(failure, WEEKS_LATER) for _ in range(8)))

    assert {start.recovery_id for start in starts if start} == {"L1-1"}
    assert len(await records.recoveries.of_licence("L1")) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"licence_id": "L2"}, id="of a licence never refunded"),
        pytest.param({"purpose": "renewal:c1"}, id="for another purpose"),
        pytest.param({"reference": "re_of_others"}, id="of a refund not ours"),
    ],
)
async def test_where_nothing_of_ours_was_paid_there_is_nothing_to_recover(
    records: Records, failure: LateFailure, other: dict[str, str | None]
) -> None:
    assert await records.recoveries.begin(changed(failure, **other), WEEKS_LATER) is None
    assert await records.recoveries.all(open_only=False) == []


async def test_a_refund_that_fails_while_its_request_waits_is_the_request_s_own_task(
    records: Records, payments: OncePayments, failure: LateFailure
) -> None:
    await load(records.database, behaving("pending_then_failed", licence_id="L2"))
    pending = await payments.pay_back(an_order("L2", request_id="R2"), OPENED_AT)

    of_l2 = changed(failure, licence_id="L2", reference=pending.reference)
    assert await records.recoveries.begin(of_l2, WEEKS_LATER) is None


async def test_a_refund_that_an_operator_paid_by_hand_can_not_fail(
    records: Records, payments: OncePayments
) -> None:
    by_hand = a_refund_view(RefundStatus.MANUAL, None)
    await records.care.store(a_step(a_view(state=CareStateName.REFUND_MANUAL, refund=by_hand)))
    paid = a_refund_view(RefundStatus.SUCCEEDED, "SEPA 1").model_copy(update={"manual_reason": "refused"})
    await records.care.store(a_step(a_view(seq=2, refund=paid)))

    told = LateFailure(licence_id="L1", purpose="purchase_price", failed_at=WEEKS_LATER)
    assert await records.recoveries.begin(told, WEEKS_LATER) is None


async def test_until_it_is_paid_by_hand_a_later_request_waits_and_then_it_counts_as_refunded(
    records: Records, payments: OncePayments, failure: LateFailure
) -> None:
    another = an_order(request_id="R2")
    step = await begun(records, failure)

    waiting = await payments.pay_back(another, WEEKS_LATER)
    await records.recoveries.store(stored(recorded(step)))
    settled = await payments.pay_back(another, WEEKS_LATER)

    assert waiting.kind is RefundAnswerKind.PENDING
    assert (settled.kind, settled.reference) == (RefundAnswerKind.SUCCEEDED, "SEPA 77")
    assert [refund.attempts for refund in await records.report.refunds()] == [1]


async def test_a_step_of_the_closed_request_that_comes_late_does_not_bring_the_success_back(
    records: Records, payments: OncePayments, failure: LateFailure
) -> None:
    await begun(records, failure)

    await records.care.store(a_step(a_view(refund=a_refund_view(RefundStatus.SUCCEEDED, failure.reference))))

    answer = await payments.pay_back(an_order(request_id="R2"), WEEKS_LATER)
    assert answer.kind is RefundAnswerKind.PENDING


async def test_a_step_stored_twice_is_there_once(records: Records, failure: LateFailure) -> None:
    step = recorded(await begun(records, failure))
    await records.recoveries.store(stored(step))
    await records.recoveries.store(stored(step))

    journal = await records.recoveries.journal("L1-1")
    assert journal is not None
    assert [event.name for event in journal.events] == ["refund_failed_late", "record_refund"]
    assert [notice.kind for notice in await told(records)] == ["refund_manual", "refund_paid", "refund_paid"]


async def test_an_older_step_that_comes_late_does_not_undo_the_recording(
    records: Records, failure: LateFailure
) -> None:
    step = await begun(records, failure)
    await records.recoveries.store(stored(recorded(step)))

    await records.recoveries.store(stored(step))

    view = await records.recoveries.view("L1-1")
    assert view is not None
    assert (view.state, view.reference) == ("recorded", "SEPA 77")
    assert await records.recoveries.all(open_only=True) == []


async def test_the_customer_is_written_to_about_the_licence_and_the_operator_at_the_desk(
    records: Records, failure: LateFailure
) -> None:
    await records.recoveries.store(stored(recorded(await begun(records, failure))))

    queued = await records.notices(OperatorDesk(address="desk@market.example")).undelivered(100)

    assert [(one.notice.kind, one.address) for one in queued] == [
        ("refund_manual", "desk@market.example"),
        ("refund_paid", "L1@customer.example"),
        ("refund_paid", "S1@studio.example"),
    ]


async def test_the_books_show_what_came_back_and_what_was_paid_by_hand(
    records: Records, payments: OncePayments, failure: LateFailure
) -> None:
    step = await begun(records, failure)
    returned = await reconcile(records.database, SimulatedProvider(records.database), WEEKS_LATER)
    await records.recoveries.store(stored(recorded(step)))
    paid = await reconcile(records.database, SimulatedProvider(records.database), WEEKS_LATER)

    assert returned.is_equal
    assert paid.is_equal
    async with records.database.reading() as connection:
        kinds = list(await connection.scalars(select(BOOKINGS.c.kind).order_by(BOOKINGS.c.position)))
    assert kinds == ["paid_by_provider", "returned_by_provider", "paid_by_hand"]


async def test_requests_that_wait_are_told_first_who_asked_first(
    records: Records, payments: OncePayments
) -> None:
    for request_id in ("R2", "R1", "R3"):
        await records.care.store(a_step(a_view(request_id, state=CareStateName.REFUND_PENDING)))
    await payments.pay_back(an_order(request_id="R3"), OPENED_AT)

    assert await records.directory.waiting_for_settlement("L1") == ["R3", "R1", "R2"]
    assert await records.directory.waiting_for_settlement("L2") == []


async def test_a_payment_names_the_open_requests_on_the_licences_that_it_bought(
    records: Records, payments: OncePayments
) -> None:
    for request_id, licence_id in (("R1", "L1"), ("R2", "L2")):
        await records.care.store(a_step(a_view(request_id, licence_id=licence_id)))

    assert await records.directory.paid_with("pay-L2") == ["R2"]
