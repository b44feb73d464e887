"""The contract of a payment provider, kept by ledger, simulated one and Stripe; and what sets them apart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.payments.ledger import LedgerProvider
from adapters.payments.opened import embedded_provider
from adapters.payments.simulated import SimulatedProvider
from adapters.records.money_tables import LEDGER_ENTRIES
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import PaymentWord
from adapters.settings import PaymentProviderName
from business_care.errors import TemporarilyUnavailable
from business_care.ports import PaymentProvider
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder
from tests.adapters.care_world import OPENED_AT, a_file, a_licence, an_order, behaving
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import paid, stripe_at

A_DAY_LATER = OPENED_AT + timedelta(days=1)


@pytest.fixture(params=["ledger", "simulated", "stripe"])
async def provider(
    request: pytest.FixtureRequest, records: Records, stripe_server: StripeServer
) -> AsyncIterator[PaymentProvider]:
    """A provider that took 12900 EUR for L1, and as much for L2, of which 900 were given back before."""
    if request.param == "stripe":
        paid(stripe_server, "pi_L1")
        paid(stripe_server, "pi_L2", refunded_before=900)
        async with stripe_at(stripe_server) as stripe:
            yield stripe
        return
    await load(records.database, a_file(licences=(a_licence(), a_licence("L2", refunded_before=900))))
    yield embedded_provider(records.database, PaymentProviderName(request.param))


async def insistently(provider: PaymentProvider, order: RefundOrder) -> RefundAnswer:
    """Asks for a refund as callers do: again, when there was no answer."""
    for _ in range(50):
        try:
            return await provider.create_refund(order, OPENED_AT)
        except TemporarilyUnavailable:
            await asyncio.sleep(0.05)
    raise AssertionError("no answer after all these times")


async def test_before_anything_was_asked_there_is_no_refund(provider: PaymentProvider) -> None:
    assert await provider.find_refund(an_order(), OPENED_AT) is None


async def test_a_refund_that_was_made_is_found_with_its_reference(provider: PaymentProvider) -> None:
    made = await provider.create_refund(an_order(), OPENED_AT)

    assert made.kind is RefundAnswerKind.SUCCEEDED
    assert made.reference
    assert await provider.find_refund(an_order(), OPENED_AT - timedelta(hours=1)) == made


async def test_the_same_key_never_pays_twice(provider: PaymentProvider) -> None:
    first = await provider.create_refund(an_order(request_id="R1"), OPENED_AT)

    assert await provider.create_refund(an_order(request_id="R2"), A_DAY_LATER) == first


async def test_a_key_that_is_used_by_many_at_once_pays_once(provider: PaymentProvider) -> None:
    answers = await asyncio.gather(*(insistently(provider, an_order()) for _ in range(10)))

    assert {answer.kind for answer in answers} == {RefundAnswerKind.SUCCEEDED}
    assert len({answer.reference for answer in answers}) == 1


async def test_the_refunds_of_ours_are_listed_with_licence_purpose_and_amount(
    provider: PaymentProvider,
) -> None:
    made = [await provider.create_refund(an_order(one, amount=9_000), OPENED_AT) for one in ("L1", "L2")]

    listed = [refund async for refund in provider.refunds_made(A_DAY_LATER)]

    assert {(refund.licence_id, refund.purpose, refund.reference) for refund in listed} == {
        ("L1", "purchase_price", made[0].reference),
        ("L2", "purchase_price", made[1].reference),
    }
    assert {(refund.money.amount, refund.money.currency) for refund in listed} == {(9_000, "EUR")}
    assert {refund.status for refund in listed} == {RefundAnswerKind.SUCCEEDED}
    assert len({refund.key for refund in listed}) == 2


async def test_each_licence_has_its_own_refund(provider: PaymentProvider) -> None:
    await provider.create_refund(an_order("L1"), OPENED_AT)

    assert await provider.find_refund(an_order("L2"), OPENED_AT) is None


@pytest.mark.parametrize(
    ("licence_id", "money", "reason"),
    [
        pytest.param(
            "L1", Money(amount=12_901, currency="EUR"), "amount_above_payment", id="above the price"
        ),
        pytest.param(
            "L2", Money(amount=12_001, currency="EUR"), "amount_above_payment", id="above what is left of it"
        ),
        pytest.param("L1", Money(amount=12_900, currency="USD"), "other_currency", id="in another currency"),
        pytest.param("L404", Money(amount=1, currency="EUR"), "unknown_payment", id="nobody paid"),
    ],
)
async def test_more_than_the_payment_holds_is_refused(
    provider: PaymentProvider, licence_id: str, money: Money, reason: str
) -> None:
    order = an_order(licence_id).model_copy(update={"money": money})

    answer = await provider.create_refund(order, OPENED_AT)

    assert (answer.kind, answer.reason) == (RefundAnswerKind.REFUSED, reason)
    assert await provider.find_refund(order, OPENED_AT) is None


async def test_what_is_left_of_a_price_can_be_refunded(provider: PaymentProvider) -> None:
    answer = await provider.create_refund(an_order("L2", amount=12_000), OPENED_AT)

    assert answer.kind is RefundAnswerKind.SUCCEEDED


async def test_in_the_ledger_debits_are_credits(records: Records) -> None:
    await load(records.database, a_file(licences=(a_licence(), a_licence("L2", amount=4_000))))
    ledger = LedgerProvider(records.database)

    await ledger.create_refund(an_order("L1"), OPENED_AT)
    await ledger.create_refund(an_order("L2", amount=4_000), OPENED_AT)
    await ledger.create_refund(an_order("L1", request_id="R2"), OPENED_AT)

    assert await ledger.balance() == {"EUR": (16_900, 16_900)}
    async with records.database.reading() as connection:
        entries = await connection.execute(
            select(LEDGER_ENTRIES.c.account, LEDGER_ENTRIES.c.debit, LEDGER_ENTRIES.c.credit).order_by(
                LEDGER_ENTRIES.c.id
            )
        )
        assert [tuple(entry) for entry in entries] == [
            ("seller:S1", 12_900, 0),
            ("licence:L1", 0, 12_900),
            ("seller:S1", 4_000, 0),
            ("licence:L2", 0, 4_000),
        ]


@pytest.mark.parametrize("word", ["error", "timeout_before"])
async def test_a_simulated_failure_without_effect_leaves_nothing(records: Records, word: PaymentWord) -> None:
    await load(records.database, behaving(word))
    simulated = SimulatedProvider(records.database)

    with pytest.raises(TemporarilyUnavailable):
        await simulated.create_refund(an_order(), OPENED_AT)

    assert await simulated.find_refund(an_order(), OPENED_AT) is None
    again = await simulated.create_refund(an_order(), OPENED_AT)
    assert again.kind is RefundAnswerKind.SUCCEEDED


async def test_a_simulated_time_out_after_the_effect_has_paid(records: Records) -> None:
    await load(records.database, behaving("timeout_after_effect"))
    simulated = SimulatedProvider(records.database)

    with pytest.raises(TemporarilyUnavailable):
        await simulated.create_refund(an_order(), OPENED_AT)

    found = await simulated.find_refund(an_order(), OPENED_AT)
    assert found is not None
    assert found.kind is RefundAnswerKind.SUCCEEDED


@pytest.mark.parametrize(
    ("word", "in_the_end"),
    [("pending", RefundAnswerKind.SUCCEEDED), ("pending_then_failed", RefundAnswerKind.FAILED)],
)
async def test_a_simulated_refund_that_is_pending_settles_a_day_later(
    records: Records, word: PaymentWord, in_the_end: RefundAnswerKind
) -> None:
    await load(records.database, behaving(word))
    simulated = SimulatedProvider(records.database)

    at_once = await simulated.create_refund(an_order(), OPENED_AT)
    just_before = await simulated.find_refund(an_order(), A_DAY_LATER - timedelta(seconds=1))
    a_day_later = await simulated.find_refund(an_order(), A_DAY_LATER)

    assert at_once.kind is RefundAnswerKind.PENDING
    assert just_before == at_once
    assert a_day_later is not None
    assert a_day_later.kind is in_the_end


async def test_a_simulated_refusal_is_final_for_that_attempt_only(records: Records) -> None:
    await load(records.database, behaving("refused"))
    simulated = SimulatedProvider(records.database)

    first = await simulated.create_refund(an_order(), OPENED_AT)
    second = await simulated.create_refund(an_order(), OPENED_AT)

    assert (first.kind, first.reason) == (RefundAnswerKind.REFUSED, "window_closed")
    assert second.kind is RefundAnswerKind.SUCCEEDED


async def test_the_words_are_used_one_by_one_also_across_a_restart(records: Records) -> None:
    await load(records.database, behaving("error", "timeout_before", "refused"))
    with pytest.raises(TemporarilyUnavailable, match="error"):
        await SimulatedProvider(records.database).create_refund(an_order(), OPENED_AT)
    with pytest.raises(TemporarilyUnavailable, match="timeout_before"):
        await SimulatedProvider(records.database).create_refund(an_order(), OPENED_AT)

    answer = await SimulatedProvider(records.database).create_refund(an_order(), OPENED_AT)

    assert answer.kind is RefundAnswerKind.REFUSED
