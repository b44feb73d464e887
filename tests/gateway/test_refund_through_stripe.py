"""A whole refund through Stripe: ordered, under way, told by a webhook, closed (R42, R43, R44)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.embedded_server import dev_server
from adapters.payments.news import told_to
from adapters.payments.stripe_webhooks import news_in
from adapters.records.catalogue_tables import LICENCES
from adapters.records.opened import Records
from adapters.settings import PaymentProviderName
from adapters.webhook_receiver import WebhookReceiver, receiving
from business_care.state import Outcome
from business_care.views import CareStateName
from console.assembly import Providers, care_worker, parties
from tests.adapters.stripe_server.server import StripeServer, running_stripe
from tests.adapters.stripe_world import WEBHOOK_SECRET, stripe_at
from tests.adapters.stripe_world import paid as paid_at_stripe
from tests.empty_records import empty_records
from tests.gateway.marketplace import Licence, Marketplace
from tests.gateway.news import ordered, pending, until
from workflows.names import SEARCH_ATTRIBUTES

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class PaidByStripe:
    """A marketplace whose refunds are paid by Stripe, and a licence that was bought there."""

    market: Marketplace
    stripe: StripeServer
    licence: Licence


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PaidByStripe]:
    url = await empty_records(tmp_path / "records.db")
    async with (
        running_stripe() as stripe,
        stripe_at(stripe) as provider,
        Records.open(url) as records,
        dev_server(SEARCH_ATTRIBUTES) as server,
        care_worker(server.client, parties(records, Providers(PaymentProviderName.STRIPE), provider)),
    ):
        market = Marketplace(server, records, server.client, url)
        licence = await market.licence()
        async with records.database.writing() as connection:
            await connection.execute(
                update(LICENCES).where(LICENCES.c.id == licence.id).values(payment_ref="pi_1")
            )
        paid_at_stripe(stripe, "pi_1", amount=30_000)
        receiver = WebhookReceiver(partial(news_in, secret=WEBHOOK_SECRET), told_to(market.gateway()))
        async with receiving(receiver, LOOPBACK, 0) as port:
            stripe.events.url = f"http://{LOOPBACK}:{port}/stripe"
            yield PaidByStripe(market, stripe, licence)


async def test_a_refund_that_is_paid_at_once_closes_its_request(world: PaidByStripe) -> None:
    gateway = world.market.gateway()

    request_id = await ordered(gateway, world.market, world.licence)
    closed = await until(gateway, request_id, lambda view: view.outcome is not None)

    assert closed.outcome is Outcome.REFUNDED
    assert [refund.body()["id"] for refund in world.stripe.book.refunds] == ["re_0001"]
    assert closed.refund is not None
    assert closed.refund.reference == "re_0001"


async def test_a_refund_that_settles_late_closes_its_request_when_stripe_tells_it(
    world: PaidByStripe,
) -> None:
    gateway = world.market.gateway()
    world.stripe.book.next_statuses.append("pending")
    request_id = await pending(gateway, world.market, world.licence)

    events = await world.stripe.settle("re_0001", "succeeded")
    answers = [await world.stripe.events.tell(event) for event in [*events, *events]]

    assert answers == [200] * 4
    closed = await until(gateway, request_id, lambda view: view.outcome is not None)
    assert closed.outcome is Outcome.REFUNDED
    assert len(world.stripe.book.refunds) == 1


async def test_a_refund_that_fails_late_is_the_operators_task_once(world: PaidByStripe) -> None:
    gateway = world.market.gateway()
    world.stripe.book.next_statuses.append("pending")
    request_id = await pending(gateway, world.market, world.licence)

    events = await world.stripe.settle("re_0001", "failed", "expired_or_canceled_card")
    answers = [await world.stripe.events.tell(event) for event in events]

    assert answers == [200] * 3
    manual = await until(gateway, request_id, lambda view: view.state is CareStateName.REFUND_MANUAL)
    assert manual.outcome is None
    assert await world.market.records.recoveries.all(open_only=False) == []


async def test_an_open_chargeback_holds_the_refund_and_a_lost_one_closes_the_request(
    world: PaidByStripe,
) -> None:
    gateway = world.market.gateway()
    request_id = (await gateway.open_request(world.market.opening(world.licence.id))).request_id

    opened = world.stripe.dispute("pi_1", "charge.dispute.created", "needs_response")
    assert await world.stripe.events.tell(opened) == 200
    disputed = await gateway.status(request_id)
    lost = world.stripe.dispute("pi_1", "charge.dispute.closed", "lost")
    assert await world.stripe.events.tell(lost) == 200
    closed = await until(gateway, request_id, lambda view: view.outcome is not None)

    assert disputed.outcome is None
    assert closed.outcome is Outcome.REFUNDED
    assert closed.refund is not None
    assert closed.refund.status == "charged_back"
    assert world.stripe.book.refunds == []
