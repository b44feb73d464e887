"""Closures and the kill switch: kept in the records, and told to every request that they concern."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from business_care.commands import OrderRefund
from business_care.errors import RuleViolation
from business_care.listing import PaymentState, SellerClosure
from business_care.people import Actor, Role
from business_care.state import Outcome
from business_care.views import CareStateName
from gateway.client import CareGateway
from gateway.telling import RequestsTold, tell_each
from tests.gateway.callers import OPERATOR, an_open_request, code_of, logged, until_told
from tests.gateway.marketplace import (
    ACKNOWLEDGE_BY,
    ACKNOWLEDGE_BY_AFTER_CLOSURE,
    NOON,
    Licence,
    Marketplace,
)

SYSTEM = Actor(role=Role.SYSTEM, id="calendar-sync")
REOPENED = datetime(2031, 3, 3, 10, 30, tzinfo=UTC)


def a_closure(licence: Licence, *, last_day: int = 14) -> SellerClosure:
    return SellerClosure(
        id=f"holiday-{licence.seller_id}",
        seller_id=licence.seller_id,
        start=date(2031, 7, 7),
        end=date(2031, 7, last_day),
        notified_at=NOON,
    )


async def test_an_announced_closure_is_listed_and_may_be_announced_again(
    market: Marketplace, gateway: CareGateway
) -> None:
    closure = a_closure(await market.licence())

    first = await gateway.announce_closure(closure)
    again = await gateway.announce_closure(closure)

    assert first == again == closure
    assert await gateway.list_closures(closure.seller_id) == [closure]


async def test_another_closure_under_the_same_id_is_refused(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    await gateway.announce_closure(a_closure(licence))

    code = await code_of(gateway.announce_closure(a_closure(licence, last_day=15)))

    assert code == "bad_closure"


async def test_a_closure_of_an_unknown_seller_is_refused(market: Marketplace, gateway: CareGateway) -> None:
    closure = replace(await market.licence(), number=999_999)

    code = await code_of(gateway.announce_closure(a_closure(closure)))

    assert code == "unknown_seller"


@pytest.mark.parametrize("by", ["seller", "operator", "system"])
async def test_an_early_reopening_brings_the_first_deadline_of_bound_requests_forward(
    market: Marketplace, gateway: CareGateway, by: str
) -> None:
    licence = await market.licence(closed=True)
    request_ids = [await an_open_request(gateway, market, licence) for _ in range(3)]
    before = await gateway.status(request_ids[0])
    actor = {"seller": licence.seller, "operator": OPERATOR, "system": SYSTEM}[by]

    ending = await gateway.end_closure(licence.closure_id, REOPENED, actor)

    for request_id in request_ids:
        await until_told(gateway, request_id, "closure_ended")
    after = [(await gateway.status(request_id)).acknowledgement.due for request_id in request_ids]
    assert before.acknowledgement.due == ACKNOWLEDGE_BY_AFTER_CLOSURE
    assert after == [ACKNOWLEDGE_BY] * 3
    assert set(ending.requests.told) == set(request_ids)
    assert ending.closure.ended_notified_at == REOPENED


async def test_ending_a_closure_twice_is_one_act(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence(closed=True)
    request_id = await an_open_request(gateway, market, licence)
    await gateway.end_closure(licence.closure_id, REOPENED, OPERATOR)

    await gateway.end_closure(licence.closure_id, REOPENED, OPERATOR)

    await until_told(gateway, request_id, "closure_ended")
    journal = await gateway.journal(request_id)
    assert [event.name for event in journal.events].count("closure_ended") == 1
    assert journal.rejections == ()
    assert len(await logged(market, request_id)) == 2


@pytest.mark.parametrize(
    ("by", "notified_at", "code"),
    [
        (Actor(role=Role.SELLER, id="S-other"), REOPENED, "unknown_closure"),
        (Actor(role=Role.CUSTOMER, id="C1"), REOPENED, "role_not_allowed"),
        (OPERATOR, NOON + timedelta(minutes=3), "occurred_at_out_of_range"),
    ],
    ids=["another-seller", "customer", "not-yet"],
)
async def test_a_closure_is_ended_by_those_who_may_and_not_before_its_time(
    market: Marketplace, gateway: CareGateway, by: Actor, notified_at: datetime, code: str
) -> None:
    licence = await market.licence(closed=True)

    refused = await code_of(gateway.end_closure(licence.closure_id, notified_at, by))

    [closure] = await gateway.list_closures(licence.seller_id)
    assert refused == code
    assert closure.ended_notified_at is None


async def test_a_closure_that_was_never_announced_cannot_be_ended(gateway: CareGateway) -> None:
    assert await code_of(gateway.end_closure("K-nobody", REOPENED, OPERATOR)) == "unknown_closure"


async def test_stopped_payments_are_listed_until_they_are_resumed(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()

    stopped = await gateway.stop_payments(licence.seller_id, OPERATOR)
    resumed = await gateway.resume_payments(licence.seller_id, OPERATOR)

    switches = {switch.seller_id: switch for switch in await gateway.list_payment_switches()}
    assert (stopped.state, stopped.at, stopped.by) == (PaymentState.STOPPED, NOON, OPERATOR)
    assert switches[licence.seller_id] == resumed.switch
    assert resumed.switch.state is PaymentState.RESUMED


async def test_resumed_payments_wake_the_refunds_that_wait(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    await gateway.stop_payments(licence.seller_id, OPERATOR)
    order = OrderRefund(command_id="o1", by=OPERATOR, reason="The seller is gone")
    waiting = await gateway.send(request_id, order)

    resumed = await gateway.resume_payments(licence.seller_id, OPERATOR)

    ended = await market.run(request_id).result()
    assert waiting.state is CareStateName.REFUND_DUE
    assert resumed.requests == RequestsTold(told=(request_id,))
    assert ended.outcome is Outcome.REFUNDED


@pytest.mark.parametrize("role", [Role.AGENT, Role.SELLER, Role.CUSTOMER])
async def test_payments_are_switched_by_the_marketplace_alone(gateway: CareGateway, role: Role) -> None:
    somebody = Actor(role=role, id="X1", seller_id="S1")

    assert await code_of(gateway.stop_payments(None, somebody)) == "role_not_allowed"
    assert await code_of(gateway.resume_payments(None, somebody)) == "role_not_allowed"


async def test_one_request_that_cannot_be_told_does_not_stop_the_rest() -> None:
    told = []

    async def tell(request_id: str) -> None:
        if request_id == "R2":
            raise RuleViolation("wrong_state", "no")
        if request_id == "R3":
            raise RuleViolation("request_closed", "closed meanwhile")
        told.append(request_id)

    result = await tell_each([f"R{number}" for number in range(1, 31)], tell)

    assert [(failed.request_id, failed.code) for failed in result.not_told] == [("R2", "wrong_state")]
    assert len(result.told) == 29
    assert len(told) == 28
    assert isinstance(result, RequestsTold)
