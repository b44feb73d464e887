"""Operators find in the Temporal UI what is due, late, broken or waiting for them."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from business_care.commands import DisputeRefusal, OrderRefund, RefusalGround, Refuse
from business_care.people import Actor, Role
from gateway.client import CareGateway
from gateway.searches import Search, counted, searches
from tests.gateway.marketplace import ACKNOWLEDGE_BY, LONG_AGO, Licence, Marketplace
from tests.gateway.terminal import Typed

PARIS = ZoneInfo("Europe/Paris")
INTERFACE = "http://127.0.0.1:8233"
OPERATOR = Actor(role=Role.OPERATOR, id="O1")
NOON_OF_THE_LAST_DAY = datetime(2031, 3, 4, 11, tzinfo=UTC)


async def found(market: Marketplace, licence: Licence, now: datetime) -> dict[str, int]:
    """How much each search finds of what concerns the licence's seller."""
    wanted = searches(now, PARIS, licence.seller_id)
    return {one.name: one.count for one in await counted(market.server.client, wanted, INTERFACE)}


async def finds(market: Marketplace, licence: Licence, now: datetime, *names: str) -> None:
    """Wait until exactly these searches find the seller's one request; the server's list lags behind."""
    expected = dict.fromkeys((*names, "open"), 1)
    seen: dict[str, int] = {}
    for _ in range(100):
        seen = {name: count for name, count in (await found(market, licence, now)).items() if count}
        if seen == expected:
            break
        await asyncio.sleep(0.1)
    assert seen == expected


async def opened(market: Marketplace, gateway: CareGateway, **more: datetime) -> tuple[Licence, str]:
    licence = await market.licence()
    opening = market.opening(licence.id, **more)
    await gateway.open_request(opening)
    return licence, opening.request_id


async def test_a_request_is_due_on_the_last_day_of_its_deadline_and_overdue_when_that_has_passed(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence, _ = await opened(market, gateway)

    await finds(market, licence, NOON_OF_THE_LAST_DAY - timedelta(days=1))
    await finds(market, licence, NOON_OF_THE_LAST_DAY, "due_today")
    await finds(market, licence, ACKNOWLEDGE_BY + timedelta(minutes=1), "overdue")


async def test_a_dispute_waits_for_the_operator(market: Marketplace, gateway: CareGateway) -> None:
    licence, request_id = await opened(market, gateway)
    await gateway.send(
        request_id,
        Refuse(
            command_id="c1",
            by=licence.agent,
            ground=RefusalGround.MODIFIED_SOURCE,
            explanation="menu.js was changed",
            evidence=("diff-1",),
        ),
    )
    await gateway.send(request_id, DisputeRefusal(command_id="c2", by=licence.customer, reason="It is empty"))

    await finds(market, licence, LONG_AGO, "waiting_for_operator")


async def test_money_that_has_not_arrived_is_found(market: Marketplace, gateway: CareGateway) -> None:
    licence, request_id = await opened(market, gateway)
    await gateway.stop_payments(seller_id=licence.seller_id, by=OPERATOR)
    await gateway.send(request_id, OrderRefund(command_id="c1", by=OPERATOR, reason="goodwill"))

    await finds(market, licence, NOON_OF_THE_LAST_DAY - timedelta(days=1), "refunds_not_settled")


async def test_a_broken_promise_is_found(market: Marketplace, gateway: CareGateway) -> None:
    licence, _ = await opened(market, gateway, at=datetime.now(UTC) - timedelta(days=10))

    await finds(market, licence, LONG_AGO, "breached")


@pytest.mark.parametrize("search", searches(LONG_AGO, PARIS), ids=lambda search: search.name)
def test_what_has_ended_is_never_looked_for(search: Search) -> None:
    # A broken run that was terminated keeps `TemporalReportedProblems` as long as the server keeps it.
    assert search.query.startswith("ExecutionStatus = 'Running' AND ")


async def test_the_terminal_counts_and_links_into_the_temporal_ui(market: Marketplace, typed: Typed) -> None:
    listed = await typed("links", "--seller", "it's", "--ui", "https://temporal.shop.example/", "--json")
    shown = await typed("links")

    by_name = {one["name"]: one for one in listed.json}
    url = urlsplit(by_name["overdue"]["url"])
    assert (url.netloc, url.path) == ("temporal.shop.example", "/namespaces/default/workflows")
    assert parse_qs(url.query)["query"] == [by_name["overdue"]["query"]]
    assert by_name["overdue"]["query"].endswith("AND CareSeller = 'it''s'")
    assert by_name["overdue"]["count"] == 0
    assert "broken_workflows: runs whose code fails again and again" in shown.out
    assert "http://127.0.0.1:8233/namespaces/default/workflows?query=" in shown.out


@pytest.mark.parametrize("address", ["127.0.0.1:8233", "ftp://temporal", ""])
async def test_an_address_that_leads_nowhere_is_wrong_usage(typed: Typed, address: str) -> None:
    ended = await typed("links", "--ui", address)

    assert ended.code == 2
    assert "allowed is an address such as http://127.0.0.1:8233" in ended.err
