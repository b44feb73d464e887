"""Opening a request: once, however often it is asked for, and only what can be a request."""

import asyncio
from datetime import timedelta

import pytest

from business_care.errors import RuleViolation
from business_care.request import CareRequestOpening
from business_care.state import Outcome
from business_care.views import CareStateName, OpenedAnswer
from gateway.client import CareGateway
from gateway.failures import NoAnswer, ServerRefused
from tests.gateway.callers import a_closed_request, acknowledgement, an_open_request, code_of
from tests.gateway.marketplace import ACKNOWLEDGE_BY, NOON, OPENED_AT, RESOLVE_BY, Marketplace
from workflows import names


async def kept_opening(market: Marketplace, request_id: str) -> CareRequestOpening:
    opening = await market.records.directory.opening(request_id)
    assert opening is not None
    return opening


async def runs_of(market: Marketplace, request_id: str) -> int:
    """How many runs the server has had under the request's id, whatever became of them."""
    await market.run(request_id).describe()
    # Visibility follows a moment later, but never counts a run that was not there.
    await asyncio.sleep(1)
    found = await market.server.client.count_workflows(f"WorkflowId = '{names.care_request_id(request_id)}'")
    return found.count


async def test_opening_tells_both_due_instants_in_one_call(market: Marketplace, gateway: CareGateway) -> None:
    opening = market.opening((await market.licence()).id)

    opened = await gateway.open_request(opening)

    assert opened == OpenedAnswer(
        request_id=opening.request_id,
        state=CareStateName.AWAITING_ACKNOWLEDGEMENT,
        acknowledge_by=ACKNOWLEDGE_BY,
        resolve_by=RESOLVE_BY,
    )


async def test_opening_again_answers_as_the_request_stands_by_then(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    opening = market.opening(licence.id)
    await gateway.open_request(opening)
    await gateway.send(opening.request_id, acknowledgement(licence.agent))

    again = await gateway.open_request(opening)

    assert again.state is CareStateName.IN_PROGRESS
    assert again.acknowledge_by == ACKNOWLEDGE_BY
    assert await runs_of(market, opening.request_id) == 1


async def test_ten_openings_at_the_same_time_open_one_request(
    market: Marketplace, gateway: CareGateway
) -> None:
    opening = market.opening((await market.licence()).id)

    answers = await asyncio.gather(*(gateway.open_request(opening) for _ in range(10)))

    assert {answer.acknowledge_by for answer in answers} == {ACKNOWLEDGE_BY}
    assert await runs_of(market, opening.request_id) == 1


@pytest.mark.parametrize("forgotten", [False, True], ids=["server-remembers", "after-retention"])
async def test_opening_a_closed_request_again_answers_with_its_outcome(
    market: Marketplace, gateway: CareGateway, forgotten: bool
) -> None:
    request_id = await a_closed_request(gateway, market, await market.licence())
    opening = await kept_opening(market, request_id)
    caller = market.gateway(client=market.forgetful) if forgotten else gateway

    again = await caller.open_request(opening)

    assert (again.state, again.outcome) == (CareStateName.CLOSED, Outcome.WITHDRAWN)
    assert again.resolve_by == RESOLVE_BY


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
async def test_another_opening_under_the_same_id_is_refused_and_says_what_differs(
    market: Marketplace, gateway: CareGateway, closed: bool
) -> None:
    licence = await market.licence()
    request_id = await (a_closed_request if closed else an_open_request)(gateway, market, licence)
    another = (await kept_opening(market, request_id)).model_copy(update={"subject": "Something else"})

    with pytest.raises(RuleViolation) as refused:
        await gateway.open_request(another)

    assert refused.value.code == "request_id_reused"
    assert refused.value.message == f"request_id: {request_id} was opened before with another subject"


async def test_of_two_different_openings_at_the_same_time_one_is_refused(
    market: Marketplace, gateway: CareGateway
) -> None:
    opening = market.opening((await market.licence()).id)
    another = opening.model_copy(update={"subject": "Something else"})

    answers = await asyncio.gather(
        gateway.open_request(opening), gateway.open_request(another), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, RuleViolation)]
    assert [violation.code for violation in refused] == ["request_id_reused"]
    assert await runs_of(market, opening.request_id) == 1


