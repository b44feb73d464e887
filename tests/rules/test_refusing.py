"""Refusals, disputes and decisions (R30-R32)."""

import pytest

from business_care.commands import (
    DecideDispute,
    DisputeDecision,
    DisputeRefusal,
    RefusalGround,
    Refuse,
    WithdrawRefusal,
)
from business_care.refund import RefundCause, RefundStatus
from business_care.state import AcknowledgementStatus, Outcome, Phase, TaskKind
from tests.rules.builders import RESOLVE_BY, local
from tests.rules.lives import Life, a_question, a_request

UPHOLD = {"decision": DisputeDecision.UPHOLD}
OVERTURN = {"decision": DisputeDecision.OVERTURN}
OTHER_GROUND = RefusalGround.NOT_ADVERTISED_FEATURE


def phase(life: Life) -> Phase:
    return life.state.resolution.phase


def overturned(evidence: tuple[str, ...] = ("diff-1",)) -> Life:
    life = a_request().refused("03-04 09:00", evidence=evidence).disputed("03-05 09:00")
    return life.sent(DecideDispute, "03-06 09:00", **OVERTURN)


def test_a_refusal_gives_the_customer_ten_business_days_to_dispute_it() -> None:
    life = a_request().refused("03-04 09:00")

    window = life.state.resolution.window
    assert phase(life) is Phase.REFUSED
    assert window is not None
    assert window.plan is not None
    assert window.plan.due == local("03-19 00:00")
    assert life.told == ["refused to customer"]
    assert life.notices[-1].data["ground"] == "modified_source"


def test_a_refusal_that_nobody_disputes_ends_the_request_after_the_grace() -> None:
    life = a_request().refused("03-04 09:00").until("03-19 00:14")
    before = phase(life)

    life.until("03-19 00:15")

    assert before is Phase.REFUSED
    assert life.state.resolution.outcome is Outcome.REFUSED
    assert life.told == ["closed to seller", "closed to customer"]


def test_a_standing_refusal_keeps_the_refund_away() -> None:
    life = a_request().refused("04-16 09:00").until("04-28 00:00")

    assert phase(life) is Phase.REFUSED
    assert life.state.refund.status is None


@pytest.mark.parametrize("ground", tuple(RefusalGround))
def test_there_are_six_grounds_and_two_are_checked_against_the_facts(ground: RefusalGround) -> None:
    life = a_request()

    if ground in (RefusalGround.DIFFERENT_SITE, RefusalGround.INCOMPATIBLE_VERSION):
        assert life.code(Refuse, "03-04 09:00", ground=ground) == "ground_contradicted"
    else:
        assert phase(life.refused("03-04 09:00", ground=ground)) is Phase.REFUSED


@pytest.mark.parametrize("ground", [RefusalGround.DIFFERENT_SITE, RefusalGround.INCOMPATIBLE_VERSION])
def test_a_ground_that_the_request_says_nothing_about_cannot_be_used(ground: RefusalGround) -> None:
    life = a_request(shop_url=None, shop_version=None)

    assert life.code(Refuse, "03-04 09:00", ground=ground) == "ground_unusable"


def test_a_refusal_must_occur_before_the_thirty_days_are_over() -> None:
    life = a_request().acknowledged("03-04 09:00")

    assert life.code(Refuse, "04-17 00:05") == "deadline_passed"
    assert phase(life.refused("04-17 00:05", occurred_at="04-16 23:59")) is Phase.REFUSED


def test_a_fix_withdraws_a_refusal() -> None:
    life = a_request().refused("03-04 09:00").fixed("03-05 09:00")

    assert phase(life) is Phase.VERIFYING
    assert life.state.resolution.refusal is None


def test_a_fix_ends_a_dispute() -> None:
    life = a_request().refused("03-04 09:00").disputed("03-05 09:00").fixed("03-06 09:00")

    assert phase(life) is Phase.VERIFYING
    assert life.tasks == []


