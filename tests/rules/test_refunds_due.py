"""A refund that is due: how much, what holds it, and who may still change it (R40, R44)."""

from collections.abc import Callable

import pytest

from business_care.commands import Chargeback, ChargebackStatus, Hold, PaymentsResumed, Release, Withdraw
from business_care.refund import Money, RefundCause, RefundStatus
from business_care.settlement import refund_order
from business_care.state import Outcome, Phase, TaskKind, opened_state
from tests.rules.builders import CUSTOMER, an_opening, local
from tests.rules.lives import Life, a_question, a_request

OPENED = {"status": ChargebackStatus.OPENED}
WON = {"status": ChargebackStatus.WON}
LOST = {"status": ChargebackStatus.LOST}


def due() -> Life:
    return a_request().acknowledged("03-04 09:00").until("04-17 00:15")


def status(life: Life) -> RefundStatus | None:
    return life.state.refund.status


def test_the_price_paid_less_what_was_given_back_is_due() -> None:
    life = a_request(price=12900, refunded_before=900).until("04-17 00:15")

    assert life.state.refund.money == Money(amount=12000, currency="EUR")
    assert life.state.refund.due_at == local("04-17 00:15")
    assert life.state.refund.may_be_paid
    assert life.notices[-1].data == {"cause": "resolution_missed", "amount": "12000", "currency": "EUR"}


def test_the_order_names_the_licence_and_its_one_key() -> None:
    order = refund_order(due().state)

    assert order.idempotency_key == "refund-purchase_price-L1"
    assert (order.request_id, order.seller_id, order.payment_ref) == ("R1", "S1", "pay_0001")
    assert order.money == Money(amount=12900, currency="EUR")


def test_without_a_licence_nothing_can_be_ordered() -> None:
    with pytest.raises(LookupError):
        refund_order(opened_state(an_opening()))


class TestNothingToPay:
    def test_closes_the_request_as_refunded(self) -> None:
        life = a_request(price=900, refunded_before=900).acknowledged("03-04 09:00").until("04-17 00:14")

        life.until("04-17 00:15")

        assert life.state.resolution.outcome is Outcome.REFUNDED
        assert status(life) is RefundStatus.NOTHING_TO_PAY
        assert life.state.refund.money == Money(amount=0, currency="EUR")
        assert life.happened == ["resolution_missed", "closed"]
        assert life.told == ["closed to seller", "closed to customer"]

    def test_ends_no_care(self) -> None:
        life = a_request(price=0).until("04-17 00:15")

        assert not life.state.refund.care_ended
        assert not life.state.refund.renewal_cancelled


class TestAHold:
    def test_waits_for_the_operator(self) -> None:
        life = a_request().held("03-04 09:00")

        assert life.tasks == [TaskKind.HOLD]
        assert life.state.refund.held_since == local("03-04 09:00")
        assert status(life) is None

    def test_lets_the_deadlines_run_on_and_keeps_the_refund(self) -> None:
        life = a_request().held("03-04 09:00").until("04-17 00:15")

        assert status(life) is RefundStatus.HELD
        assert not life.state.refund.may_be_paid
        assert life.tasks == [TaskKind.HOLD]

    def test_may_come_when_the_refund_is_due(self) -> None:
        life = due().held("04-17 09:00")

        assert status(life) is RefundStatus.HELD

    @pytest.mark.parametrize("held_at", ["03-04 09:30", "04-17 09:00"], ids=["before", "after"])
    def test_that_is_released_lets_the_refund_go_on(self, held_at: str) -> None:
        life = a_request().acknowledged("03-04 09:00").until(held_at).held(held_at).until("04-18 09:00")

        life.sent(Release, "04-18 10:00")

        assert status(life) is RefundStatus.DUE
        assert life.tasks == []
        assert life.state.refund.held_since is None

    def test_that_is_released_before_anything_is_due_changes_nothing(self) -> None:
        life = a_request().held("03-04 09:00").sent(Release, "03-05 09:00")

        assert status(life) is None
        assert life.state.resolution.phase is Phase.IN_PROGRESS

    def test_is_set_once_and_released_once(self) -> None:
        life = a_request()

        assert life.code(Release, "03-04 08:00") == "wrong_state"
        assert life.held("03-04 09:00").code(Hold, "03-04 10:00") == "wrong_state"

    def test_ends_with_the_request(self) -> None:
        life = a_request().held("03-04 09:00").sent(Withdraw, "03-05 09:00")

        assert life.tasks == []


