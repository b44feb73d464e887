"""One server, one set of records and one worker for all lives of a test session."""

from collections.abc import AsyncIterator

import pytest

from tests.lives.world import World


@pytest.fixture(scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with World.begun(tmp_path_factory.mktemp("lives")) as begun, begun.working():
        yield begun
