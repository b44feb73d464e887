"""One marketplace for all tests of the gateway."""

from collections.abc import AsyncIterator

import pytest

from gateway.client import CareGateway
from tests.gateway.marketplace import Marketplace


@pytest.fixture(scope="session")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Marketplace]:
    async with Marketplace.begun(tmp_path_factory.mktemp("market")) as begun:
        yield begun


@pytest.fixture
def gateway(market: Marketplace) -> CareGateway:
    return market.gateway()
