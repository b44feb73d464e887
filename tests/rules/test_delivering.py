"""The second promise: a correction within thirty business days (R20-R25)."""

import pytest

from business_care.commands import (
    AcceptUpdate,
    ConfirmFix,
    CustomerReplied,
    Fix,
    OfferUpdate,
    RejectFix,
    UpdateKind,
    Withdraw,
)
from business_care.policy import Policy
from business_care.refund import RefundCause, RefundStatus
from business_care.state import AcknowledgementStatus, Outcome, Phase
from tests.rules.builders import RESOLVE_BY, local
from tests.rules.lives import Life, a_request


def phase(life: Life) -> Phase:
    return life.state.resolution.phase


def refund(life: Life) -> tuple[RefundStatus | None, RefundCause | None]:
    return life.state.refund.status, life.state.refund.cause


def window_ends(life: Life) -> object:
    window = life.state.resolution.window
    return window.plan.due if window and window.plan else None


class TestAFix:
    def test_gives_the_customer_five_business_days_to_verify(self) -> None:
        life = a_request().fixed("03-20 12:00")

        assert phase(life) is Phase.VERIFYING
        assert window_ends(life) == local("03-28 00:00")
        assert life.told == ["fix_delivered to customer"]

    def test_is_verified_from_when_it_occurred(self) -> None:
        life = a_request().fixed("03-21 11:00", occurred_at="03-20 23:00")

        assert window_ends(life) == local("03-28 00:00")

    def test_that_the_customer_confirms_resolves_the_request(self) -> None:
        life = a_request().fixed("03-20 12:00").sent(ConfirmFix, "03-21 09:00")

        assert life.state.resolution.outcome is Outcome.RESOLVED
        assert life.state.resolution.closed_at == local("03-21 09:00")
        assert life.told == ["closed to seller"]

    def test_that_nobody_objects_to_resolves_the_request_after_the_grace(self) -> None:
        life = a_request().fixed("03-20 12:00").until("03-28 00:14")
        before = phase(life)

        life.until("03-28 00:15")

        assert before is Phase.VERIFYING
        assert life.state.resolution.outcome is Outcome.RESOLVED
        assert life.told == ["closed to seller", "closed to customer"]

    def test_that_the_customer_rejects_puts_the_work_on_again_under_the_same_deadline(self) -> None:
        life = a_request().fixed("03-20 12:00").fix_rejected("03-21 09:00")

        assert phase(life) is Phase.IN_PROGRESS
        assert life.state.resolution.fix is None
        assert window_ends(life) is None
        assert life.state.resolution.deadline is not None
        assert life.state.resolution.deadline.due == RESOLVE_BY
        assert life.told == ["fix_rejected to seller"]

    def test_may_be_rejected_in_the_grace_when_that_occurred_in_time(self) -> None:
        life = a_request().fixed("03-20 12:00")

        life.fix_rejected("03-28 00:10", occurred_at="03-27 23:59")

        assert phase(life) is Phase.IN_PROGRESS

    def test_may_not_be_rejected_after_the_window(self) -> None:
        life = a_request().fixed("03-20 12:00")

        assert life.code(RejectFix, "03-28 00:10") == "deadline_passed"
        assert life.code(RejectFix, "03-28 00:10", occurred_at="03-28 00:00") == "deadline_passed"

    def test_may_be_confirmed_in_the_grace(self) -> None:
        life = a_request().fixed("03-20 12:00").sent(ConfirmFix, "03-28 00:10")

        assert life.state.resolution.outcome is Outcome.RESOLVED

    def test_may_be_replaced_by_a_second_one_with_a_window_of_its_own(self) -> None:
        life = a_request().fixed("03-20 12:00").fixed("03-26 12:00", reference="v2.4.2")

        assert life.state.resolution.fix is not None
        assert life.state.resolution.fix.reference == "v2.4.2"
        assert window_ends(life) == local("04-03 00:00")

    @pytest.mark.parametrize(
        ("arrives", "occurred", "accepted"),
        [
            pytest.param("04-16 23:59:59", None, True, id="the last second"),
            pytest.param("04-17 00:14", "04-16 23:59:59", True, id="arrives in the grace"),
            pytest.param("04-17 00:00", None, False, id="the deadline"),
            pytest.param("04-17 00:14", "04-17 00:00", False, id="occurred at the deadline"),
        ],
    )
    def test_counts_before_the_deadline(self, arrives: str, occurred: str | None, accepted: bool) -> None:
        life = a_request().acknowledged("03-04 09:00").until(arrives)

        if accepted:
            assert phase(life.fixed(arrives, occurred_at=occurred)) is Phase.VERIFYING
        else:
            assert life.code(Fix, arrives, occurred_at=occurred) == "deadline_passed"

    def test_is_refused_once_the_refund_has_started(self) -> None:
        life = a_request().acknowledged("03-04 09:00")

        code = life.code(Fix, "04-17 00:16", occurred_at="04-16 23:59")

        assert code == "refund_under_way"

    def test_has_no_second_one_after_the_deadline(self) -> None:
        life = a_request().fixed("04-16 12:00")

        code = life.code(Fix, "04-17 09:00")

        assert code == "deadline_passed"


