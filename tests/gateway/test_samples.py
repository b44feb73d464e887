"""The samples in `examples/` are taken by a real request as they stand."""

import json
from pathlib import Path

import pytest

from business_care.commands import ALL_COMMANDS, Command
from business_care.errors import RuleViolation
from gateway.client import CareGateway
from gateway.raw_command import RawCommand
from tests.gateway.callers import an_open_request
from tests.gateway.marketplace import Marketplace

TOO_EARLY = {
    "withdraw_refusal": "wrong_state",
    "confirm_fix": "wrong_state",
    "reject_fix": "wrong_state",
    "dispute_refusal": "wrong_state",
    "customer_replied": "wrong_state",
    "decide_dispute": "wrong_state",
    "release": "wrong_state",
    "record_refund": "wrong_state",
    "refund_settled": "wrong_state",
    "accept_update": "wrong_state",
    "closure_ended": "unknown_closure",
}
"""What a request that has just been opened says to samples that belong into a later situation."""

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.mark.parametrize("command", ALL_COMMANDS, ids=lambda command: command.NAME)
async def test_every_sample_is_understood_by_a_running_request(
    market: Marketplace, gateway: CareGateway, command: type[Command]
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    sample = json.loads((EXAMPLES / f"{command.NAME}.json").read_text(encoding="utf-8"))
    parties = {"agent": licence.agent, "seller": licence.seller, "customer": licence.customer}
    by = parties.get(sample["by"]["role"])
    if by is not None:
        sample["by"] = by.model_dump(mode="json", exclude_none=True)

    try:
        await gateway.send(request_id, RawCommand(command.NAME, json.dumps(sample).encode()))
        code = "accepted"
    except RuleViolation as refused:
        code = refused.code

    assert code == TOO_EARLY.get(command.NAME, "accepted")
