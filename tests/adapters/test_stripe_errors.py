"""What each error of Stripe's means: to be tried again, or a refusal for good; codes only (R42, R62)."""

import logging
from datetime import timedelta

import pytest

from business_care.errors import TemporarilyUnavailable
from business_care.refund import RefundAnswer, RefundAnswerKind
from tests.adapters.care_world import OPENED_AT, an_order
from tests.adapters.stripe_server.errors import PRIVATE
from tests.adapters.stripe_server.faults import Fault
from tests.adapters.stripe_server.keys import Answer
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import IMPATIENT, create, paid, posts, stripe_at

REFUSED, SUCCEEDED = RefundAnswerKind.REFUSED, RefundAnswerKind.SUCCEEDED


async def test_a_payment_that_only_a_key_of_the_other_mode_would_find_is_not_refused(
    stripe_server: StripeServer,
) -> None:
    stripe_server.book.of_other_mode.add("pi_L1")

    with pytest.raises(TemporarilyUnavailable, match="key_of_other_mode"):
        await create(stripe_server)


async def test_a_wrong_key_is_corrected_by_people_while_the_refund_waits(stripe_server: StripeServer) -> None:
    paid(stripe_server)
    async with stripe_at(stripe_server, api_key="sk_test_wrong") as stripe:
        with pytest.raises(TemporarilyUnavailable, match="401"):
            await stripe.create_refund(an_order(), OPENED_AT)
        with pytest.raises(TemporarilyUnavailable, match="401"):
            await stripe.check()

    assert (await create(stripe_server)).kind is SUCCEEDED


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault.RATE_LIMITED, "429, rate_limit"),
        (Fault.LOCK_TIMEOUT, "429, lock_timeout"),
        (Fault.FORBIDDEN, "403"),
        (Fault.OUT_OF_ORDER, "503"),
        (Fault.ERROR_BEFORE, "500"),
        (Fault.CUT_BEFORE, "no answer"),
        (Fault.SLOW_BEFORE, "no answer"),
        (Fault.CUT_AFTER, "no answer"),
        (Fault.CUT_IN_ANSWER, "no answer"),
        (Fault.UNREADABLE, "can't do it now"),
        (Fault.BALANCE_INSUFFICIENT, "balance_insufficient"),
    ],
)
async def test_what_may_pass_is_tried_again_and_says_codes_only(
    stripe_server: StripeServer, fault: Fault, says: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    paid(stripe_server)
    # Twice: a question that has no effect is asked again at once when its line is cut.
    stripe_server.fail_next(fault, fault, method=method)

    async with stripe_at(stripe_server, seconds_to_answer=IMPATIENT) as stripe:
        with pytest.raises(TemporarilyUnavailable) as failed:
            await stripe.create_refund(an_order(), OPENED_AT)

    assert says in str(failed.value)
    assert PRIVATE not in str(failed.value)
    assert failed.value.__cause__ is None
    assert PRIVATE not in caplog.text


@pytest.mark.parametrize(
    "fault", [Fault.OUT_OF_ORDER, Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.CUT_IN_ANSWER]
)
async def test_no_payment_is_asked_for_twice_by_the_libraries(
    stripe_server: StripeServer, fault: Fault
) -> None:
    paid(stripe_server)
    stripe_server.fail_next(fault)

    with pytest.raises(TemporarilyUnavailable):
        await create(stripe_server)

    assert posts(stripe_server) == 1


async def test_a_refusal_keeps_the_code_of_stripe(stripe_server: StripeServer) -> None:
    paid(stripe_server)
    stripe_server.fail_next(Fault.REFUND_WINDOW)

    answer = await create(stripe_server)

    assert answer == RefundAnswer(kind=REFUSED, reason="charge_too_old_to_refund")


async def test_what_was_given_back_by_hand_or_taken_by_the_bank_is_refused(
    stripe_server: StripeServer,
) -> None:
    paid(stripe_server, "pi_L1", refunded_before=12_900)
    paid(stripe_server, "pi_L2", refunded_before=900)
    paid(stripe_server, "pi_L3").disputed = True
    paid(stripe_server, "pi_L4").received = False

    reasons = [
        (await create(stripe_server, an_order(licence_id))).reason
        for licence_id in ("L1", "L2", "L3", "L4", "L5")
    ]

    assert reasons == [
        "charge_already_refunded",
        "amount_above_payment",
        "charge_disputed",
        "amount_above_payment",
        "unknown_payment",
    ]


async def test_the_same_key_with_another_body_finds_what_the_first_one_made(
    stripe_server: StripeServer,
) -> None:
    payment = paid(stripe_server, amount=50_000)
    key = an_order().idempotency_key

    def another_worker_pays() -> None:
        stripe_server.keys.begin(key, "/v1/refunds", {"another": "body"}, stripe_server.now)
        stripe_server.book.give_back(payment, 12_900, {"business_care_key": key}, stripe_server.now)
        stripe_server.keys.store(key, Answer(200, "{}", {}))

    stripe_server.meanwhile = another_worker_pays

    assert await create(stripe_server) == RefundAnswer(kind=SUCCEEDED, reference="re_0001")
    assert payment.refunded == 12_900


async def test_the_same_key_with_another_body_and_no_refund_is_left_to_people(
    stripe_server: StripeServer,
) -> None:
    paid(stripe_server)
    stripe_server.fail_next(Fault.ERROR_BEFORE)
    with pytest.raises(TemporarilyUnavailable):
        await create(stripe_server, an_order(request_id="R1"))

    answer = await create(stripe_server, an_order(request_id="R2"))

    assert answer == RefundAnswer(kind=REFUSED, reason="idempotency_key_reused")
    assert stripe_server.book.refunds == []


async def test_a_refusal_that_our_own_refund_brought_about_is_no_refusal(stripe_server: StripeServer) -> None:
    payment = paid(stripe_server)
    metadata = {"business_care_key": an_order().idempotency_key}

    def another_worker_pays() -> None:
        stripe_server.book.give_back(payment, 12_900, metadata, stripe_server.now)

    stripe_server.meanwhile = another_worker_pays

    assert await create(stripe_server) == RefundAnswer(kind=SUCCEEDED, reference="re_0001")
    assert payment.refunded == 12_900


async def test_while_a_key_is_in_use_the_second_one_waits(stripe_server: StripeServer) -> None:
    paid(stripe_server)
    stripe_server.keys.begin(an_order().idempotency_key, "/v1/refunds", {}, stripe_server.now)

    with pytest.raises(TemporarilyUnavailable, match="409, idempotency_key_in_use"):
        await create(stripe_server)


async def test_a_key_that_was_forgotten_pays_no_second_time_because_it_is_looked_up_first(
    stripe_server: StripeServer,
) -> None:
    payment = paid(stripe_server, amount=50_000)
    first = await create(stripe_server)

    stripe_server.pass_time(timedelta(hours=25))

    assert await create(stripe_server) == first
    assert payment.refunded == 12_900
