"""One marketplace for all tests of the gateway, and a terminal that leads to it."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from console.app import main
from gateway.client import CareGateway
from gateway.products import ProductGateway
from tests.gateway.marketplace import Marketplace
from tests.gateway.terminal import Ended, Typed


@pytest.fixture(scope="session")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Marketplace]:
    async with Marketplace.begun(tmp_path_factory.mktemp("market")) as begun:
        yield begun


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Marketplace]:
    """A marketplace where nothing runs but what the test starts."""
    async with Marketplace.begun(tmp_path) as begun:
        yield begun


@pytest.fixture
def gateway(market: Marketplace) -> CareGateway:
    return market.gateway()


@pytest.fixture
def products(market: Marketplace) -> ProductGateway:
    return market.products()


@pytest.fixture
def environment(market: Marketplace, tmp_path: Path) -> dict[str, str]:
    """Settings that lead to the marketplace."""
    return {
        "COLUMNS": "200",
        "TEMPORAL_ADDRESS": market.server.target,
        "BUSINESS_CARE_DATABASE_URL": market.records_url,
        "BUSINESS_CARE_OUTBOX_DIR": str(tmp_path / "outbox"),
    }


@pytest.fixture
def typed(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Typed:
    """Type a command on a machine that belongs to the marketplace."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def run(*words: str, given: str | bytes = b"") -> Ended:
        monkeypatch.setattr(
            "sys.stdin", TextIOWrapper(BytesIO(given if isinstance(given, bytes) else given.encode()))
        )
        capsys.readouterr()
        # A loop of its own, as in a process of its own.
        code = await asyncio.to_thread(main, words)
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    return run
