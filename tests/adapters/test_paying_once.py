"""One licence is refunded once, whatever number of requests, crashes, retries or resets (R41, R42, R44)."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.money_tables import REFUND_INTENTS, SIMULATED_REFUNDS
from adapters.records.opened import Records
from adapters.records.report import SentRefund
from adapters.records.seed import load
from adapters.records.seed_file import PaymentWord
from business_care.errors import TemporarilyUnavailable
from business_care.listing import PaymentState, PaymentSwitch
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundOrder, RefundStatus
from business_care.views import CareStateName
from tests.adapters.care_world import (
    OPENED_AT,
    OPERATOR,
    a_file,
    a_refund_view,
    a_step,
    a_view,
    an_order,
    behaving,
)

A_DAY_LATER = OPENED_AT + timedelta(days=1)
BY_ANOTHER_REQUEST = an_order(request_id="R2")


@pytest.fixture
async def payments(records: Records) -> OncePayments:
    await load(records.database, a_file())
    return OncePayments(records.database, SimulatedProvider(records.database))


async def let_behave(records: Records, *words: PaymentWord) -> None:
    await load(records.database, behaving(*words))


async def refunds_made(records: Records) -> int:
    async with records.database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(SIMULATED_REFUNDS)) or 0)


async def sent(records: Records) -> list[tuple[str, int]]:
    return [(refund.status, refund.attempts) for refund in await records.report.refunds()]


async def store_refund(
    records: Records,
    status: RefundStatus,
    *,
    request_id: str = "R1",
    reference: str | None = None,
    seq: int = 1,
) -> None:
    view = a_view(
        request_id, seq=seq, state=CareStateName.REFUND_MANUAL, refund=a_refund_view(status, reference)
    )
    await records.care.store(a_step(view))


async def test_a_refund_is_sent_once_and_reported(records: Records, payments: OncePayments) -> None:
    answer = await payments.pay_back(an_order(), OPENED_AT)

    assert answer.kind is RefundAnswerKind.SUCCEEDED
    assert await records.report.refunds() == [
        SentRefund(licence_id="L1", amount=12_900, currency="EUR", status="succeeded", attempts=1)
    ]


@pytest.mark.parametrize(
    "order", [an_order(), BY_ANOTHER_REQUEST], ids=["the same request", "another request"]
)
async def test_already_refunded_is_success_by_reference(
    records: Records, payments: OncePayments, order: RefundOrder
) -> None:
    first = await payments.pay_back(an_order(), OPENED_AT)

    assert await payments.pay_back(order, A_DAY_LATER) == first
    assert await payments.look_up(order, A_DAY_LATER) == first
    assert await sent(records) == [("succeeded", 1)]


async def test_a_refund_that_the_provider_knows_and_we_do_not_is_success(
    records: Records, payments: OncePayments
) -> None:
    made = await SimulatedProvider(records.database).create_refund(an_order(), OPENED_AT)

    assert await payments.pay_back(an_order(), OPENED_AT) == made
    assert await sent(records) == []
    assert await refunds_made(records) == 1


async def test_requests_that_ask_at_once_pay_once(records: Records, payments: OncePayments) -> None:
    orders = [an_order(request_id=f"R{number}") for number in range(12)]

    answers = await asyncio.gather(*(payments.pay_back(order, OPENED_AT) for order in orders))

    assert {answer.kind for answer in answers} == {RefundAnswerKind.SUCCEEDED}
    assert await refunds_made(records) == 1
    async with records.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(REFUND_INTENTS)) == 1


@pytest.mark.parametrize(
    ("word", "attempts"),
    [
        pytest.param("error", 2, id="an error had no effect, so a second attempt pays"),
        pytest.param("timeout_before", 2, id="a time-out before the effect, the same"),
        pytest.param("timeout_after_effect", 1, id="after the effect the refund is found, not made again"),
    ],
)
async def test_after_a_failure_it_is_looked_at_first_what_came_of_it(
    records: Records, payments: OncePayments, word: PaymentWord, attempts: int
) -> None:
    await let_behave(records, word)
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(), OPENED_AT)
    assert await sent(records) == [("requested", 1)]

    answer = await payments.pay_back(an_order(), OPENED_AT)

    assert answer.kind is RefundAnswerKind.SUCCEEDED
    assert await sent(records) == [("succeeded", attempts)]
    assert await refunds_made(records) == 1


class CrashesBeforeTheAnswerIsKept(SimulatedProvider):
    """A worker that dies between the provider's answer and the note that it was given."""

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        await super().create_refund(order, at)
        raise KeyboardInterrupt


