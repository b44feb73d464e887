"""Questions, and what the operator or the customer makes of them (R26)."""

import pytest

from business_care.commands import ClockName, Close, CorrectDeadline, Reclassify
from business_care.people import Actor
from business_care.refund import RefundCause, RefundStatus
from business_care.request import RequestKind
from business_care.state import Outcome, Phase, TaskKind
from tests.rules.builders import CUSTOMER, OPERATOR, local
from tests.rules.lives import Life, a_question, a_request

TO_ANOMALY = {"kind": RequestKind.ANOMALY}
TO_QUESTION = {"kind": RequestKind.QUESTION}


def phase(life: Life) -> Phase:
    return life.state.resolution.phase


def overdue() -> Life:
    return a_question().acknowledged("03-04 09:00").until("04-17 00:15")


def test_a_question_goes_to_the_operator_at_thirty_days_and_not_to_a_refund() -> None:
    life = a_question().acknowledged("03-04 09:00").until("04-17 00:14")
    before = phase(life)

    life.until("04-17 00:15")

    assert before is Phase.IN_PROGRESS
    assert phase(life) is Phase.QUESTION_OVERDUE
    assert life.tasks == [TaskKind.QUESTION_OVERDUE]
    assert life.state.refund.status is None
    assert life.state.resolution.missed_at is None
    assert life.told == ["question_overdue to operator"]


def test_an_overdue_question_waits_for_the_operator_however_long_it_takes() -> None:
    life = overdue().until("06-30 00:00")

    assert phase(life) is Phase.QUESTION_OVERDUE
    assert life.told == ["operator_reminder to operator"] * 10


def test_a_fix_for_a_question_that_is_rejected_after_the_deadline_makes_it_overdue() -> None:
    life = a_question().fixed("04-16 12:00").fix_rejected("04-22 12:00")

    assert phase(life) is Phase.QUESTION_OVERDUE
    assert life.told == ["fix_rejected to seller", "question_overdue to operator"]


def test_an_overdue_question_may_still_be_fixed_by_an_act_that_occurred_in_time() -> None:
    life = overdue().fixed("04-17 08:00", occurred_at="04-16 22:00")

    assert phase(life) is Phase.VERIFYING
    assert life.tasks == []


def test_an_overdue_question_may_still_be_refused_by_an_act_that_occurred_in_time() -> None:
    life = overdue().refused("04-17 08:00", occurred_at="04-16 22:00")

    assert phase(life) is Phase.REFUSED
    assert life.tasks == []


def test_the_operator_ends_an_overdue_question_with_a_reason() -> None:
    life = overdue().sent(Close, "04-18 09:00")

    assert life.state.resolution.outcome is Outcome.CLOSED_BY_OPERATOR
    assert life.tasks == []
    assert life.told == ["closed to seller", "closed to customer"]
    assert life.notices[-1].data["reason"] == "Sold the shop."


@pytest.mark.parametrize("by", [CUSTOMER, OPERATOR], ids=["customer", "operator"])
def test_a_question_made_an_anomaly_before_the_deadline_is_refunded_at_it(by: Actor) -> None:
    life = a_question().acknowledged("03-04 09:00").sent(Reclassify, "03-20 09:00", by=by, **TO_ANOMALY)

    life.until("04-17 00:15")

    assert life.state.refund.cause is RefundCause.RESOLUTION_MISSED


def test_an_anomaly_made_a_question_before_the_deadline_goes_to_the_operator_at_it() -> None:
    life = a_request().acknowledged("03-04 09:00").sent(Reclassify, "03-20 09:00", **TO_QUESTION)

    life.until("04-17 00:15")

    assert phase(life) is Phase.QUESTION_OVERDUE


def test_an_anomaly_made_a_question_within_the_grace_is_not_refunded() -> None:
    life = a_request().acknowledged("03-04 09:00")

    life.sent(Reclassify, "04-17 00:05", by=OPERATOR, **TO_QUESTION).until("04-17 00:15")

    assert phase(life) is Phase.QUESTION_OVERDUE


def test_after_the_deadline_only_the_operator_may_reclassify() -> None:
    life = overdue()

    assert life.code(Reclassify, "04-17 09:00", **TO_ANOMALY) == "deadline_passed"


def test_a_question_made_an_anomaly_after_the_deadline_is_due_at_once() -> None:
    life = overdue().sent(Reclassify, "04-18 09:00", by=OPERATOR, **TO_ANOMALY)

    assert life.state.refund.status is RefundStatus.DUE
    assert life.state.refund.cause is RefundCause.RECLASSIFIED
    assert life.state.resolution.missed_at == local("04-18 09:00")
    assert life.tasks == []
    assert life.happened == ["reclassify", "resolution_missed", "refund_due"]


def test_a_customer_who_said_so_in_time_gets_the_refund_by_the_clock() -> None:
    life = overdue().sent(Reclassify, "04-17 09:00", occurred_at="04-16 23:00", **TO_ANOMALY)
    after = phase(life)

    life.until("04-17 09:01")

    assert after is Phase.IN_PROGRESS
    assert life.state.refund.cause is RefundCause.RESOLUTION_MISSED


@pytest.mark.parametrize("disputed", [False, True], ids=["refused", "disputed"])
def test_a_refused_question_made_an_anomaly_after_the_deadline_waits_for_the_refusal(disputed: bool) -> None:
    life = a_question().refused("04-16 09:00")
    life = life.disputed("04-17 09:00") if disputed else life

    life.sent(Reclassify, "04-18 09:00", by=OPERATOR, **TO_ANOMALY)

    assert life.state.refund.status is None


def test_a_fixed_question_made_an_anomaly_after_the_deadline_waits_for_the_customer() -> None:
    life = a_question().fixed("04-16 09:00").sent(Reclassify, "04-18 09:00", by=OPERATOR, **TO_ANOMALY)

    assert phase(life) is Phase.VERIFYING
    assert life.state.refund.status is None


def test_a_request_is_not_made_what_it_is_already() -> None:
    assert a_request().code(Reclassify, "03-20 09:00", **TO_ANOMALY) == "wrong_state"
    assert a_question().code(Reclassify, "03-20 09:00", **TO_QUESTION) == "wrong_state"


class TestACorrectedDeadline:
    def test_that_lies_ahead_takes_an_overdue_question_back_from_the_operator(self) -> None:
        life = overdue().sent(CorrectDeadline, "04-18 09:00", due=local("05-02 00:00"))
        after = phase(life)

        life.until("05-02 00:15")

        assert after is Phase.IN_PROGRESS
        assert phase(life) is Phase.QUESTION_OVERDUE

    def test_that_lies_behind_leaves_it_with_the_operator(self) -> None:
        life = overdue().sent(CorrectDeadline, "04-18 09:00", due=local("04-18 09:00"))

        assert phase(life) is Phase.QUESTION_OVERDUE

    def test_of_the_other_clock_leaves_it_with_the_operator(self) -> None:
        life = overdue()

        life.sent(CorrectDeadline, "04-18 09:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("05-02 00:00"))

        assert phase(life) is Phase.QUESTION_OVERDUE
