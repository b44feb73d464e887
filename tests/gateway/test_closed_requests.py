"""Commands to closed requests: the records answer, in the same order of judgement (R60, R61)."""

import pytest

from business_care.errors import RuleViolation
from business_care.people import Actor, Role
from business_care.views import CareStateName
from gateway.client import CareGateway
from gateway.raw_command import RawCommand
from tests.gateway.callers import (
    OPERATOR,
    a_closed_request,
    acknowledgement,
    code_of,
    logged,
    withdrawal,
)
from tests.gateway.marketplace import Marketplace


@pytest.mark.parametrize("forgotten", [False, True], ids=["server-remembers", "after-retention"])
@pytest.mark.parametrize(
    ("command_id", "message", "by", "code"),
    [
        ("ack", "We are on it", None, "duplicate"),
        ("ack", "Something else", None, "command_id_reused"),
        ("new", "We are on it", None, "request_closed"),
        ("new", None, None, "request_closed"),
        ("new", "We are on it", OPERATOR, "role_not_allowed"),
        ("new", "We are on it", Actor(role=Role.AGENT, id="A1", seller_id="S-other"), "not_your_request"),
    ],
    ids=["repeated", "reused-id", "new", "before-its-content", "role", "party"],
)
async def test_a_closed_request_is_answered_for_in_the_order_of_judgement(
    market: Marketplace,
    gateway: CareGateway,
    forgotten: bool,
    command_id: str,
    message: str | None,
    by: Actor | None,
    code: str,
) -> None:
    licence = await market.licence()
    request_id = await a_closed_request(gateway, market, licence)
    caller = market.gateway(client=market.forgetful) if forgotten else gateway
    command = acknowledgement(by or licence.agent, command_id=command_id, message=message)

    if code == "duplicate":
        answer = await caller.send(request_id, command)
        assert (answer.duplicate, answer.state) == (True, CareStateName.IN_PROGRESS)
    else:
        assert await code_of(caller.send(request_id, command)) == code

    last = (await logged(market, request_id))[-1]
    assert last.error_code == (None if code == "duplicate" else code)


async def test_a_closed_request_names_its_outcome(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id = await a_closed_request(gateway, market, licence)

    with pytest.raises(RuleViolation) as refused:
        await gateway.send(request_id, withdrawal(licence.customer))

    assert refused.value.message == "the request is closed with the outcome withdrawn"


async def test_what_cannot_be_read_is_said_of_a_closed_request_too(
    market: Marketplace, gateway: CareGateway
) -> None:
    request_id = await a_closed_request(gateway, market, await market.licence())

    code = await code_of(gateway.send(request_id, RawCommand("acknowledge", b"{}")))

    assert code == "invalid_message"


async def test_a_signal_to_a_closed_request_is_answered_for_by_the_records(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await a_closed_request(gateway, market, licence)

    repeated = await gateway.send_as_signal(request_id, withdrawal(licence.customer, command_id="withdrawn"))
    code = await code_of(gateway.send_as_signal(request_id, withdrawal(licence.customer)))

    assert repeated is not None
    assert repeated.duplicate
    assert code == "request_closed"