class TestTheThirtyDays:
    def test_end_with_a_refund_when_nothing_was_delivered(self) -> None:
        life = a_request().acknowledged("03-04 09:00").until("04-17 00:14:59")
        before = refund(life)

        life.until("04-17 00:15")

        assert before == (None, None)
        assert refund(life) == (RefundStatus.DUE, RefundCause.RESOLUTION_MISSED)
        assert life.happened == ["resolution_missed", "refund_due"]
        assert life.told == ["refund_due to seller"]

    def test_are_not_paused_by_a_question_to_the_customer(self) -> None:
        life = a_request().asked("03-04 09:00").until("04-17 00:15")

        assert refund(life) == (RefundStatus.DUE, RefundCause.RESOLUTION_MISSED)

    def test_do_not_end_while_a_fix_is_verified(self) -> None:
        life = a_request().fixed("04-16 12:00").until("04-22 12:00")

        assert phase(life) is Phase.VERIFYING
        assert refund(life) == (None, None)

    def test_end_at_once_with_a_rejection_that_comes_after_them(self) -> None:
        life = a_request().fixed("04-16 12:00").fix_rejected("04-22 12:00")

        assert refund(life) == (RefundStatus.DUE, RefundCause.FIX_REJECTED)
        assert life.told == ["fix_rejected to seller", "refund_due to seller"]

    def test_end_after_the_grace_with_a_rejection_that_occurred_before(self) -> None:
        life = a_request().fixed("04-16 12:00").fix_rejected("04-17 00:05", occurred_at="04-16 23:50")
        before = refund(life)

        life.until("04-17 00:15")

        assert before == (None, None)
        assert refund(life) == (RefundStatus.DUE, RefundCause.RESOLUTION_MISSED)

    def test_end_in_time_when_the_customer_keeps_silent_about_the_last_fix(self) -> None:
        life = a_request().fixed("04-16 12:00").until("04-25 00:00")

        assert life.state.resolution.outcome is Outcome.RESOLVED
        assert refund(life) == (None, None)

    def test_end_at_once_without_a_grace_when_the_policy_has_none(self) -> None:
        life = a_request(policy=Policy(arrival_grace_minutes=0)).acknowledged("03-04 09:00")

        life.until("04-17 00:00")

        assert refund(life) == (RefundStatus.DUE, RefundCause.RESOLUTION_MISSED)


class TestAQuestionToTheCustomer:
    def test_is_recorded_as_an_interval(self) -> None:
        life = a_request().asked("03-04 09:00").sent(CustomerReplied, "03-06 10:00")

        waits = life.state.resolution.waits
        assert [(wait.since, wait.until) for wait in waits] == [(local("03-04 09:00"), local("03-06 10:00"))]
        assert life.told == ["customer_replied to seller"]

    def test_asked_twice_is_one_interval(self) -> None:
        life = a_request().asked("03-04 09:00").asked("03-05 09:00")

        assert [wait.since for wait in life.state.resolution.waits] == [local("03-04 09:00")]

    def test_may_be_asked_again_after_an_answer(self) -> None:
        life = a_request().asked("03-04 09:00").sent(CustomerReplied, "03-05 10:00").asked("03-06 09:00")

        assert len(life.state.resolution.waits) == 2
        assert life.state.resolution.waiting_for_customer

    def test_cannot_be_answered_when_none_is_open(self) -> None:
        life = a_request().asked("03-04 09:00").sent(CustomerReplied, "03-05 10:00")

        assert life.code(CustomerReplied, "03-06 10:00") == "wrong_state"

    def test_answered_before_it_was_asked_has_waited_no_time(self) -> None:
        life = (
            a_request().asked("03-04 09:00").sent(CustomerReplied, "03-04 09:10", occurred_at="03-04 08:50")
        )

        wait = life.state.resolution.waits[0]
        assert wait.until == wait.since

    def test_ends_with_the_request(self) -> None:
        life = a_request().asked("03-04 09:00").sent(Withdraw, "03-06 10:00")

        assert life.state.resolution.waits[0].until == local("03-06 10:00")


