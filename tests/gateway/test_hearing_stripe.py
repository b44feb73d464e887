"""`business-care webhooks`: a process that hears Stripe, answers, and ends in order."""

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gateway.client import CareGateway
from tests.adapters.stripe_server.events import Events, signature_header
from tests.adapters.stripe_server.server import StripeServer
from tests.gateway.marketplace import NOON, Marketplace
from tests.gateway.news import pending, until

ROOT = Path(__file__).parents[2]
SECRET = "whsec_of_the_endpoint"
SECONDS_TO_START = 60


@pytest.fixture
async def process(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = {"PYTHONPATH": str(ROOT), "BUSINESS_CARE_STRIPE_WEBHOOK_SECRET": SECRET}
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "starter", "webhooks", "--port", "0"),
        cwd=tmp_path,
        env=environment | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    yield started
    if started.returncode is None:
        started.kill()
        await started.wait()


async def address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    welcome = await asyncio.wait_for(process.stdout.readline(), SECONDS_TO_START)
    found = re.search(r"http://\S+/stripe", welcome.decode())
    assert found, welcome
    return found[0]


async def test_what_it_hears_reaches_the_request_that_waits_for_it(
    market: Marketplace, gateway: CareGateway, process: asyncio.subprocess.Process
) -> None:
    licence = await market.licence(pays=["pending"])
    request_id = await pending(gateway, market, licence)
    stripe = StripeServer(now=NOON, events=Events(url=await address_of(process)))
    payment = stripe.book.take_payment("pi_1", 12_900, "eur", NOON)
    metadata = {"licence_id": licence.id, "purpose": "purchase_price", "business_care_key": "refund"}
    refund = stripe.book.give_back(payment, 12_900, metadata, NOON)

    answers = [await stripe.events.tell(event) for event in await stripe.settle(refund.id, "succeeded")]

    assert answers == [200, 200]
    closed = await until(gateway, request_id, lambda view: view.outcome is not None)
    assert closed.outcome == "refunded"


async def test_it_answers_stripe_alone_and_ends_on_a_signal(process: asyncio.subprocess.Process) -> None:
    address = await address_of(process)
    body = json.dumps({"id": "evt_1", "object": "event", "type": "ping"}).encode()

    answers = []
    async with aiohttp.ClientSession() as session:
        for secret in (SECRET, "whsec_of_somebody"):
            headers = {"Stripe-Signature": signature_header(body, secret)}
            async with session.post(address, data=body, headers=headers) as answer:
                answers.append(answer.status)
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), SECONDS_TO_START)

    assert answers == [200, 400]
    assert process.returncode == 0
    assert "signature_not_accepted" in log.decode()
    assert "Traceback" not in log.decode()
