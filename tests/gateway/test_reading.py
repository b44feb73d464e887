"""Reading requests: the running one tells itself, the closed one is told by the records."""

from datetime import timedelta

import pytest

from business_care.listing import RequestFilter
from business_care.state import Outcome
from business_care.views import CareStateName
from gateway.client import CareGateway
from gateway.failures import NoAnswer
from tests.gateway.callers import a_closed_request, acknowledgement, an_open_request, code_of
from tests.gateway.marketplace import ACKNOWLEDGE_BY, OPENED_AT, RESOLVE_BY, Marketplace


async def test_a_running_request_tells_itself(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    await gateway.send(request_id, acknowledgement(licence.agent))

    status = await gateway.status(request_id)
    deadlines = await gateway.deadlines(request_id)
    journal = await gateway.journal(request_id)

    assert status.state is CareStateName.IN_PROGRESS
    assert status.next_due_at == RESOLVE_BY
    assert deadlines.acknowledgement is not None
    assert deadlines.acknowledgement.due == ACKNOWLEDGE_BY
    assert [event.name for event in journal.events] == ["opened", "acknowledge"]


@pytest.mark.parametrize("forgotten", [False, True], ids=["server-remembers", "after-retention"])
async def test_a_closed_request_is_told_by_the_records(
    market: Marketplace, gateway: CareGateway, forgotten: bool
) -> None:
    request_id = await a_closed_request(gateway, market, await market.licence())
    caller = market.gateway(client=market.forgetful) if forgotten else gateway

    status = await caller.status(request_id)
    deadlines = await caller.deadlines(request_id)
    journal = await caller.journal(request_id)

    assert (status.state, status.outcome) == (CareStateName.CLOSED, Outcome.WITHDRAWN)
    assert deadlines.resolution is not None
    assert deadlines.resolution.due == RESOLVE_BY
    assert [event.name for event in journal.events] == ["opened", "acknowledge", "withdraw", "closed"]


async def test_the_records_tell_what_the_running_request_tells(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    await gateway.send(request_id, acknowledgement(licence.agent))

    assert await gateway.status(request_id, as_recorded=True) == await gateway.status(request_id)
    assert await gateway.deadlines(request_id, as_recorded=True) == await gateway.deadlines(request_id)
    assert await gateway.journal(request_id, as_recorded=True) == await gateway.journal(request_id)


async def test_a_request_that_nobody_opened_is_unknown(gateway: CareGateway) -> None:
    codes = {
        await code_of(gateway.status("R-nobody")),
        await code_of(gateway.deadlines("R-nobody")),
        await code_of(gateway.journal("R-nobody")),
        await code_of(gateway.status("R-nobody", as_recorded=True)),
    }

    assert codes == {"unknown_request"}


async def test_a_request_without_a_worker_gives_no_answer(market: Marketplace) -> None:
    opening = market.opening((await market.licence()).id)
    await market.unattended(opening)
    hurried = market.gateway(patience=timedelta(seconds=1))

    with pytest.raises(NoAnswer, match=opening.request_id):
        await hurried.status(opening.request_id)


async def test_a_list_shows_the_next_deadline_first(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    later = market.opening(licence.id, at=OPENED_AT - timedelta(days=3))
    earlier = market.opening(licence.id, at=OPENED_AT - timedelta(days=4))
    await gateway.open_request(later)
    await gateway.open_request(earlier)
    closed = await a_closed_request(gateway, market, licence)

    every = await gateway.list_requests(RequestFilter(seller_id=licence.seller_id))
    still_open = await gateway.list_requests(RequestFilter(seller_id=licence.seller_id, open_only=True))

    in_order = [earlier.request_id, later.request_id]
    assert [view.request_id for view in every] == [*in_order, closed]
    assert [view.request_id for view in still_open] == in_order
