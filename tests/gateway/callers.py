"""What tests of the gateway do as callers: opening, asking, being refused."""

import asyncio
from collections.abc import Awaitable, Sequence
from itertools import count

import pytest

from business_care.commands import Acknowledge, Withdraw
from business_care.errors import RuleViolation
from business_care.listing import CommandLogEntry
from business_care.people import Actor, Role
from gateway.client import CareGateway
from tests.gateway.marketplace import Licence, Marketplace

OPERATOR = Actor(role=Role.OPERATOR, id="O1")

PATIENCE_SECONDS = 30

_numbers = count(1)


def acknowledgement(
    by: Actor, *, command_id: str | None = None, message: str | None = "We are on it", automated: bool = False
) -> Acknowledge:
    return Acknowledge(
        command_id=command_id or f"g{next(_numbers)}", by=by, message=message, automated=automated
    )


def withdrawal(by: Actor, *, command_id: str | None = None) -> Withdraw:
    return Withdraw(command_id=command_id or f"g{next(_numbers)}", by=by, reason="I found it myself")


async def an_open_request(gateway: CareGateway, market: Marketplace, licence: Licence) -> str:
    opened = await gateway.open_request(market.opening(licence.id))
    return opened.request_id


async def a_closed_request(gateway: CareGateway, market: Marketplace, licence: Licence) -> str:
    """A request that was acknowledged by the command `ack`, and withdrawn by its customer."""
    request_id = await an_open_request(gateway, market, licence)
    await gateway.send(request_id, acknowledgement(licence.agent, command_id="ack"))
    await gateway.send(request_id, withdrawal(licence.customer, command_id="withdrawn"))
    await market.run(request_id).result()
    return request_id


async def until_told(gateway: CareGateway, request_id: str, event: str) -> None:
    """Wait until a signal has been carried out: a query may come before it while a task goes on."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while event not in await _happened(gateway, request_id):  # noqa: ASYNC110 -- nobody is told of it
            await asyncio.sleep(0.02)


async def _happened(gateway: CareGateway, request_id: str) -> list[str]:
    return [event.name for event in (await gateway.journal(request_id)).events]


async def code_of(refused: Awaitable[object]) -> str:
    with pytest.raises(RuleViolation) as violation:
        await refused
    return violation.value.code


async def logged(market: Marketplace, request_id: str) -> Sequence[CommandLogEntry]:
    return await market.records.commands.of_request(request_id)