class TestAnUpdate:
    def test_that_is_free_and_corrects_is_verified_as_a_fix_is(self) -> None:
        life = a_request().offered("03-20 12:00", kind=UpdateKind.FREE, resolves=True)

        assert phase(life) is Phase.VERIFYING
        assert life.told == ["update_offered to customer"]
        assert life.notices[-1].data["business_days"] == "5"

    @pytest.mark.parametrize(
        ("kind", "resolves"),
        [
            pytest.param(UpdateKind.PAID, True, id="paid, said to correct"),
            pytest.param(UpdateKind.PAID, False, id="paid"),
            pytest.param(UpdateKind.FREE, False, id="free without the correction"),
        ],
    )
    def test_of_another_kind_never_discharges_the_duty(self, kind: UpdateKind, resolves: bool) -> None:
        life = a_request().offered("03-04 09:00", kind=kind, resolves=resolves)
        offered = phase(life)

        life.until("04-17 00:15")

        assert offered is Phase.IN_PROGRESS
        assert refund(life) == (RefundStatus.DUE, RefundCause.RESOLUTION_MISSED)

    def test_that_corrects_must_come_before_the_deadline(self) -> None:
        life = a_request().acknowledged("03-04 09:00")

        code = life.code(OfferUpdate, "04-17 00:05", kind=UpdateKind.FREE, resolves=True)

        assert code == "deadline_passed"

    def test_that_is_paid_may_be_offered_after_the_deadline(self) -> None:
        life = a_request().fixed("04-16 12:00").offered("04-18 12:00")

        assert phase(life) is Phase.VERIFYING
        assert life.state.resolution.offers[0].reference == "v3"

    def test_that_the_customer_accepts_settles_the_request(self) -> None:
        life = a_request().offered("03-20 12:00").sent(AcceptUpdate, "03-21 12:00", reference=" v3 ")

        assert life.state.resolution.outcome is Outcome.SETTLED
        assert life.told == ["closed to seller"]

    def test_may_be_accepted_among_several(self) -> None:
        life = a_request().offered("03-20 12:00").offered("03-21 12:00", reference="v4")

        life.sent(AcceptUpdate, "03-22 12:00", reference="v3")

        assert life.state.resolution.outcome is Outcome.SETTLED

    def test_may_be_accepted_while_the_refund_is_due(self) -> None:
        life = a_request().offered("03-04 12:00").until("04-17 00:15").sent(AcceptUpdate, "04-17 09:00")

        assert life.state.resolution.outcome is Outcome.SETTLED
        assert life.state.resolution.missed_at is not None

    def test_that_was_never_offered_cannot_be_accepted(self) -> None:
        nothing_offered = a_request()
        another_offered = a_request().offered("03-20 12:00")

        assert nothing_offered.code(AcceptUpdate, "03-21 12:00") == "wrong_state"
        assert another_offered.code(AcceptUpdate, "03-21 12:00", reference="v9") == "update_not_offered"


class TestAWithdrawal:
    def test_ends_the_request_and_tells_the_seller(self) -> None:
        life = a_request().acknowledged("03-04 09:00").sent(Withdraw, "03-10 09:00")

        assert life.state.resolution.outcome is Outcome.WITHDRAWN
        assert life.told == ["withdrawn to seller"]

    def test_leaves_a_breach_on_record(self) -> None:
        life = a_request().until("04-17 00:15").sent(Withdraw, "04-17 09:00")

        assert life.state.acknowledgement.status is AcknowledgementStatus.BREACHED
        assert life.state.resolution.missed_at == local("04-17 00:15")
        assert life.state.resolution.outcome is Outcome.WITHDRAWN


class TestOffers:
    def test_under_one_reference_are_one_offer_and_the_last_one_counts(self) -> None:
        life = a_request()

        life.offered("03-20 12:00", kind=UpdateKind.PAID).offered("03-21 12:00", kind=UpdateKind.FREE)

        assert [offer.kind for offer in life.state.resolution.offers] == [UpdateKind.FREE]

    def test_are_limited_to_fifty_so_that_no_sender_can_fill_the_request_up(self) -> None:
        life = a_request()
        for number in range(50):
            life.offered("03-20 12:00", kind=UpdateKind.PAID, reference=f"v{number}")

        code = life.code(OfferUpdate, "03-20 13:00", kind=UpdateKind.PAID, reference="v50")

        assert code == "too_many_offers"
        assert len(life.state.resolution.offers) == 50
