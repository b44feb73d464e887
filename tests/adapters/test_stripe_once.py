"""The whole way of a refund through Stripe, with a line that is cut at every point: one refund (R41)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.payments.once import OncePayments
from adapters.payments.stripe_provider import StripeProvider
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.errors import TemporarilyUnavailable
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder
from tests.adapters.care_world import OPENED_AT, a_file, a_licence, an_order
from tests.adapters.conftest import Templates
from tests.adapters.stripe_server.faults import Fault
from tests.adapters.stripe_server.payments import Payment
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import paid, stripe_at

SUCCEEDED = RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference="re_0001")
CUTS = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.CUT_IN_ANSWER, Fault.SLOW_BEFORE, Fault.SLOW_AFTER)
CALLS = 4
"""What one refund asks of Stripe: look, look again just before, read the payment, pay."""


@pytest.fixture
async def database_url(tmp_path: Path, templates: Templates) -> str:
    """SQLite alone: what differs between the databases is tested with the other providers."""
    return await templates.copy_file(tmp_path / "records.db")


@pytest.fixture
async def stripe(stripe_server: StripeServer) -> AsyncIterator[StripeProvider]:
    async with stripe_at(stripe_server, seconds_to_answer=0.5) as provider:
        yield provider


@pytest.fixture
async def payments(records: Records, stripe: StripeProvider) -> OncePayments:
    await load(records.database, a_file(licences=(a_licence(), a_licence("L2"))))
    return OncePayments(records.database, stripe)


async def until_answered(payments: OncePayments, order: RefundOrder) -> RefundAnswer:
    """Asks again and again, as the activity does."""
    for _ in range(100):
        try:
            return await payments.pay_back(order, OPENED_AT)
        except TemporarilyUnavailable:
            await asyncio.sleep(0.02)
    raise AssertionError("no answer after all these times")


async def attempts(records: Records) -> list[tuple[str, int]]:
    return [(refund.status, refund.attempts) for refund in await records.report.refunds()]


def amounts(payment: Payment) -> list[int]:
    return [refund.amount for refund in payment.refunds]


@pytest.mark.parametrize("fault", CUTS)
@pytest.mark.parametrize("call", range(CALLS), ids=["look", "look again", "read the payment", "pay"])
async def test_wherever_the_line_is_cut_there_is_one_refund(
    payments: OncePayments, stripe_server: StripeServer, fault: Fault, call: int
) -> None:
    payment = paid(stripe_server, amount=50_000)
    stripe_server.fail_at(call, fault)

    answer = await until_answered(payments, an_order())

    assert answer == SUCCEEDED
    assert amounts(payment) == [12_900]


@pytest.mark.parametrize("fault", CUTS)
async def test_a_line_that_is_cut_at_every_call_for_a_while_pays_once(
    payments: OncePayments, stripe_server: StripeServer, fault: Fault
) -> None:
    payment = paid(stripe_server, amount=50_000)
    for method in ("GET", "POST"):
        stripe_server.fail_next(*[fault] * 3, method=method)

    answer = await until_answered(payments, an_order())

    assert answer == SUCCEEDED
    assert amounts(payment) == [12_900]


async def test_after_the_effect_the_refund_is_found_and_not_made_again(
    records: Records, payments: OncePayments, stripe_server: StripeServer
) -> None:
    payment = paid(stripe_server, amount=50_000)
    stripe_server.fail_next(Fault.CUT_AFTER)
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(), OPENED_AT)
    assert await attempts(records) == [("requested", 1)]

    answer = await payments.pay_back(an_order(), OPENED_AT)

    assert answer == SUCCEEDED
    assert await attempts(records) == [("succeeded", 1)]
    assert amounts(payment) == [12_900]


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.SLOW_AFTER, Fault.ERROR_AFTER])
async def test_when_the_key_has_been_forgotten_the_refund_is_looked_up_first(
    payments: OncePayments, stripe_server: StripeServer, fault: Fault
) -> None:
    payment = paid(stripe_server, amount=50_000)
    stripe_server.fail_next(fault)
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(), OPENED_AT)

    stripe_server.pass_time(timedelta(hours=25))
    answer = await payments.pay_back(an_order(), OPENED_AT + timedelta(hours=25))

    assert answer == SUCCEEDED
    assert amounts(payment) == [12_900]


async def test_an_error_that_is_stored_under_the_key_is_over_when_the_key_is_forgotten(
    payments: OncePayments, stripe_server: StripeServer
) -> None:
    payment = paid(stripe_server, amount=50_000)
    stripe_server.fail_next(Fault.ERROR_BEFORE)
    for _ in range(3):  # the same 500 comes again
        with pytest.raises(TemporarilyUnavailable, match="500"):
            await payments.pay_back(an_order(), OPENED_AT)

    stripe_server.pass_time(timedelta(hours=24))

    assert await payments.pay_back(an_order(), OPENED_AT) == SUCCEEDED
    assert amounts(payment) == [12_900]


async def test_two_licences_of_one_payment_have_a_refund_each(
    payments: OncePayments, stripe_server: StripeServer
) -> None:
    payment = paid(stripe_server, "pi_both", amount=25_800)
    orders = [an_order(licence).model_copy(update={"payment_ref": "pi_both"}) for licence in ("L1", "L2")]

    answers = [await until_answered(payments, order) for order in [*orders, *orders]]

    assert [answer.reference for answer in answers] == ["re_0001", "re_0002", "re_0001", "re_0002"]
    assert amounts(payment) == [12_900, 12_900]


async def test_requests_that_ask_at_once_pay_once(
    records: Records, payments: OncePayments, stripe_server: StripeServer
) -> None:
    payment = paid(stripe_server, amount=50_000)
    orders = [an_order(request_id=f"R{number}") for number in range(12)]

    answers = await asyncio.gather(*(until_answered(payments, order) for order in orders))

    assert set(answers) == {SUCCEEDED}
    assert amounts(payment) == [12_900]


async def test_another_request_asks_with_the_body_of_the_first_one(
    payments: OncePayments, stripe_server: StripeServer
) -> None:
    """The key is bound to the body: were they different, the second would be refused, and a person asked."""
    paid(stripe_server, amount=50_000)
    stripe_server.fail_next(Fault.CUT_BEFORE)
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(request_id="R1"), OPENED_AT)
    stripe_server.fail_next(Fault.ERROR_BEFORE)
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(request_id="R1"), OPENED_AT)

    with pytest.raises(TemporarilyUnavailable, match="500"):
        await payments.pay_back(an_order(request_id="R2", amount=10_000), OPENED_AT)

    assert len(set(stripe_server.bodies)) == 1


async def test_a_payment_that_the_records_name_otherwise_by_now_is_still_asked_first(
    payments: OncePayments, stripe_server: StripeServer
) -> None:
    first, second = paid(stripe_server), paid(stripe_server, "pi_corrected")
    stripe_server.fail_next(Fault.CUT_AFTER)
    with pytest.raises(TemporarilyUnavailable):
        await payments.pay_back(an_order(), OPENED_AT)

    corrected = an_order().model_copy(update={"payment_ref": "pi_corrected"})
    answer = await payments.pay_back(corrected, OPENED_AT)

    assert answer == SUCCEEDED
    assert (amounts(first), amounts(second)) == ([12_900], [])


async def test_a_pending_refund_of_a_payment_that_was_corrected_is_still_found(
    payments: OncePayments, stripe_server: StripeServer
) -> None:
    paid(stripe_server)
    paid(stripe_server, "pi_corrected")
    stripe_server.book.next_statuses.append("pending")
    await payments.pay_back(an_order(), OPENED_AT)

    corrected = an_order().model_copy(update={"payment_ref": "pi_corrected"})
    await stripe_server.settle("re_0001", "succeeded")

    assert await payments.look_up(corrected, OPENED_AT) == SUCCEEDED


@pytest.mark.parametrize(
    ("status", "kind"),
    [("succeeded", RefundAnswerKind.SUCCEEDED), ("failed", RefundAnswerKind.FAILED)],
)
async def test_a_pending_refund_is_not_sent_again_and_settles_in_the_end(
    records: Records, payments: OncePayments, stripe_server: StripeServer, status: str, kind: RefundAnswerKind
) -> None:
    payment = paid(stripe_server, amount=50_000)
    stripe_server.book.next_statuses.append("requires_action")

    first = await payments.pay_back(an_order(), OPENED_AT)
    again = await payments.pay_back(an_order(request_id="R2"), OPENED_AT)
    await stripe_server.settle("re_0001", status)
    settled = await payments.look_up(an_order(), OPENED_AT)

    assert (first.kind, again.kind) == (RefundAnswerKind.PENDING, RefundAnswerKind.PENDING)
    assert settled is not None
    assert settled.kind is kind
    assert amounts(payment) == [12_900]


async def test_a_wrong_currency_in_the_records_pays_nothing(
    payments: OncePayments, stripe_server: StripeServer
) -> None:
    payment = paid(stripe_server, currency="jpy")
    order = an_order().model_copy(update={"money": Money(amount=12_900, currency="EUR")})

    answer = await payments.pay_back(order, OPENED_AT)

    assert answer == RefundAnswer(kind=RefundAnswerKind.REFUSED, reason="other_currency")
    assert amounts(payment) == []
