"""The first promise: a person takes the request in hand within one business day (R10-R13)."""

from collections.abc import Callable

import pytest

from business_care.commands import (
    Acknowledge,
    AskCustomer,
    ClockName,
    Close,
    Command,
    CorrectDeadline,
    Fix,
    OfferUpdate,
    Reclassify,
    RefusalGround,
    Refuse,
    ReplyKind,
    UpdateKind,
    Withdraw,
)
from business_care.policy import OnMissedAcknowledgement, Policy
from business_care.refund import RefundCause, RefundStatus
from business_care.request import RequestKind
from business_care.state import AcknowledgementStatus, Phase
from tests.rules.builders import ACKNOWLEDGE_BY, SELLER, local
from tests.rules.lives import Life, a_question, a_request

REFUNDING = Policy(on_missed_acknowledgement=OnMissedAcknowledgement.REFUND)
MISSED = ["acknowledgement_missed to seller", "acknowledgement_missed to operator"]


def status(life: Life) -> AcknowledgementStatus:
    return life.state.acknowledgement.status


def test_a_new_request_waits_for_a_person_until_the_end_of_the_next_business_day() -> None:
    life = a_request()

    assert status(life) is AcknowledgementStatus.PENDING
    assert life.state.acknowledgement.deadline is not None
    assert life.state.acknowledgement.deadline.due == ACKNOWLEDGE_BY


@pytest.mark.parametrize(
    ("occurred", "expected"),
    [
        pytest.param("03-03 10:00", "met", id="the instant of the request"),
        pytest.param("03-04 23:58", "met", id="two minutes before midnight"),
        pytest.param("03-04 23:59:59", "met", id="the last second"),
        pytest.param("03-05 00:00", "met_late", id="the deadline itself"),
        pytest.param("03-05 08:00", "met_late", id="the next morning"),
    ],
)
def test_an_act_is_in_time_when_it_occurs_before_the_deadline(occurred: str, expected: str) -> None:
    life = a_request().acknowledged(occurred)

    assert status(life) == expected


def test_the_customer_is_told_of_the_acknowledgement_and_the_date_of_the_thirty_days() -> None:
    life = a_request().acknowledged("03-04 09:00")

    assert life.told == ["acknowledged to customer"]
    assert life.notices[-1].data["message"] == "We are on it."
    assert "resolve_by" in life.notices[-1].data


def test_the_seller_itself_may_acknowledge() -> None:
    life = a_request().acknowledged("03-04 09:00", by=SELLER)

    assert status(life) is AcknowledgementStatus.MET


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"automated": True}, "automatic_reply", id="automatic reply"),
        pytest.param({"kind": ReplyKind.DRAFT}, "not_a_reply", id="draft"),
        pytest.param({"kind": ReplyKind.INTERNAL_NOTE}, "not_a_reply", id="internal note"),
        pytest.param({"message": None}, "empty_message", id="no message"),
        pytest.param({"message": ""}, "empty_message", id="empty message"),
        pytest.param({"message": " \n\t\u00a0"}, "empty_message", id="blank message"),
        pytest.param(
            {"automated": True, "kind": ReplyKind.DRAFT, "message": None}, "automatic_reply", id="all wrong"
        ),
        pytest.param({"kind": ReplyKind.DRAFT, "message": None}, "not_a_reply", id="an empty draft"),
    ],
)
def test_what_no_person_sent_to_the_customer_is_no_acknowledgement(
    fields: dict[str, object], code: str
) -> None:
    life = a_request()

    assert life.code(Acknowledge, "03-04 09:00", **fields) == code
    assert status(life) is AcknowledgementStatus.PENDING


def test_a_missed_acknowledgement_is_a_breach_that_seller_and_operator_are_told_of() -> None:
    life = a_request().until("03-05 00:00")

    assert status(life) is AcknowledgementStatus.BREACHED
    assert life.state.acknowledgement.breached_at == ACKNOWLEDGE_BY
    assert life.told[-2:] == MISSED
    assert life.state.resolution.phase is Phase.IN_PROGRESS
    assert life.state.refund.status is None


def test_a_late_acknowledgement_keeps_the_breach_on_record() -> None:
    life = a_request().acknowledged("03-05 09:00")

    assert status(life) is AcknowledgementStatus.MET_LATE
    assert life.state.acknowledgement.breached_at == ACKNOWLEDGE_BY


def test_a_late_act_that_comes_before_the_clock_was_looked_at_records_the_breach_itself() -> None:
    life = a_request().sent_first(Acknowledge, "03-05 09:00")

    assert status(life) is AcknowledgementStatus.MET_LATE
    assert life.happened == ["acknowledgement_missed", "acknowledge"]
    assert life.told == [*MISSED, "acknowledged to customer"]


