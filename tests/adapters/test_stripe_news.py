"""What Stripe's events mean for us: how refunds ended, and what banks dispute (R42, R44)."""

import pytest

from business_care.commands import ChargebackStatus, SettlementStatus
from business_care.provider_news import ChargebackNews, RefundNews
from business_care.refund import Money
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import a_refund, paid, read


@pytest.mark.parametrize(
    ("status", "reason", "means", "code"),
    [
        ("succeeded", None, SettlementStatus.SUCCEEDED, None),
        ("failed", "lost_or_stolen_card", SettlementStatus.FAILED, "lost_or_stolen_card"),
        ("failed", None, SettlementStatus.FAILED, "unknown"),
        ("canceled", None, SettlementStatus.FAILED, "canceled"),
    ],
)
async def test_a_refund_of_ours_that_ended_is_news_by_every_event_that_tells_it(
    stripe_server: StripeServer, status: str, reason: str | None, means: SettlementStatus, code: str | None
) -> None:
    await a_refund(stripe_server)

    events = await stripe_server.settle("re_0001", status, reason)

    assert {event["type"] for event in events} >= {"refund.updated", "charge.refund.updated"}
    for event in events:
        assert read(event) == (
            RefundNews(
                news_id=str(event["id"]),
                licence_id="L1",
                purpose="purchase_price",
                reference="re_0001",
                status=means,
                reason=code,
                occurred_at=stripe_server.now,
            ),
        )


@pytest.mark.parametrize("status", ["pending", "requires_action", "invented_later"])
async def test_a_refund_that_is_under_way_is_no_news(stripe_server: StripeServer, status: str) -> None:
    await a_refund(stripe_server)

    assert [read(event) for event in await stripe_server.settle("re_0001", status)] == [(), ()]


@pytest.mark.parametrize("lacking", ["business_care_key", "licence_id", "purpose"])
async def test_a_refund_that_is_not_ours_is_nothing_for_us(stripe_server: StripeServer, lacking: str) -> None:
    await a_refund(stripe_server)
    del stripe_server.book.refunds[0].metadata[lacking]

    assert [read(event) for event in await stripe_server.settle("re_0001", "succeeded")] == [(), ()]


@pytest.mark.parametrize("type_", ["refund.created", "charge.refunded", "charge.dispute.updated", "ping", ""])
async def test_other_types_of_events_are_nothing_for_us(stripe_server: StripeServer, type_: str) -> None:
    await a_refund(stripe_server)
    [event, *_] = await stripe_server.settle("re_0001", "succeeded")

    assert read(event | {"type": type_}) == ()
    assert read({"id": "evt_1", "object": "event", "type": type_}) == ()


@pytest.mark.parametrize(
    ("type_", "status", "means"),
    [
        ("created", "needs_response", ChargebackStatus.OPENED),
        ("created", "under_review", ChargebackStatus.OPENED),
        ("created", "lost", ChargebackStatus.OPENED),
        ("created", "invented_later", ChargebackStatus.OPENED),
        ("funds_withdrawn", "needs_response", ChargebackStatus.OPENED),
        ("closed", "won", ChargebackStatus.WON),
        ("closed", "lost", ChargebackStatus.LOST),
        ("created", "warning_needs_response", None),
        ("created", "warning_under_review", None),
        ("created", "prevented", None),
        ("closed", "warning_closed", None),
        ("closed", "prevented", None),
        ("closed", "invented_later", None),
        ("updated", "under_review", None),
        ("funds_reinstated", "won", None),
    ],
)
async def test_what_a_bank_does_to_a_payment(
    stripe_server: StripeServer, type_: str, status: str, means: ChargebackStatus | None
) -> None:
    paid(stripe_server)

    event = stripe_server.dispute("pi_L1", f"charge.dispute.{type_}", status)

    expected = [
        ChargebackNews(
            news_id=str(event["id"]),
            payment_ref=name,
            dispute_id="dp_of_pi_L1",
            status=means,
            amount=Money(amount=12_900, currency="EUR"),
            occurred_at=stripe_server.now,
        )
        for name in ("pi_L1", "ch_of_pi_L1")
        if means is not None
    ]
    assert list(read(event)) == expected


async def test_a_payment_without_an_intent_is_told_by_its_charge(stripe_server: StripeServer) -> None:
    paid(stripe_server, "ch_L1")

    told = read(stripe_server.dispute("ch_L1", "charge.dispute.closed", "lost"))

    assert [news.payment_ref for news in told if isinstance(news, ChargebackNews)] == ["ch_L1"]
