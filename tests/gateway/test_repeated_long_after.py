"""A command that is sent again after a request has taken many others is still the same command (R60)."""

import asyncio

import pytest

from business_care.applied import MAX_APPLIED
from business_care.commands import Hold, PaymentsResumed
from business_care.errors import RuleViolation
from business_care.people import Actor, Role
from gateway.client import CareGateway
from tests.gateway.callers import OPERATOR, an_open_request, code_of, logged
from tests.gateway.marketplace import Marketplace

SYSTEM = Actor(role=Role.SYSTEM, id="payments")


async def took(gateway: CareGateway, request_id: str, commands: int) -> None:
    """The request has taken that many commands more, and the records have them."""
    *others, last = (PaymentsResumed(command_id=f"resumed-{number}", by=SYSTEM) for number in range(commands))
    await asyncio.gather(*(gateway.send_as_signal(request_id, command) for command in others))
    await gateway.send(request_id, last)


async def test_a_command_is_the_same_however_many_came_after_it(
    market: Marketplace, gateway: CareGateway
) -> None:
    request_id = await an_open_request(gateway, market, await market.licence())
    early = PaymentsResumed(command_id="early", by=SYSTEM)
    hold = Hold(command_id="hold", by=OPERATOR, reason="The bank asks")
    await gateway.send(request_id, early)
    first = await gateway.send(request_id, hold)
    await took(gateway, request_id, MAX_APPLIED)
    before = (await gateway.journal(request_id, as_recorded=True)).events

    again = await gateway.send(request_id, hold)
    as_signal = await gateway.send_as_signal(request_id, hold)

    assert again == as_signal == first.model_copy(update={"duplicate": True})
    with pytest.raises(RuleViolation) as refused:
        await gateway.send(request_id, hold.model_copy(update={"reason": "Another one"}))
    assert (refused.value.code, refused.value.message) == (
        "command_id_reused",
        "command_id: hold was used before, for another hold",
    )
    assert (
        await code_of(gateway.send(request_id, hold.model_copy(update={"by": SYSTEM}))) == "role_not_allowed"
    )
    assert (await logged(market, request_id))[-1].error_code == "role_not_allowed"
    assert (await gateway.send(request_id, early)).duplicate
    journal = await gateway.journal(request_id, as_recorded=True)
    assert (journal.events, journal.rejections) == (before, ())