async def test_a_request_on_an_unknown_licence_is_not_opened(
    market: Marketplace, gateway: CareGateway
) -> None:
    opening = market.opening("L-unknown")

    code = await code_of(gateway.open_request(opening))

    assert code == "unknown_licence"
    assert await code_of(gateway.status(opening.request_id)) == "unknown_request"


async def test_an_opening_more_than_two_minutes_ahead_is_refused(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    just_allowed = market.opening(licence.id, at=NOON + timedelta(minutes=2))
    too_late = market.opening(licence.id, at=NOON + timedelta(minutes=2, seconds=1))

    opened = await gateway.open_request(just_allowed)
    code = await code_of(gateway.open_request(too_late))

    assert opened.acknowledge_by == ACKNOWLEDGE_BY
    assert code == "opened_at_out_of_range"


async def test_a_request_without_active_care_is_told_its_outcome_at_once(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence(cared_for=False)

    opened = await gateway.open_request(market.opening(licence.id))

    assert opened.outcome is Outcome.NOT_ENTITLED
    assert opened.acknowledge_by is None


async def test_a_run_that_was_terminated_by_hand_is_started_again(
    market: Marketplace, gateway: CareGateway
) -> None:
    request_id = await an_open_request(gateway, market, await market.licence())
    await market.run(request_id).terminate()

    again = await gateway.open_request(await kept_opening(market, request_id))

    assert again.acknowledge_by == ACKNOWLEDGE_BY
    assert (await gateway.status(request_id)).state is CareStateName.AWAITING_ACKNOWLEDGEMENT


async def test_a_request_can_be_searched_for_by_its_first_deadline_before_its_first_step(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    opening = market.opening(licence.id, at=OPENED_AT + timedelta(days=1))

    await gateway.open_later(opening, timedelta(days=365))

    started = await market.run(opening.request_id).describe()
    found = started.typed_search_attributes
    assert found[names.CARE_STATE] == "opening"
    assert found[names.CARE_SELLER] == licence.seller_id
    assert found[names.CARE_PRODUCT] == licence.product_id
    assert found[names.CARE_BREACHED] is False
    assert found[names.CARE_DUE_AT] == ACKNOWLEDGE_BY + timedelta(days=1)


async def test_what_operators_read_beside_the_workflow_holds_ids_only(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    opening = market.opening(licence.id)

    await gateway.open_request(opening)

    started = await market.run(opening.request_id).describe()
    details = await started.static_details()
    assert await started.static_summary() == f"anomaly {opening.request_id}, licence {licence.id}"
    assert f"- **licence**: {licence.id}" in str(details)
    assert str(opening.subject) not in str(details)


async def test_a_request_without_a_worker_gives_no_answer_in_time(market: Marketplace) -> None:
    opening = market.opening((await market.licence()).id)
    await market.unattended(opening)
    hurried = market.gateway(patience=timedelta(seconds=0.5))

    with pytest.raises(NoAnswer, match=rf"request {opening.request_id} did not answer within 0\.5 s"):
        await hurried.open_request(opening)


async def test_a_namespace_without_the_search_attributes_is_named_as_what_refuses(
    market: Marketplace,
) -> None:
    elsewhere = market.gateway(client=market.forgetful)

    with pytest.raises(ServerRefused, match="search attribute Care"):
        await elsewhere.open_request(market.opening((await market.licence()).id))


async def test_a_request_of_later_is_started_once_and_under_one_body(
    market: Marketplace, gateway: CareGateway
) -> None:
    opening = market.opening((await market.licence()).id)

    await gateway.open_later(opening, timedelta(days=1))
    await gateway.open_later(opening, timedelta(days=2))

    assert await runs_of(market, opening.request_id) == 1


@pytest.mark.parametrize("forgotten", [False, True], ids=["server-remembers", "after-retention"])
async def test_a_request_that_has_closed_is_not_started_later_again(
    market: Marketplace, gateway: CareGateway, forgotten: bool
) -> None:
    request_id = await a_closed_request(gateway, market, await market.licence())
    caller = market.gateway(client=market.forgetful) if forgotten else gateway

    await caller.open_later(await kept_opening(market, request_id), timedelta(days=1))

    assert (await gateway.status(request_id)).outcome is Outcome.WITHDRAWN
    assert (
        await code_of(caller.open_later(market.opening("L-unknown"), timedelta(days=1))) == "unknown_licence"
    )