def test_an_act_of_23_58_that_arrives_at_00_04_withdraws_the_breach() -> None:
    life = a_request().until("03-05 00:03")

    life.acknowledged("03-05 00:04", occurred_at="03-04 23:58")

    assert status(life) is AcknowledgementStatus.MET
    assert life.state.acknowledgement.breached_at is None
    assert life.state.acknowledgement.acted_at == local("03-04 23:58")
    assert life.happened == ["breach_withdrawn", "acknowledge"]
    assert life.told == ["breach_withdrawn to seller", "acknowledged to customer"]


def test_an_act_in_time_that_arrives_after_a_late_one_makes_the_promise_kept() -> None:
    life = a_request().acknowledged("03-05 09:00")

    life.acknowledged("03-05 09:05", occurred_at="03-04 20:00")

    assert status(life) is AcknowledgementStatus.MET
    assert life.state.acknowledgement.breached_at is None


def test_an_earlier_act_of_another_kind_counts_as_well() -> None:
    life = a_request().acknowledged("03-05 09:00").asked("03-05 09:05", occurred_at="03-04 20:00")

    assert status(life) is AcknowledgementStatus.MET
    assert "breach_withdrawn to seller" in life.told


def test_a_later_act_changes_nothing_about_the_first_one() -> None:
    life = a_request().acknowledged("03-04 09:00").asked("03-20 09:00")

    assert life.state.acknowledgement.acted_at == local("03-04 09:00")
    assert status(life) is AcknowledgementStatus.MET


@pytest.mark.parametrize(
    ("lived", "occurred"),
    [
        pytest.param(lambda: a_request().acknowledged("03-04 09:00"), "03-04 14:00", id="met"),
        pytest.param(lambda: a_request().acknowledged("03-05 09:00"), "03-05 12:00", id="met late"),
        pytest.param(lambda: a_request().acknowledged("03-05 09:00"), "03-05 00:00", id="a little earlier"),
    ],
)
def test_a_request_is_acknowledged_once(lived: Callable[[], Life], occurred: str) -> None:
    life = lived()

    code = life.code(Acknowledge, "03-05 13:00", occurred_at=occurred)

    assert code == "wrong_state"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        pytest.param(Fix, {}, id="fix"),
        pytest.param(OfferUpdate, {}, id="paid update"),
        pytest.param(OfferUpdate, {"kind": UpdateKind.FREE, "resolves": True}, id="free update"),
        pytest.param(AskCustomer, {}, id="question"),
        pytest.param(Refuse, {}, id="refusal"),
    ],
)
def test_other_acts_of_a_person_stop_the_clock_as_well(
    command: type[Command], fields: dict[str, object]
) -> None:
    life = a_request()

    life.sent(command, "03-04 09:00", **fields)

    assert status(life) is AcknowledgementStatus.MET


def test_a_refusal_that_was_not_accepted_stops_no_clock() -> None:
    life = a_request()

    code = life.code(Refuse, "03-04 09:00", ground=RefusalGround.DIFFERENT_SITE)

    assert code == "ground_contradicted"
    assert status(life) is AcknowledgementStatus.PENDING


