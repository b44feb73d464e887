"""Stripe behind the port: what is sent, how refunds stand, and what each of its errors means (R41, R42)."""

import logging
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from business_care.errors import TemporarilyUnavailable
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder
from tests.adapters.care_world import OPENED_AT, an_order
from tests.adapters.stripe_server.errors import PRIVATE
from tests.adapters.stripe_server.faults import Fault
from tests.adapters.stripe_server.keys import Answer
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import IMPATIENT, paid, stripe_at

REFUSED, FAILED, PENDING, SUCCEEDED = (
    RefundAnswerKind.REFUSED,
    RefundAnswerKind.FAILED,
    RefundAnswerKind.PENDING,
    RefundAnswerKind.SUCCEEDED,
)


def order_for(payment_ref: str | None, amount: int = 12_900, currency: str = "EUR") -> RefundOrder:
    money = Money(amount=amount, currency=currency)
    return an_order().model_copy(update={"payment_ref": payment_ref, "money": money})


async def create(server: StripeServer, order: RefundOrder | None = None) -> RefundAnswer:
    async with stripe_at(server, seconds_to_answer=IMPATIENT * 10) as stripe:
        return await stripe.create_refund(order or an_order(), OPENED_AT)


async def find(server: StripeServer, order: RefundOrder | None = None) -> RefundAnswer | None:
    async with stripe_at(server) as stripe:
        return await stripe.find_refund(order or an_order(), OPENED_AT)


def posts(server: StripeServer) -> int:
    return [method for method, _ in server.requests].count("POST")


@pytest.mark.parametrize("payment_ref", ["pi_L1", "ch_L1", "py_L1"])
async def test_a_refund_names_the_payment_the_amount_and_ids_and_nothing_else(
    stripe_server: StripeServer, payment_ref: str
) -> None:
    paid(stripe_server, payment_ref)

    answer = await create(stripe_server, order_for(payment_ref, 5_000))

    assert answer == RefundAnswer(kind=SUCCEEDED, reference="re_0001")
    made = stripe_server.book.refunds[0]
    assert (made.amount, made.payment.currency) == (5_000, "eur")
    assert made.metadata == {
        "business_care_key": "refund-purchase_price-L1",
        "licence_id": "L1",
        "request_id": "R1",
        "purpose": "purchase_price",
    }
    assert parse_qs(stripe_server.bodies[0]) == {
        "amount": ["5000"],
        "payment_intent" if payment_ref.startswith("pi_") else "charge": [payment_ref],
        **{f"metadata[{name}]": [value] for name, value in made.metadata.items()},
    }


@pytest.mark.parametrize(
    ("payment_ref", "code"),
    [
        (None, "payment_ref_missing"),
        ("pay_0001", "payment_ref_not_of_stripe"),
        ("cs_1", "payment_ref_not_of_stripe"),
    ],
)
async def test_without_a_payment_of_stripe_nothing_is_sent(
    stripe_server: StripeServer, payment_ref: str | None, code: str
) -> None:
    order = order_for(payment_ref)

    assert await create(stripe_server, order) == RefundAnswer(kind=REFUSED, reason=code)
    assert await find(stripe_server, order) is None
    assert stripe_server.requests == []


@pytest.mark.parametrize(
    ("paid_amount", "paid_in", "asked", "asked_in", "reason"),
    [
        pytest.param(12_900, "usd", 12_900, "EUR", "other_currency", id="dollars were paid"),
        pytest.param(12_900, "jpy", 12_900, "EUR", "other_currency", id="yen were paid, a hundredth"),
        pytest.param(12_900, "eur", 12_901, "EUR", "amount_above_payment", id="a cent too much"),
        pytest.param(5_130, "kwd", 5_124, "KWD", "amount_not_representable", id="a last digit that is not 0"),
        pytest.param(550, "isk", 5, "ISK", "amount_not_representable", id="paid in fractions of a crown"),
    ],
)
async def test_what_the_payment_does_not_cover_is_refused_before_anything_is_asked_for(
    stripe_server: StripeServer, paid_amount: int, paid_in: str, asked: int, asked_in: str, reason: str
) -> None:
    paid(stripe_server, amount=paid_amount, currency=paid_in)

    answer = await create(stripe_server, order_for("pi_L1", asked, asked_in))

    assert answer == RefundAnswer(kind=REFUSED, reason=reason)
    assert posts(stripe_server) == 0


