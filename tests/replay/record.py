"""Records the histories anew: `make record-histories`, or one kind of life with its name behind it.

A recorded history is a promise to every request that runs: it is never edited, and it is recorded anew
only while no request runs anywhere. A changed workflow keeps the old ones and adds new ones.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import WorkflowHistory

from adapters.workflow_runners import production_runner
from tests.lives.world import World
from tests.replay.meaning import replayed
from tests.replay.recorded_lives import (
    RECORDED,
    RECORDED_WITH_ITS_OWN_WORKER,
    RECORDED_WITH_SHORT_RUNS,
    Living,
)

HISTORIES = Path(__file__).parent / "histories"
SHORT_RUNS = (
    "limit.historyCount.suggestContinueAsNew=40",
    'history.workflowIdReuseMinimalInterval="0s"',
)

# Where a history was made is nobody's business, and no replay looks at it.
_OF_THE_MACHINE = {"identity": "recorder", "stackTrace": ""}


def main() -> None:
    """Record every kind of life, or those that are named."""
    asyncio.run(_record(sys.argv[1:]))


async def _record(wanted: list[str]) -> None:
    async for name, runs in led(wanted):
        await _write(name, runs)
    # The client library may crash at the interpreter's exit when its threads are cut off at once.
    await asyncio.sleep(0.05)


async def led(wanted: Collection[str] = ()) -> AsyncIterator[tuple[str, list[WorkflowHistory]]]:
    """Each kind of life, or those that are named, led by today's code: the history of every run, in order."""
    for lives, config, with_worker in (
        (RECORDED, (), True),
        (RECORDED_WITH_SHORT_RUNS, SHORT_RUNS, True),
        (RECORDED_WITH_ITS_OWN_WORKER, (), False),
    ):
        chosen = {name: life for name, life in lives.items() if not wanted or name in wanted}
        if chosen:
            async with _world(config, with_worker=with_worker) as world:
                for name, life in chosen.items():
                    lived = await life(world)
                    await lived.ends()
                    yield name, await _runs(lived)


@asynccontextmanager
async def _world(config: tuple[str, ...], *, with_worker: bool) -> AsyncIterator[World]:
    with TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            world = await stack.enter_async_context(World.begun(Path(folder), dynamic_config=config))
            if with_worker:
                await stack.enter_async_context(world.working())
            yield world


async def _runs(life: Living) -> list[WorkflowHistory]:
    client, workflow_id = life.server.client, life.handle.id
    run_id = life.handle.first_execution_run_id
    histories: list[WorkflowHistory] = []
    while run_id:
        histories.append(await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history())
        last = histories[-1].events[-1]
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return histories


async def _write(name: str, runs: list[WorkflowHistory]) -> None:
    for number, run in enumerate(runs, start=1):
        kind = name if len(runs) == 1 else f"{name}_{number}"
        scrubbed = _scrubbed(json.loads(run.to_json()))
        history = WorkflowHistory.from_json(run.workflow_id, scrubbed)
        meaning = await replayed(history, production_runner())
        (HISTORIES / f"{kind}.json").write_text(json.dumps(scrubbed, indent=1) + "\n", encoding="utf-8")
        (HISTORIES / f"{kind}.txt").write_text("\n".join(meaning) + "\n", encoding="utf-8")
        sys.stdout.write(f"{kind}: {len(history.events)} events\n")


def _scrubbed(part: Any) -> Any:
    match part:
        case dict():
            inner = {key: _OF_THE_MACHINE.get(key, _scrubbed(value)) for key, value in part.items()}
            if inner.get("kind") == "TASK_QUEUE_KIND_STICKY":
                inner["name"] = "recorder"
            return inner
        case list():
            return [_scrubbed(value) for value in part]
        case _:
            return part


if __name__ == "__main__":
    main()