class TestARefundForAMissedAcknowledgement:
    def test_falls_due_when_the_grace_has_passed(self) -> None:
        life = a_request(policy=REFUNDING).until("03-05 00:14:59")
        before = life.state.refund.status

        life.until("03-05 00:15")

        assert before is None
        assert life.state.refund.status is RefundStatus.DUE
        assert life.state.refund.cause is RefundCause.ACKNOWLEDGEMENT_MISSED
        assert life.state.resolution.missed_at is None

    def test_is_not_cancelled_by_a_late_acknowledgement(self) -> None:
        life = a_request(policy=REFUNDING).acknowledged("03-05 00:05").until("03-05 00:15")

        assert status(life) is AcknowledgementStatus.MET_LATE
        assert life.state.refund.status is RefundStatus.DUE

    def test_does_not_come_when_an_act_in_time_arrives_within_the_grace(self) -> None:
        life = a_request(policy=REFUNDING).acknowledged("03-05 00:14", occurred_at="03-04 23:59")

        life.until("03-10 00:00")

        assert life.state.refund.status is None

    def test_is_the_policy_s_choice(self) -> None:
        life = a_request().until("03-10 00:00")

        assert life.state.refund.status is None

    def test_concerns_anomalies_only(self) -> None:
        life = a_question(REFUNDING).until("03-10 00:00")

        assert status(life) is AcknowledgementStatus.BREACHED
        assert life.state.refund.status is None

    def test_does_not_come_later_when_the_question_becomes_an_anomaly(self) -> None:
        life = a_question(REFUNDING).until("03-06 00:00")

        life.sent(Reclassify, "03-06 10:00", kind=RequestKind.ANOMALY).until("03-20 00:00")

        assert life.state.refund.status is None

    def test_comes_for_another_breach_than_the_one_that_was_withdrawn(self) -> None:
        life = a_question(REFUNDING).acknowledged("03-05 09:00", occurred_at="03-04 23:59")
        life.sent(Reclassify, "03-06 10:00", kind=RequestKind.ANOMALY)
        before = life.state.refund.status

        life.sent(CorrectDeadline, "03-06 11:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("03-04 12:00"))
        life.until("03-06 11:00")

        assert before is None
        assert life.state.refund.cause is RefundCause.ACKNOWLEDGEMENT_MISSED

    def test_refuses_an_act_that_arrives_once_it_has_started(self) -> None:
        life = a_request(policy=REFUNDING)

        code = life.code(Acknowledge, "03-05 00:16", occurred_at="03-04 23:59")

        assert code == "refund_under_way"


class TestAtTheEnd:
    def test_a_promise_whose_time_had_not_come_was_not_due(self) -> None:
        life = a_request().sent(Withdraw, "03-04 23:59")

        assert status(life) is AcknowledgementStatus.NOT_DUE

    def test_a_promise_that_was_broken_stays_broken(self) -> None:
        life = a_request().sent(Withdraw, "03-05 10:00")

        assert status(life) is AcknowledgementStatus.BREACHED

    def test_a_promise_whose_deadline_is_this_very_instant_is_broken(self) -> None:
        life = a_request().sent_first(Withdraw, "03-05 00:00")

        assert status(life) is AcknowledgementStatus.BREACHED

    def test_a_deadline_that_nobody_looked_at_is_a_breach_all_the_same(self) -> None:
        life = a_request().refund_ordered("03-04 09:00").sent(Withdraw, "03-05 10:00")

        assert status(life) is AcknowledgementStatus.BREACHED
        assert life.happened == ["withdraw", "acknowledgement_missed", "closed"]

    def test_an_acknowledgement_stays_what_it_was(self) -> None:
        life = a_request().acknowledged("03-04 09:00").sent(Close, "03-10 09:00")

        assert status(life) is AcknowledgementStatus.MET


class TestAnOperatorsCorrection:
    @pytest.mark.parametrize(
        ("lived", "due", "expected"),
        [
            pytest.param(a_request, "03-06 00:00", "pending", id="later while pending"),
            pytest.param(a_request, "03-04 12:00", "breached", id="into the past while pending"),
            pytest.param(
                lambda: a_request().until("03-05 09:00"), "03-06 00:00", "pending", id="later after a breach"
            ),
            pytest.param(
                lambda: a_request().until("03-05 09:00"), "03-05 08:00", "breached", id="later, and past too"
            ),
            pytest.param(
                lambda: a_request().acknowledged("03-05 09:00"), "03-05 09:01", "met", id="past a late act"
            ),
            pytest.param(
                lambda: a_request().acknowledged("03-05 09:00"), "03-05 09:00", "met_late", id="up to it"
            ),
            pytest.param(
                lambda: a_request().acknowledged("03-04 09:00"),
                "03-04 08:00",
                "met_late",
                id="before it",
            ),
            pytest.param(
                lambda: a_request().acknowledged("03-04 09:00"),
                "03-09 00:00",
                "met",
                id="later",
            ),
        ],
    )
    def test_judges_the_promise_again(self, lived: Callable[[], Life], due: str, expected: str) -> None:
        life = lived()

        life.sent(CorrectDeadline, "03-05 10:00", clock=ClockName.ACKNOWLEDGEMENT, due=local(due))
        life.until("03-05 10:00")

        assert status(life) == expected
        assert (life.state.acknowledgement.breached_at is not None) == (expected in ("breached", "met_late"))

    def test_tells_both_parties_and_keeps_what_was_told_before(self) -> None:
        life = a_request().sent(
            CorrectDeadline, "03-04 10:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("03-06 00:00")
        )

        deadline = life.state.acknowledgement.deadline
        assert deadline is not None
        assert [revision.previous_due for revision in deadline.revisions] == [ACKNOWLEDGE_BY]
        assert life.told == ["deadline_changed to seller", "deadline_changed to customer"]