@pytest.mark.parametrize(
    ("paid_amount", "paid_in", "asked", "asked_in"),
    [(500, "isk", 5, "ISK"), (5, "mga", 500, "MGA"), (500, "jpy", 500, "JPY"), (5_120, "kwd", 5_120, "KWD")],
)
async def test_a_price_without_two_decimals_is_paid_back_to_the_last_unit(
    stripe_server: StripeServer, paid_amount: int, paid_in: str, asked: int, asked_in: str
) -> None:
    payment = paid(stripe_server, amount=paid_amount, currency=paid_in)

    answer = await create(stripe_server, order_for("pi_L1", asked, asked_in))

    assert answer.kind is SUCCEEDED
    assert payment.refunded == paid_amount


@pytest.mark.parametrize(
    ("status", "failure_reason", "answer"),
    [
        ("succeeded", None, RefundAnswer(kind=SUCCEEDED, reference="re_0001")),
        ("pending", None, RefundAnswer(kind=PENDING, reference="re_0001")),
        ("requires_action", None, RefundAnswer(kind=PENDING, reference="re_0001")),
        ("failed", "expired_or_canceled_card", None),
        ("failed", None, RefundAnswer(kind=FAILED, reference="re_0001", reason="unknown")),
        ("failed", "Not a code!", RefundAnswer(kind=FAILED, reference="re_0001", reason="unknown")),
        ("canceled", None, RefundAnswer(kind=FAILED, reference="re_0001", reason="canceled")),
        pytest.param(
            "invented_later", None, RefundAnswer(kind=PENDING, reference="re_0001"), id="an unknown state"
        ),
    ],
)
async def test_every_state_of_a_refund_has_a_meaning(
    stripe_server: StripeServer, status: str, failure_reason: str | None, answer: RefundAnswer | None
) -> None:
    paid(stripe_server)
    await create(stripe_server)

    await stripe_server.settle("re_0001", status, failure_reason)

    expected = answer or RefundAnswer(kind=FAILED, reference="re_0001", reason=failure_reason)
    assert await find(stripe_server) == expected
    assert await create(stripe_server) == expected
    assert posts(stripe_server) == 1


async def test_refunds_of_the_same_payment_that_are_not_ours_are_not_taken_for_ours(
    stripe_server: StripeServer,
) -> None:
    paid(stripe_server, amount=40_000, refunded_before=1_000)
    await create(stripe_server, order_for("pi_L1", 12_900).model_copy(update={"licence_id": "L2"}))
    await create(
        stripe_server, order_for("pi_L1", 500).model_copy(update={"purpose": "renewal_charge:pi_L1"})
    )

    assert await find(stripe_server) is None
    assert (await create(stripe_server)).reference == "re_0004"
    assert await find(stripe_server) == RefundAnswer(kind=SUCCEEDED, reference="re_0004")


async def test_ours_is_found_behind_hundreds_of_others(stripe_server: StripeServer) -> None:
    payment = paid(stripe_server, amount=100_000)
    await create(stripe_server)
    for _ in range(250):
        stripe_server.book.give_back(payment, 1, {}, stripe_server.now)

    assert await find(stripe_server) == RefundAnswer(kind=SUCCEEDED, reference="re_0001")
    assert stripe_server.requests[-3:] == [("GET", "/v1/refunds")] * 3


async def test_of_two_refunds_under_our_key_the_one_counts_that_paid(stripe_server: StripeServer) -> None:
    payment = paid(stripe_server)
    await create(stripe_server)
    await stripe_server.settle("re_0001", "failed", "declined")
    stripe_server.book.give_back(payment, 12_900, stripe_server.book.refunds[0].metadata, stripe_server.now)

    assert await find(stripe_server) == RefundAnswer(kind=SUCCEEDED, reference="re_0002")


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
