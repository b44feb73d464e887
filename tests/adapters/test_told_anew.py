"""A task of a deactivation or a recovery that died with its worker is recorded as it was done last (R63)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.book_tables import BOOKINGS
from adapters.records.opened import OperatorDesk, Records
from adapters.records.seed import load
from business_care.commands import RecordRefund
from business_care.deactivation.views import AppliedToDeactivation, DeactivationRecord
from business_care.deactivation.words import DeactivationOutcome, SaleState
from business_care.errors import ErrorCode, RuleViolation
from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.recovery.judgement import judge
from business_care.recovery.moves import recovery_begun
from business_care.recovery.state import LateFailure, RecoveryState
from business_care.recovery.turn import RecoveryStep
from business_care.recovery.views import AppliedToRecovery, RecoveryRecord, answer
from tests.adapters.care_world import OPENED_AT, OPERATOR, a_file, a_licence, an_event, an_order, behaving
from tests.adapters.product_world import (
    OFFLINE,
    ON_SALE,
    RETIRED,
    a_bundle,
    a_catalogue,
    a_deactivation,
    a_record,
    an_order_of,
    applied_to,
    told_seller,
    went_offline,
)

LATER = OPENED_AT + timedelta(seconds=20)
FAILED_AT = OPENED_AT + timedelta(days=20)


def event(seq: int, name: str, command_id: str | None = None, *, later: bool = False) -> Event:
    at = LATER if later else OPENED_AT
    return an_event(seq, name).model_copy(update={"at": at, "command_id": command_id})


def applied(command_id: str) -> AppliedToDeactivation:
    return applied_to(a_deactivation()).model_copy(update={"command_id": command_id})


def reactivated(key: str = "2-0-reactivated") -> DeactivationRecord:
    """What a task told that died with its worker: the seller had brought the product back."""
    return a_record(
        a_deactivation(seq=3, outcome=DeactivationOutcome.REACTIVATED),
        events=(event(2, "reactivated", "c1"), event(3, "ended")),
        applied=(applied("c1"),),
        notices=(told_seller(key=key),),
    )


def made_permanent(*notices: Notice, run_id: str = "run-1") -> DeactivationRecord:
    """What the run told when it did the task again: it had been made permanent first."""
    return a_record(
        a_deactivation(seq=2),
        run_id=run_id,
        events=(event(2, "made_permanent", "c2", later=True),),
        applied=(applied("c2"),),
        notices=notices,
    )


async def given_a_lost_reactivation(records: Records) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(events=(went_offline(1),), notices=(told_seller(),)))
    await records.products.store(reactivated())


async def names(records: Records) -> list[str]:
    journal = await records.deactivations.journal("D1")
    assert journal is not None
    return [str(entry.name) for entry in journal.events]


async def told(records: Records) -> list[str]:
    return [queued.notice.key for queued in await records.notices(OperatorDesk()).undelivered(100)]


async def all_are_read(records: Records) -> None:
    queue = records.notices(OperatorDesk())
    for queued in await queue.undelivered(100):
        await queue.mark_delivered(queued.notice_id, OPENED_AT)


async def test_a_deactivation_that_goes_another_way_is_recorded_as_it_went(records: Records) -> None:
    await given_a_lost_reactivation(records)
    anew = made_permanent(told_seller(key="2-0-made_permanent"))

    await records.products.store(anew)

    assert await records.deactivations.latest("P1") == anew.view
    assert await names(records) == ["offline", "made_permanent"]
    assert await records.deactivations.applied("P1", "c1") is None
    assert await records.deactivations.applied("P1", "c2") == applied("c2")
    assert await told(records) == ["1-0-deactivated", "2-0-made_permanent"]


async def test_a_product_whose_return_never_happened_cannot_be_switched_off_by_another_order(
    records: Records,
) -> None:
    await given_a_lost_reactivation(records)
    await records.products.store(made_permanent())

    with pytest.raises(RuleViolation) as refused:
        await records.products.store(a_record(a_deactivation(an_order_of(deactivation_id="D2"))))

    assert refused.value.code == ErrorCode.ALREADY_DEACTIVATED


async def test_a_return_that_never_happened_does_not_stand_beside_the_next_deactivation(
    records: Records,
) -> None:
    """The lost telling let another order in: one of the two has to hear of it, and nothing is mixed up."""
    await given_a_lost_reactivation(records)
    await records.products.store(a_record(a_deactivation(an_order_of(deactivation_id="D2"))))

    with pytest.raises(RuleViolation) as refused:
        await records.products.store(made_permanent())

    assert refused.value.code == ErrorCode.ALREADY_DEACTIVATED
    assert await names(records) == ["offline", "reactivated", "ended"]


async def test_a_seller_who_has_read_it_is_not_told_again_when_it_is_done_anew(records: Records) -> None:
    await given_a_lost_reactivation(records)
    await all_are_read(records)

    await records.products.store(made_permanent(told_seller(key="2-0-deactivated")))

    assert await told(records) == []


@pytest.mark.parametrize(
    "again", [reactivated, lambda: made_permanent(run_id="run-2")], ids=["late", "another run"]
)
async def test_what_comes_late_or_from_another_run_takes_nothing_of_a_deactivation_back(
    records: Records, again: Callable[[], DeactivationRecord]
) -> None:
    await given_a_lost_reactivation(records)
    before = await names(records)

    await records.products.store(again())

    assert await names(records) == before
    assert await records.deactivations.applied("P1", "c1") == applied("c1")


@pytest.mark.parametrize("events", [1, 2], ids=["as many events", "more events"])
async def test_what_a_worker_taken_for_dead_stores_last_changes_nothing_of_a_deactivation(
    records: Records, events: int
) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(events=(went_offline(1),), notices=(told_seller(),)))
    living = made_permanent(told_seller(key="2-0-made_permanent"))
    await records.products.store(living)
    dead = reactivated("3-0-reactivated")
    state = a_deactivation(seq=1 + events, outcome=DeactivationOutcome.REACTIVATED)
    late = a_record(state, events=dead.events[:events], applied=dead.applied, notices=dead.notices)

    await records.products.store(late)
    await records.products.store(living)

    assert await records.deactivations.latest("P1") == living.view
    assert await names(records) == ["offline", "made_permanent"]
    assert await records.deactivations.applied("P1", "c1") is None
    assert await records.deactivations.applied("P1", "c2") == applied("c2")
    assert await told(records) == ["1-0-deactivated", "2-0-made_permanent"]


async def test_a_refusal_that_a_worker_taken_for_dead_stores_last_stands_nowhere(records: Records) -> None:
    await load(records.database, a_catalogue())
    living = a_record(a_deactivation(seq=1), events=(event(1, "offline", "D1", later=True),))
    await records.products.store(living)

    await records.products.store(
        a_record(
            a_deactivation(seq=1, outcome=DeactivationOutcome.REFUSED),
            events=(event(1, "ended"),),
            rejections=(Rejection(at=OPENED_AT, message="deactivate", code="wrong_state", sha256="0" * 64),),
        )
    )

    journal = await records.deactivations.journal("D1")
    assert journal is not None
    assert (journal.events, journal.rejections) == (living.events, ())


async def test_another_product_s_order_under_the_same_id_is_refused_also_when_it_was_told_earlier(
    records: Records,
) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(events=(event(1, "offline", later=True),)))
    other = a_deactivation(an_order_of("P2"))

    with pytest.raises(RuleViolation) as refused:
        await records.products.store(a_record(other, run_id="run-2", events=(event(1, "offline"),)))

    assert refused.value.code == ErrorCode.COMMAND_ID_REUSED


@pytest.fixture
async def begun(records: Records) -> RecoveryStep:
    """A recovery that has begun, and whose first step its run has stored."""
    await load(records.database, a_file(licences=(a_licence(),)))
    await load(records.database, behaving("succeeded_then_failed"))
    payments = OncePayments(records.database, SimulatedProvider(records.database))
    paid = await payments.pay_back(an_order(), OPENED_AT)
    failure = LateFailure(
        licence_id="L1", purpose="purchase_price", reference=paid.reference, failed_at=FAILED_AT
    )
    start = await records.recoveries.begin(failure, FAILED_AT)
    assert start is not None
    step = recovery_begun(RecoveryState(start=start), FAILED_AT)
    await records.recoveries.store(stored(step))
    return step


def stored(step: RecoveryStep, *applied: AppliedToRecovery, run_id: str = "run-1") -> RecoveryRecord:
    return RecoveryRecord(
        workflow_id="refund-recovery-L1-1",
        run_id=run_id,
        state=step.state,
        events=step.events,
        notices=step.notices,
        applied=applied,
    )


def recorded(begun: RecoveryStep, at: datetime) -> RecoveryRecord:
    """The operator has told how it was paid."""
    command = RecordRefund(command_id="c1", by=OPERATOR, reference="SEPA 77", occurred_at=FAILED_AT)
    step = judge(begun.state, command, at, {})
    assert isinstance(step, RecoveryStep)
    return stored(step, AppliedToRecovery.of(command, answer(step.state, command, at)))


def reminded(begun: RecoveryStep, at: datetime) -> RecoveryRecord:
    """A reminder came first; what the operator had told was lost with its task."""
    reminder = event(2, "reminder").model_copy(update={"at": at})
    return stored(RecoveryStep(state=begun.state.model_copy(update={"seq": 2}), events=(reminder,)))


async def said_to(records: Records) -> tuple[AppliedToRecovery, ...]:
    recovery = await records.recoveries.stored("L1-1")
    assert recovery is not None
    return recovery.applied


async def entries(records: Records) -> list[tuple[str, datetime]]:
    journal = await records.recoveries.journal("L1-1")
    assert journal is not None
    return [(str(entry.name), entry.at) for entry in journal.events]


async def booked(records: Records) -> list[str]:
    async with records.database.reading() as connection:
        return list(await connection.scalars(select(BOOKINGS.c.kind).order_by(BOOKINGS.c.position)))


SOON = FAILED_AT + timedelta(minutes=1)
SOON_AGAIN = SOON + timedelta(seconds=20)
BEGAN = ("refund_failed_late", FAILED_AT)


async def test_a_recovery_that_is_done_again_is_recorded_with_the_answer_that_was_given(
    records: Records, begun: RecoveryStep
) -> None:
    first, again = recorded(begun, SOON), recorded(begun, SOON_AGAIN)
    await records.recoveries.store(first)

    await records.recoveries.store(again)
    await records.recoveries.store(first)

    assert await entries(records) == [BEGAN, ("record_refund", SOON_AGAIN)]
    assert [command.answer for command in await said_to(records)] == [again.applied[0].answer]
    assert await told(records) == ["1-0-refund_manual", "2-0-refund_paid", "2-1-refund_paid"]
    assert await booked(records) == ["paid_by_provider", "returned_by_provider", "paid_by_hand"]


async def test_a_payment_that_a_recovery_never_heard_of_leaves_it_open_until_it_is_told_again(
    records: Records, begun: RecoveryStep
) -> None:
    await records.recoveries.store(recorded(begun, SOON))
    await all_are_read(records)
    again = reminded(begun, SOON_AGAIN)

    await records.recoveries.store(again)

    assert [view.recovery_id for view in await records.recoveries.all(open_only=True)] == ["L1-1"]
    assert await entries(records) == [BEGAN, ("reminder", SOON_AGAIN)]
    assert await said_to(records) == ()

    await records.recoveries.store(
        recorded(RecoveryStep(state=again.state), SOON_AGAIN + timedelta(minutes=1))
    )

    assert await records.recoveries.all(open_only=True) == []
    assert await told(records) == []
    assert await booked(records) == ["paid_by_provider", "returned_by_provider", "paid_by_hand"]


@pytest.mark.parametrize("reminded_first", [False, True], ids=["as many events", "more events"])
async def test_a_payment_that_a_worker_taken_for_dead_stores_last_is_not_recorded(
    records: Records, begun: RecoveryStep, reminded_first: bool
) -> None:
    """The operator's command went with its task, and is judged when it comes again."""
    living, dead = reminded(begun, SOON_AGAIN), recorded(begun, SOON)
    if reminded_first:
        first = reminded(begun, SOON)
        dead = recorded(RecoveryStep(state=first.state), SOON)
        dead = dead.model_copy(update={"events": (*first.events, *dead.events)})
    await records.recoveries.store(living)

    await records.recoveries.store(dead)
    await records.recoveries.store(living)

    assert [view.recovery_id for view in await records.recoveries.all(open_only=True)] == ["L1-1"]
    assert await entries(records) == [BEGAN, ("reminder", SOON_AGAIN)]
    assert await said_to(records) == ()
    assert await told(records) == ["1-0-refund_manual"]
    assert await booked(records) == ["paid_by_provider", "returned_by_provider"]


