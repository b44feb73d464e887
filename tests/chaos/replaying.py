"""Replays every history of a run under the workflow code of this tree.

`python -m tests.chaos.replaying FOLDER production strict` names the runners, as `tests/replay` has them.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from adapters.workflow_runners import IN_PLACE, production_runner, strict_runner
from console.assembly import WORKFLOWS

RUNNERS = {"production": production_runner, "strict": strict_runner}


async def replay_all(histories: Sequence[WorkflowHistory], runners: Sequence[str]) -> dict[str, object]:
    """How many replays were made, and what went wrong in them, by workflow."""
    replays, faults = 0, {}
    for name in runners:
        replayer = Replayer(
            workflows=list(WORKFLOWS),
            workflow_runner=RUNNERS[name](),
            data_converter=pydantic_data_converter,
            debug_mode=IN_PLACE,
        )
        async with replayer.workflow_replay_iterator(_one_by_one(histories)) as results:
            async for result in results:
                replays += 1
                if result.replay_failure is not None:
                    faults[f"{result.history.workflow_id} ({name})"] = str(result.replay_failure)
    return {"replays": replays, "faults": faults}


async def _one_by_one(histories: Sequence[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    for history in histories:
        yield history


def _kept(file: Path) -> WorkflowHistory:
    kept = json.loads(file.read_text(encoding="utf-8"))
    return WorkflowHistory.from_json(kept["workflowId"], {"events": kept["events"]})


def main(folder: Path, runners: Sequence[str]) -> int:
    """Write `replays.json` into the folder; 1 where a history did not replay."""
    histories = [_kept(file) for file in sorted((folder / "histories").glob("*.json"))]
    told = asyncio.run(replay_all(histories, runners))
    (folder / "replays.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    code = main(Path(sys.argv[1]), sys.argv[2:])
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(code)
