"""The samples in `examples/` that are about products are taken by a real deactivation as they stand."""

import json
from pathlib import Path

import pytest

from business_care.commands import Command
from business_care.deactivation.commands import ALL_DEACTIVATION_COMMANDS
from business_care.errors import RuleViolation
from gateway.products import ProductGateway
from gateway.raw_command import RawCommand
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import a_product_off_sale

NOT_NOW = {
    "deactivate": "already_deactivated",
    "revoke": "nothing_to_revoke",
    "retry_failed": "wrong_state",
}
"""What a product that is off sale says to samples that belong into another situation."""

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.mark.parametrize("command", ALL_DEACTIVATION_COMMANDS, ids=lambda command: command.NAME)
async def test_every_sample_is_understood_by_a_running_deactivation(
    market: Marketplace, products: ProductGateway, command: type[Command]
) -> None:
    product = await a_product_off_sale(products, market)
    sample = json.loads((EXAMPLES / f"{command.NAME}.json").read_text(encoding="utf-8"))
    if sample["by"]["role"] == "seller":
        sample["by"]["id"] = product.seller.id
    if "product_id" in sample:
        sample["product_id"] = product.id

    try:
        await products.send(product.id, RawCommand(command.NAME, json.dumps(sample).encode()))
        code = "accepted"
    except RuleViolation as refused:
        code = refused.code

    assert code == NOT_NOW.get(command.NAME, "accepted")