class CrashesBeforeItAsks(SimulatedProvider):
    """A worker that dies between the intent and the payment."""

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("crash", "attempts"),
    [(CrashesBeforeItAsks, 2), (CrashesBeforeTheAnswerIsKept, 1)],
    ids=["before", "after"],
)
async def test_a_crash_around_the_payment_pays_once(
    records: Records, payments: OncePayments, crash: type[SimulatedProvider], attempts: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        await OncePayments(records.database, crash(records.database)).pay_back(an_order(), OPENED_AT)

    answer = await payments.pay_back(an_order(), OPENED_AT)

    assert answer.kind is RefundAnswerKind.SUCCEEDED
    assert await sent(records) == [("succeeded", attempts)]
    assert await refunds_made(records) == 1


async def test_while_payments_are_stopped_nothing_is_sent(records: Records, payments: OncePayments) -> None:
    stop = PaymentSwitch(state=PaymentState.STOPPED, at=OPENED_AT, by=OPERATOR)
    await records.switches.set_payments(stop)

    stopped = await payments.pay_back(an_order(), OPENED_AT)
    nothing_sent = await sent(records)
    await records.switches.set_payments(stop.model_copy(update={"state": PaymentState.RESUMED}))
    resumed = await payments.pay_back(an_order(), OPENED_AT)

    assert (stopped.kind, nothing_sent) == (RefundAnswerKind.STOPPED, [])
    assert resumed.kind is RefundAnswerKind.SUCCEEDED


async def test_a_refund_that_was_made_before_the_stop_is_success_all_the_same(
    records: Records, payments: OncePayments
) -> None:
    first = await payments.pay_back(an_order(), OPENED_AT)
    await records.switches.set_payments(PaymentSwitch(state=PaymentState.STOPPED, at=OPENED_AT, by=OPERATOR))

    assert await payments.pay_back(BY_ANOTHER_REQUEST, OPENED_AT) == first


async def test_a_pending_refund_is_not_sent_again_and_settles_for_every_request(
    records: Records, payments: OncePayments
) -> None:
    await let_behave(records, "pending")

    first = await payments.pay_back(an_order(), OPENED_AT)
    second = await payments.pay_back(BY_ANOTHER_REQUEST, OPENED_AT)
    settled = await payments.look_up(BY_ANOTHER_REQUEST, A_DAY_LATER)

    assert (first.kind, second.kind) == (RefundAnswerKind.PENDING, RefundAnswerKind.PENDING)
    assert settled is not None
    assert settled.kind is RefundAnswerKind.SUCCEEDED
    assert await sent(records) == [("succeeded", 1)]


async def test_a_pending_refund_that_the_provider_lost_is_left_to_the_operator(
    records: Records, payments: OncePayments
) -> None:
    await let_behave(records, "pending")
    await payments.pay_back(an_order(), OPENED_AT)
    async with records.database.writing() as connection:
        await connection.execute(SIMULATED_REFUNDS.delete())

    answer = await payments.pay_back(an_order(), A_DAY_LATER)

    assert (answer.kind, answer.reason) == (RefundAnswerKind.REFUSED, "unknown_to_provider")
    assert await refunds_made(records) == 0


@pytest.mark.parametrize(
    ("word", "asked_at", "kind"),
    [
        pytest.param("refused", OPENED_AT, RefundAnswerKind.REFUSED, id="refused"),
        pytest.param("pending_then_failed", A_DAY_LATER, RefundAnswerKind.FAILED, id="settled as failed"),
    ],
)
async def test_what_the_provider_refused_or_failed_is_never_tried_again_by_a_program(
    records: Records, payments: OncePayments, word: PaymentWord, asked_at: datetime, kind: RefundAnswerKind
) -> None:
    await let_behave(records, word)
    await payments.pay_back(an_order(), OPENED_AT)

    same = await payments.pay_back(an_order(), asked_at)
    other = await payments.pay_back(BY_ANOTHER_REQUEST, asked_at)

    assert (same.kind, other.kind) == (kind, kind)
    assert [attempts for _, attempts in await sent(records)] == [1]


async def test_while_an_operator_pays_by_hand_another_request_waits_for_that_payment(
    records: Records, payments: OncePayments
) -> None:
    await let_behave(records, "refused")
    await payments.pay_back(an_order(), OPENED_AT)
    await store_refund(records, RefundStatus.MANUAL)

    meanwhile = await payments.pay_back(BY_ANOTHER_REQUEST, OPENED_AT)
    own = await payments.pay_back(an_order(), OPENED_AT)
    await store_refund(records, RefundStatus.SUCCEEDED, reference="transfer 4711", seq=2)
    afterwards = await payments.look_up(BY_ANOTHER_REQUEST, OPENED_AT)

    assert meanwhile.kind is RefundAnswerKind.PENDING
    assert (own.kind, own.reason) == (RefundAnswerKind.REFUSED, "window_closed")
    assert afterwards == RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference="transfer 4711")
    assert await refunds_made(records) == 0


