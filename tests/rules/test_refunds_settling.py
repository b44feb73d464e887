"""A refund from its request to the end of the care, by a program or by hand (R41-R43)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from business_care.commands import Chargeback, ChargebackStatus, RecordRefund, RefundSettled, SettlementStatus
from business_care.refund import Money, RefundAnswerKind, RefundStatus
from business_care.settlement import SETTLED
from business_care.state import Outcome, TaskKind
from tests.rules.builders import OPENED, local
from tests.rules.lives import Life, a_request

FAILED = {"status": SettlementStatus.FAILED}


def requested() -> Life:
    return a_request().acknowledged("03-04 09:00").until("04-17 00:15").refund_requested("04-17 00:16")


def manual() -> Life:
    return requested().refund_answered(RefundAnswerKind.REFUSED, "04-17 00:17", reason="account_closed")


def status(life: Life) -> RefundStatus | None:
    return life.state.refund.status


def test_a_requested_refund_is_pending() -> None:
    life = requested()

    assert status(life) is RefundStatus.PENDING
    assert life.state.refund.requested_at == local("04-17 00:16")
    assert not life.state.refund.may_be_paid
    assert life.events[-1].name == "refund_requested"


def test_a_refund_that_succeeds_ends_care_and_renewal_and_then_the_request() -> None:
    life = requested().refund_answered(RefundAnswerKind.SUCCEEDED, "04-17 00:17", reference="re_1")
    moved = life.state

    life.care_ended("04-17 00:18").renewal_cancelled("04-17 00:19")

    assert moved.refund.status in SETTLED
    assert not moved.is_closed
    assert life.state.resolution.outcome is Outcome.REFUNDED
    assert life.state.resolution.closed_at == local("04-17 00:19")
    assert (life.state.refund.reference, life.state.refund.settled_at) == ("re_1", local("04-17 00:17"))
    assert life.told == ["refund_paid to customer", "refund_paid to seller"]
    assert [event.name for event in life.events[-5:]] == [
        "refund_requested",
        "refund_settled",
        "care_ended",
        "renewal_cancelled",
        "closed",
    ]


@pytest.mark.parametrize("kind", [RefundAnswerKind.PENDING, RefundAnswerKind.STOPPED])
def test_a_refund_without_an_outcome_stays_pending(kind: RefundAnswerKind) -> None:
    life = requested().refund_answered(kind, "04-17 00:17", reference="re_1")

    assert status(life) is RefundStatus.PENDING
    assert life.state.refund.reference == "re_1"


@pytest.mark.parametrize(
    ("kind", "reason", "kept"),
    [
        pytest.param(RefundAnswerKind.REFUSED, "window_closed", "window_closed", id="refused with a reason"),
        pytest.param(RefundAnswerKind.REFUSED, None, "refused", id="refused without a reason"),
        pytest.param(RefundAnswerKind.FAILED, None, "failed", id="failed"),
    ],
)
def test_a_refund_that_no_program_can_pay_is_the_operator_s_task(
    kind: RefundAnswerKind, reason: str | None, kept: str
) -> None:
    life = requested().refund_answered(kind, "04-17 00:17", reason=reason)

    assert status(life) is RefundStatus.MANUAL
    assert life.state.refund.manual_reason == kept
    assert life.tasks == [TaskKind.MANUAL_REFUND]
    assert life.told == ["refund_manual to operator"]
    assert not life.state.is_closed


def test_the_care_stays_while_the_refund_is_manual() -> None:
    life = manual()

    assert not life.state.refund.care_ended


def test_an_answer_that_comes_after_another_changes_nothing() -> None:
    life = requested().sent(RefundSettled, "04-17 00:17")
    settled = life.state

    life.refund_answered(RefundAnswerKind.FAILED, "04-17 00:18")

    assert life.state == settled


class TestTheProvidersReport:
    def test_of_success_settles_a_pending_refund(self) -> None:
        life = requested().sent(RefundSettled, "04-18 09:00", occurred_at="04-18 08:00")

        assert status(life) is RefundStatus.SUCCEEDED
        assert life.state.refund.settled_at == local("04-18 08:00")

    def test_of_failure_makes_a_pending_refund_manual(self) -> None:
        life = requested().sent(RefundSettled, "04-18 09:00", **FAILED)

        assert status(life) is RefundStatus.MANUAL
        assert life.state.refund.manual_reason == "settled_as_failed"
        assert life.told == ["refund_manual to operator"]

    def test_a_success_that_is_told_after_the_failure_pays_nobody(self) -> None:
        failed = requested().sent(RefundSettled, "04-18 09:00", **FAILED)

        assert failed.code(RefundSettled, "04-18 10:00") == "wrong_state"
        assert status(failed) is RefundStatus.MANUAL

    def test_of_success_settles_a_manual_refund(self) -> None:
        life = manual().sent(RefundSettled, "04-18 09:00")

        assert status(life) is RefundStatus.SUCCEEDED
        assert life.tasks == []

    def test_of_failure_leaves_a_manual_refund_as_it_was(self) -> None:
        life = manual().sent(RefundSettled, "04-18 09:00", **FAILED)

        assert status(life) is RefundStatus.MANUAL
        assert life.state.refund.manual_reason == "account_closed"
        assert life.told == []

    def test_is_out_of_place_before_the_refund_was_requested_and_after_it_settled(self) -> None:
        assert a_request().code(RefundSettled, "03-04 09:00") == "wrong_state"
        settled = requested().refund_answered(RefundAnswerKind.SUCCEEDED, "04-17 00:17")
        assert settled.code(RefundSettled, "04-17 00:18") == "wrong_state"


class TestARefundPaidByHand:
    def test_is_the_whole_price_now_unless_the_record_says_otherwise(self) -> None:
        life = manual().sent(RecordRefund, "04-20 09:00")

        assert status(life) is RefundStatus.SUCCEEDED
        assert life.state.refund.money == Money(amount=12900, currency="EUR")
        assert life.state.refund.settled_at == local("04-20 09:00")
        assert life.state.refund.reference == "transfer-7"
        assert life.tasks == []

    def test_keeps_what_the_record_says(self) -> None:
        life = manual().sent(
            RecordRefund,
            "04-20 09:00",
            amount=9900,
            currency="EUR",
            paid_at=local("04-19 12:00"),
            reason="Agreed.",
        )

        assert life.state.refund.money == Money(amount=9900, currency="EUR")
        assert life.state.refund.settled_at == local("04-19 12:00")

    def test_is_followed_by_the_end_of_the_care(self) -> None:
        life = manual().sent(RecordRefund, "04-20 09:00").care_ended("04-20 09:01")

        life.renewal_cancelled("04-20 09:02")

        assert life.state.resolution.outcome is Outcome.REFUNDED
        assert status(life) is RefundStatus.SUCCEEDED

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            pytest.param({"reference": None}, "reference_required", id="no reference"),
            pytest.param({"reference": "  ", "currency": "USD"}, "reference_required", id="blank reference"),
            pytest.param({"currency": "USD", "amount": 0}, "currency_mismatch", id="another currency"),
            pytest.param({"amount": 0}, "amount_out_of_range", id="nothing"),
            pytest.param({"amount": 12901}, "amount_out_of_range", id="more than is owed"),
            pytest.param(
                {"paid_at": OPENED - timedelta(seconds=1)}, "paid_at_out_of_range", id="before the request"
            ),
            pytest.param({"paid_at": local("04-20 09:02:01")}, "paid_at_out_of_range", id="in the future"),
        ],
    )
    def test_is_recorded_truthfully(self, fields: dict[str, object], code: str) -> None:
        assert manual().code(RecordRefund, "04-20 09:00", **fields) == code

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"amount": 1}, id="one cent"),
            pytest.param({"amount": 12900}, id="all of it"),
            pytest.param({"paid_at": OPENED}, id="as early as the request"),
            pytest.param({"paid_at": local("04-20 09:02:00")}, id="by a clock that is two minutes ahead"),
        ],
    )
    def test_is_recorded_within_bounds(self, fields: dict[str, object]) -> None:
        assert status(manual().sent(RecordRefund, "04-20 09:00", **fields)) is RefundStatus.SUCCEEDED


class TestAChargebackMeanwhile:
    @pytest.mark.parametrize("lived", [requested, manual])
    def test_that_opens_stops_nothing_that_is_under_way(self, lived: Callable[[], Life]) -> None:
        life = lived()
        before = status(life)

        life.sent(Chargeback, "04-17 09:00", status=ChargebackStatus.OPENED)

        assert status(life) is before

    @pytest.mark.parametrize("lived", [requested, manual])
    def test_that_is_lost_settles_the_refund(self, lived: Callable[[], Life]) -> None:
        life = lived()

        life.sent(Chargeback, "04-17 09:00", status=ChargebackStatus.LOST)

        assert status(life) is RefundStatus.CHARGED_BACK
        assert life.tasks == []


def test_an_answer_to_a_refund_that_nobody_asked_for_changes_nothing() -> None:
    life = a_request()
    before = life.state

    life.refund_answered(RefundAnswerKind.SUCCEEDED, "03-03 11:00")

    assert life.state == before
