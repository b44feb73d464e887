"""A refund that failed after its request had closed: an operator pays by hand, and records how (R42)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from business_care.commands import RecordRefund
from business_care.counting import DeadlinePlan
from business_care.errors import ErrorCode, RuleViolation
from business_care.people import Actor
from business_care.policy import Policy
from business_care.recovery.judgement import judge
from business_care.recovery.moves import operator_reminded, recovery_begun, reminder_counted
from business_care.recovery.state import RecoveryStart, RecoveryState
from business_care.recovery.turn import RecoveryStep
from business_care.recovery.views import AppliedToRecovery, answer, view
from business_care.refund import PURCHASE_PRICE, Money
from tests.rules.builders import AGENT, OPERATOR, PLACE, SYSTEM, local
from tests.rules.planner import counted

FAILED_AT = local("06-02 10:00")
"""A Monday, weeks after the request has closed."""
TOLD_AT = FAILED_AT + timedelta(minutes=3)
LATER = local("06-03 12:00")

START = RecoveryStart(
    licence_id="L1",
    number=1,
    purpose=PURCHASE_PRICE,
    request_id="R1",
    seller_id="S1",
    customer_id="C1",
    product_id="P1",
    money=Money(amount=12_900, currency="EUR"),
    failed_reference="re_1",
    reason="expired_or_canceled_card",
    failed_at=FAILED_AT,
    place=PLACE,
    profile=Policy().profile,
    reminder_business_days=5,
)
NEW = RecoveryState(start=START)


def begun() -> RecoveryState:
    return recovery_begun(NEW, TOLD_AT).state


def recording(by: Actor = OPERATOR, command_id: str = "c1", **said: object) -> RecordRefund:
    given = {"command_id": command_id, "by": by, "reference": "SEPA 77", **said}
    return RecordRefund.model_validate(given)


def judged(
    command: RecordRefund,
    state: RecoveryState | None = None,
    now: datetime = LATER,
    applied: Mapping[str, AppliedToRecovery] | None = None,
) -> RecoveryStep:
    outcome = judge(state or begun(), command, now, applied or {})
    assert isinstance(outcome, RecoveryStep)
    return outcome


def refused(command: RecordRefund, state: RecoveryState | None = None, now: datetime = LATER) -> str:
    with pytest.raises(RuleViolation) as violation:
        judge(state or begun(), command, now, {})
    return violation.value.code


def told(step: RecoveryStep) -> list[str]:
    return [f"{notice.kind} to {notice.to.role}" for notice in step.notices]


def plan_for(state: RecoveryState) -> DeadlinePlan:
    wanted = state.reminder_wanted
    assert wanted is not None
    return counted(wanted.start, wanted.business_days)


def test_a_recovery_begins_by_telling_the_operator_what_did_not_arrive() -> None:
    step = recovery_begun(NEW, TOLD_AT)

    assert told(step) == ["refund_manual to operator"]
    assert step.notices[0].data == {
        "licence_id": "L1",
        "recovery_id": "L1-1",
        "request_id": "R1",
        "reason": "expired_or_canceled_card",
        "amount": "12900",
        "currency": "EUR",
    }
    assert [(event.name, event.rule) for event in step.events] == [("refund_failed_late", "R42")]
    assert view(step.state).state == "manual"


def test_before_it_has_begun_nothing_is_counted() -> None:
    assert NEW.reminder_wanted is None


def test_the_operator_is_reminded_every_five_business_days_until_it_is_recorded() -> None:
    waiting = begun()
    wanted = waiting.reminder_wanted
    assert wanted is not None
    first = plan_for(waiting)
    planned = reminder_counted(waiting, wanted, first, TOLD_AT).state
    step = operator_reminded(planned, first.due)

    assert view(planned).next_reminder_at == first.due == local("06-10 00:00")
    assert told(step) == ["operator_reminder to operator"]
    assert step.notices[0].data["since"] == TOLD_AT.isoformat()
    assert [(event.name, event.rule) for event in step.events] == [("reminder", "R28")]
    assert plan_for(step.state).due == local("06-17 00:00")


def test_a_reminder_that_was_counted_too_late_is_dropped() -> None:
    waiting = begun()
    wanted = waiting.reminder_wanted
    assert wanted is not None
    recorded = judged(recording(), waiting).state

    assert reminder_counted(recorded, wanted, plan_for(waiting), LATER).state == recorded


def test_recording_the_payment_ends_it_and_tells_both_parties() -> None:
    step = judged(recording())

    assert told(step) == ["refund_paid to customer", "refund_paid to seller"]
    seen = view(step.state)
    assert (seen.state, seen.reference, seen.paid_at, seen.ended_at) == ("recorded", "SEPA 77", LATER, LATER)
    assert (seen.amount, seen.currency, seen.next_reminder_at) == (12_900, "EUR", None)
    assert [(event.name, event.by) for event in step.events] == [("record_refund", OPERATOR)]
    assert step.state.reminder_wanted is None


def test_less_than_what_is_owed_may_have_been_paid_on_an_earlier_day() -> None:
    step = judged(recording(amount=12_000, currency="EUR", paid_at=FAILED_AT + timedelta(hours=1)))

    paid = step.state.paid
    assert paid is not None
    assert (paid.money.amount, paid.paid_at) == (12_000, FAILED_AT + timedelta(hours=1))
    assert view(step.state).amount == 12_000


def test_a_provider_whose_clock_is_ahead_keeps_nobody_from_recording() -> None:
    ahead = NEW.model_copy(
        update={"start": START.model_copy(update={"failed_at": TOLD_AT + timedelta(minutes=1)})}
    )

    step = judged(recording(), recovery_begun(ahead, TOLD_AT).state, now=TOLD_AT)

    assert step.state.has_ended


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(recording(by=AGENT), "role_not_allowed", id="by an agent"),
        pytest.param(recording(by=SYSTEM), "role_not_allowed", id="by a program"),
        pytest.param(recording(reference=None), "reference_required", id="without a reference"),
        pytest.param(recording(reference=" "), "reference_required", id="with a blank reference"),
        pytest.param(recording(currency="USD"), "currency_mismatch", id="in another currency"),
        pytest.param(recording(amount=12_901), "amount_out_of_range", id="more than is owed"),
        pytest.param(recording(amount=0), "amount_out_of_range", id="nothing"),
        pytest.param(
            recording(paid_at=FAILED_AT - timedelta(days=1)), "paid_at_out_of_range", id="before it failed"
        ),
        pytest.param(
            recording(paid_at=LATER + timedelta(days=1)), "paid_at_out_of_range", id="in the future"
        ),
        pytest.param(
            recording(occurred_at=LATER + timedelta(minutes=3)),
            "occurred_at_out_of_range",
            id="from a clock that is ahead",
        ),
    ],
)
def test_a_payment_that_can_not_be_is_not_recorded(command: RecordRefund, code: str) -> None:
    assert refused(command) == code


def test_what_is_recorded_is_not_recorded_again() -> None:
    recorded = judged(recording()).state

    assert refused(recording(command_id="c2"), recorded) == ErrorCode.WRONG_STATE


def test_the_same_recording_twice_is_one_and_another_under_its_id_is_refused() -> None:
    step = judged(recording())
    applied = AppliedToRecovery.of(recording(), answer(step.state, recording(), LATER))

    again = judge(step.state, recording(), LATER, {"c1": applied})

    assert again == applied
    with pytest.raises(RuleViolation, match="was used before"):
        judge(step.state, recording(amount=1), LATER, {"c1": applied})