class TestADispute:
    def test_waits_for_the_operator(self) -> None:
        life = a_request().refused("03-04 09:00").disputed("03-05 09:00")

        assert phase(life) is Phase.DISPUTED
        assert life.state.resolution.window is None
        assert life.tasks == [TaskKind.DISPUTE]
        assert life.told == ["refusal_disputed to seller", "dispute_to_decide to operator"]

    def test_waits_however_long_it_takes(self) -> None:
        life = a_request().refused("03-04 09:00").disputed("03-05 09:00").until("05-30 00:00")

        assert phase(life) is Phase.DISPUTED
        assert life.state.refund.status is None

    def test_may_arrive_in_the_grace_when_it_occurred_in_time(self) -> None:
        life = a_request().refused("03-04 09:00")

        life.disputed("03-19 00:10", occurred_at="03-18 23:59")

        assert phase(life) is Phase.DISPUTED

    def test_may_not_come_after_the_window(self) -> None:
        life = a_request().refused("03-04 09:00")

        assert life.code(DisputeRefusal, "03-19 00:10") == "deadline_passed"

    def test_that_is_upheld_ends_the_request(self) -> None:
        life = a_request().refused("03-04 09:00").disputed("03-05 09:00")

        life.sent(DecideDispute, "03-06 09:00", **UPHOLD)

        assert life.state.resolution.outcome is Outcome.REFUSED
        assert life.told == ["dispute_decided to customer", "closed to seller", "closed to customer"]

    def test_that_is_overturned_puts_the_work_on_again_under_the_same_deadline(self) -> None:
        life = overturned()

        assert phase(life) is Phase.IN_PROGRESS
        assert life.tasks == []
        assert life.state.resolution.deadline is not None
        assert life.state.resolution.deadline.due == RESOLVE_BY
        assert life.told == ["dispute_decided to customer"]

    def test_that_is_overturned_after_the_deadline_makes_the_refund_due_at_once(self) -> None:
        life = a_request().refused("04-16 09:00").disputed("04-18 09:00")

        life.sent(DecideDispute, "04-21 09:00", **OVERTURN)

        assert life.state.refund.status is RefundStatus.DUE
        assert life.state.refund.cause is RefundCause.REFUSAL_OVERTURNED
        assert life.tasks == []

    def test_about_a_question_that_is_overturned_after_the_deadline_goes_to_the_operator(self) -> None:
        life = a_question().refused("04-16 09:00").disputed("04-18 09:00")

        life.sent(DecideDispute, "04-21 09:00", **OVERTURN)

        assert phase(life) is Phase.QUESTION_OVERDUE
        assert life.tasks == [TaskKind.QUESTION_OVERDUE]


class TestTheAgentsWithdrawal:
    @pytest.mark.parametrize("disputed", [False, True], ids=["undisputed", "disputed"])
    def test_of_a_refusal_puts_the_work_on_again(self, disputed: bool) -> None:
        life = a_request().refused("03-04 09:00")
        life = life.disputed("03-05 09:00") if disputed else life

        life.sent(WithdrawRefusal, "03-06 09:00")

        assert phase(life) is Phase.IN_PROGRESS
        assert life.tasks == []
        assert life.told == []

    def test_after_the_deadline_makes_the_refund_due_at_once(self) -> None:
        life = a_request().refused("04-16 09:00").sent(WithdrawRefusal, "04-18 09:00")

        assert life.state.refund.status is RefundStatus.DUE
        assert life.state.refund.cause is RefundCause.REFUSAL_WITHDRAWN

    def test_asks_for_no_new_evidence(self) -> None:
        life = a_request().refused("03-04 09:00").sent(WithdrawRefusal, "03-06 09:00")

        assert phase(life.refused("03-07 09:00")) is Phase.REFUSED


class TestAfterAnOverturn:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            pytest.param({"evidence": ("diff-1",)}, "new_evidence_required", id="the same evidence"),
            pytest.param({"evidence": (" diff-1 ", "")}, "new_evidence_required", id="the same, spelt so"),
            pytest.param({"evidence": ()}, "evidence_required", id="none"),
            pytest.param({"explanation": " ", "evidence": ("diff-1",)}, "explanation_required", id="first"),
        ],
    )
    def test_the_same_ground_needs_new_evidence(self, fields: dict[str, object], code: str) -> None:
        life = overturned()

        assert life.code(Refuse, "03-07 09:00", **fields) == code

    def test_new_evidence_beside_the_old_will_do(self) -> None:
        life = overturned().refused("03-07 09:00", evidence=("diff-1", "diff-2"))

        assert phase(life) is Phase.REFUSED

    def test_another_ground_may_use_the_old_evidence(self) -> None:
        life = overturned().refused("03-07 09:00", ground=OTHER_GROUND)

        assert phase(life) is Phase.REFUSED

    def test_evidence_of_every_overturned_refusal_is_old(self) -> None:
        life = overturned().refused("03-07 09:00", evidence=("diff-2",)).disputed("03-10 09:00")
        life.sent(DecideDispute, "03-11 09:00", **OVERTURN)

        code = life.code(Refuse, "03-12 09:00", evidence=("diff-1", "diff-2"))

        assert code == "new_evidence_required"

    def test_the_first_promise_stays_kept(self) -> None:
        life = overturned()

        assert life.state.acknowledgement.status is AcknowledgementStatus.MET
