"""Before a deploy, everything that runs is replayed with the code that is about to come."""

import pytest
from temporalio.worker import Replayer

from adapters.encryption.converter import DATA_CONVERTER
from adapters.workflow_runners import production_runner
from console.assembly import WORKFLOWS
from gateway.replay import replay_open_runs
from tests.gateway.marketplace import Marketplace
from tests.gateway.terminal import Typed
from workflows.bookkeeping import Bookkeeper
from workflows.names import care_request_id


def replayer() -> Replayer:
    return Replayer(
        workflows=list(WORKFLOWS), workflow_runner=production_runner(), data_converter=DATA_CONVERTER
    )


async def opened(market: Marketplace) -> str:
    opening = market.opening((await market.licence()).id)
    await market.gateway().open_request(opening)
    return care_request_id(opening.request_id)


async def test_a_version_that_goes_on_with_everything_is_told_so(
    alone: Marketplace, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", alone.server.target)
    await opened(alone)
    await alone.lists(1)

    ended = await typed("replay")

    assert ended.code == 0
    assert ended.out == "1 open runs replayed, 0 can't go on with this version\n"


async def test_runs_that_the_limit_leaves_out_are_told(
    alone: Marketplace, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", alone.server.target)
    await opened(alone)
    await opened(alone)
    await alone.lists(2)

    ended = await typed("replay", "--limit", "1")

    assert ended.out == (
        "1 open runs replayed, 0 can't go on with this version\n"
        "there are more, which began earlier: raise --limit\n"
    )


async def test_a_version_that_would_bring_a_run_to_a_standstill_is_found(
    alone: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow_id = await opened(alone)
    await alone.lists(1)

    async def keeps_nothing(books: Bookkeeper) -> int:
        return books._life.journal.take_news().mark

    monkeypatch.setattr(Bookkeeper, "store_news", keeps_nothing)
    found = await replay_open_runs(alone.server.client, replayer(), 10)

    assert (found.replayed, [one.workflow_id for one in found.broken]) == (1, [workflow_id])
    assert found.broken[0].why.startswith("NondeterminismError: ")