class TestAnOrderOfTheOperator:
    @pytest.mark.parametrize("opened", [a_request, a_question], ids=["anomaly", "question"])
    def test_makes_the_refund_due_at_any_time(self, opened: Callable[[], Life]) -> None:
        life = opened().refund_ordered("03-04 09:00")

        assert status(life) is RefundStatus.DUE
        assert life.state.refund.cause is RefundCause.OPERATOR_ORDER
        assert life.happened == ["order_refund", "refund_due"]

    def test_ends_whatever_was_going_on(self) -> None:
        verifying = a_request().fixed("03-04 09:00").refund_ordered("03-05 09:00")
        disputed = a_request().refused("03-04 09:00").disputed("03-05 09:00").refund_ordered("03-06 09:00")

        assert verifying.state.resolution.window is None
        assert disputed.tasks == []
        assert status(verifying) is status(disputed) is RefundStatus.DUE

    def test_passes_a_hold_of_its_request(self) -> None:
        ordered_at_once = a_request().held("03-04 09:00").refund_ordered("03-05 09:00")
        ordered_later = a_request().held("03-04 09:00").until("04-17 00:15").refund_ordered("04-18 09:00")

        assert status(ordered_at_once) is RefundStatus.DUE
        assert status(ordered_later) is RefundStatus.DUE
        assert ordered_later.state.refund.cause is RefundCause.RESOLUTION_MISSED

    def test_does_not_pass_a_chargeback(self) -> None:
        life = a_request().sent(Chargeback, "03-04 09:00", **OPENED).refund_ordered("03-05 09:00")

        assert status(life) is RefundStatus.HELD

    def test_may_be_stopped_by_a_hold_that_comes_after_it(self) -> None:
        life = due().refund_ordered("04-17 09:00").held("04-17 09:01")

        assert status(life) is RefundStatus.HELD


class TestAChargeback:
    def test_that_is_open_holds_the_refund(self) -> None:
        before = a_request().sent(Chargeback, "03-04 09:00", **OPENED).until("04-17 00:15")
        after = due().sent(Chargeback, "04-17 09:00", **OPENED)

        assert status(before) is status(after) is RefundStatus.HELD
        assert before.tasks == []

    def test_that_is_won_lets_the_refund_go_on(self) -> None:
        life = due().sent(Chargeback, "04-17 09:00", **OPENED).sent(Chargeback, "04-20 09:00", **WON)

        assert status(life) is RefundStatus.DUE

    def test_that_is_won_leaves_a_hold_alone(self) -> None:
        life = due().held("04-17 08:00").sent(Chargeback, "04-17 09:00", **OPENED)

        life.sent(Chargeback, "04-20 09:00", **WON)

        assert status(life) is RefundStatus.HELD

    def test_opens_once_and_is_won_only_when_open(self) -> None:
        life = a_request().sent(Chargeback, "03-04 09:00", **OPENED)

        assert life.code(Chargeback, "03-04 10:00", **OPENED) == "wrong_state"
        assert (
            life.sent(Chargeback, "03-05 09:00", **WON).code(Chargeback, "03-06 09:00", **WON)
            == "wrong_state"
        )
        assert a_request().code(Chargeback, "03-04 09:00", **WON) == "wrong_state"

    def test_may_open_again_after_it_was_won(self) -> None:
        life = a_request().sent(Chargeback, "03-04 09:00", **OPENED).sent(Chargeback, "03-05 09:00", **WON)

        life.sent(Chargeback, "03-06 09:00", **OPENED)

        assert life.state.refund.chargeback is ChargebackStatus.OPENED

    def test_that_is_lost_has_paid_the_customer(self) -> None:
        life = due().sent(Chargeback, "04-17 09:00", **LOST)

        assert status(life) is RefundStatus.CHARGED_BACK
        assert life.state.refund.cause is RefundCause.RESOLUTION_MISSED
        assert life.state.refund.settled_at == local("04-17 09:00")

    def test_that_is_lost_before_anything_was_due_ends_the_work(self) -> None:
        life = a_request().fixed("03-04 09:00").sent(Chargeback, "03-05 09:00", **LOST)

        assert status(life) is RefundStatus.CHARGED_BACK
        assert life.state.refund.cause is RefundCause.CHARGEBACK_LOST
        assert life.state.refund.money == Money(amount=12900, currency="EUR")
        assert life.state.resolution.window is None

    def test_that_is_lost_ends_care_and_closes_as_refunded(self) -> None:
        life = a_request().sent(Chargeback, "03-05 09:00", **LOST)

        life.care_ended("03-05 09:01").renewal_cancelled("03-05 09:02")

        assert life.state.resolution.outcome is Outcome.REFUNDED
        assert status(life) is RefundStatus.CHARGED_BACK
        assert life.told == ["refund_paid to customer", "refund_paid to seller"]
        assert life.notices[-1].data["status"] == "charged_back"

    def test_is_no_matter_of_the_customer_s(self) -> None:
        assert a_request().code(Chargeback, "03-04 09:00", by=CUSTOMER, **OPENED) == "role_not_allowed"


def test_payments_that_run_again_leave_a_trace_and_change_nothing() -> None:
    life = due()
    before = life.state.refund

    life.sent(PaymentsResumed, "04-17 09:00")

    assert life.state.refund == before
    assert life.happened == ["payments_resumed"]


@pytest.mark.parametrize("held", [False, True], ids=["due", "held"])
def test_the_customer_may_withdraw_while_the_refund_is_not_under_way(held: bool) -> None:
    life = due()
    life = life.held("04-17 09:00") if held else life

    life.sent(Withdraw, "04-17 10:00")

    assert life.state.resolution.outcome is Outcome.WITHDRAWN
    assert life.state.resolution.missed_at is not None
