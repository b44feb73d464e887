"""Stripe behind the port: what is sent, which refund is ours, and how it stands (R41, R42)."""

from urllib.parse import parse_qs

import pytest

from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder
from tests.adapters.care_world import an_order
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import create, find, paid, posts

REFUSED, FAILED, PENDING, SUCCEEDED = (
    RefundAnswerKind.REFUSED,
    RefundAnswerKind.FAILED,
    RefundAnswerKind.PENDING,
    RefundAnswerKind.SUCCEEDED,
)


def order_for(payment_ref: str | None, amount: int = 12_900, currency: str = "EUR") -> RefundOrder:
    money = Money(amount=amount, currency=currency)
    return an_order().model_copy(update={"payment_ref": payment_ref, "money": money})


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