async def test_a_refund_that_went_to_the_operator_without_any_attempt_is_not_paid_by_a_program(
    records: Records, payments: OncePayments
) -> None:
    await store_refund(records, RefundStatus.MANUAL)

    answer = await payments.pay_back(an_order(), OPENED_AT)

    assert (answer.kind, answer.reason) == (RefundAnswerKind.REFUSED, "left_to_the_operator")
    assert await sent(records) == []


async def test_a_payment_by_hand_that_was_recorded_is_a_refund_like_any_other(
    records: Records, payments: OncePayments
) -> None:
    await store_refund(records, RefundStatus.SUCCEEDED, reference="transfer 4711")

    answer = await payments.pay_back(BY_ANOTHER_REQUEST, OPENED_AT)

    assert answer == RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference="transfer 4711")
    assert await refunds_made(records) == 0


async def test_money_that_a_chargeback_took_is_not_paid_a_second_time(
    records: Records, payments: OncePayments
) -> None:
    await store_refund(records, RefundStatus.CHARGED_BACK)

    answer = await payments.pay_back(BY_ANOTHER_REQUEST, OPENED_AT)

    assert answer.kind is RefundAnswerKind.SUCCEEDED
    assert await refunds_made(records) == 0


async def test_an_older_step_that_comes_late_does_not_reopen_what_was_paid_by_hand(
    records: Records, payments: OncePayments
) -> None:
    await store_refund(records, RefundStatus.SUCCEEDED, reference="transfer 4711", seq=2)
    await store_refund(records, RefundStatus.MANUAL, seq=1)

    answer = await payments.pay_back(BY_ANOTHER_REQUEST, OPENED_AT)

    assert answer.reference == "transfer 4711"


async def test_a_settlement_that_the_provider_announced_counts_as_the_provider_s(
    records: Records, payments: OncePayments
) -> None:
    await let_behave(records, "pending")
    await payments.pay_back(an_order(), OPENED_AT)

    await store_refund(records, RefundStatus.SUCCEEDED)

    assert await sent(records) == [("succeeded", 1)]


async def test_a_second_attempt_asks_for_the_money_of_the_first(
    records: Records, payments: OncePayments
) -> None:
    await let_behave(records, "error")
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(amount=10_000), OPENED_AT)

    await payments.pay_back(an_order(amount=12_900, request_id="R2"), OPENED_AT)

    async with records.database.reading() as connection:
        assert await connection.scalar(select(SIMULATED_REFUNDS.c.amount)) == 10_000