async def test_another_run_of_a_recovery_takes_nothing_back(records: Records, begun: RecoveryStep) -> None:
    await records.recoveries.store(recorded(begun, SOON))

    await records.recoveries.store(reminded(begun, SOON_AGAIN).model_copy(update={"run_id": "run-2"}))

    assert await entries(records) == [BEGAN, ("record_refund", SOON)]


@pytest.mark.parametrize("to", [OFFLINE, RETIRED])
async def test_what_a_lost_task_had_switched_off_is_back_when_the_deactivation_is_revoked(
    records: Records, to: SaleState
) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P1", "P2")))
    await records.products.switch_product("P1", "D1", to)
    await records.products.switch_bundles("P1", "D1", to)
    assert (await records.report.products())["P1"] == to
    assert await records.report.bundles() == {"B1": to}

    await records.products.store(revoked())
    await records.products.switch_product("P1", "D1", to)  # of the dead worker's, and late
    await records.products.switch_bundles("P1", "D1", to)

    assert (await records.report.products())["P1"] == ON_SALE
    assert await records.report.bundles() == {"B1": ON_SALE}


async def test_a_revocation_that_is_stored_again_leaves_the_next_deactivation_alone(records: Records) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P1", "P2")))
    await records.products.store(revoked())
    await records.products.switch_product("P1", "D2", OFFLINE)
    await records.products.switch_bundles("P1", "D2", OFFLINE)

    await records.products.store(revoked())

    assert (await records.report.products())["P1"] == OFFLINE
    assert await records.report.bundles() == {"B1": OFFLINE}


async def test_a_bundle_that_another_member_keeps_off_sale_stays_there_after_a_revocation(
    records: Records,
) -> None:
    await load(records.database, a_catalogue(a_bundle("B1", "P1", "P2")))
    await records.products.switch_bundles("P2", "D2", OFFLINE)
    await records.products.switch_product("P1", "D1", OFFLINE)
    await records.products.switch_bundles("P1", "D1", OFFLINE)

    await records.products.store(revoked())

    assert (await records.report.products())["P1"] == ON_SALE
    assert await records.report.bundles() == {"B1": OFFLINE}


def revoked() -> DeactivationRecord:
    state = a_deactivation(seq=2, outcome=DeactivationOutcome.REVOKED)
    return a_record(state, events=(event(2, "revoked", "c1"),))
