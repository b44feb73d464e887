"""Replays what runs on a server with other code than that which began it."""

from datetime import timedelta

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from business_care.values import Value, WorkflowId
from gateway.failures import asking
from gateway.running import RUNNING_HERE

PATIENCE = timedelta(minutes=30)


class Broken(Value):
    """A run that the code does not go on with as it was begun."""

    workflow_id: WorkflowId
    why: str


class Replays(Value):
    """How many runs were replayed, and those that broke."""

    replayed: int
    broken: tuple[Broken, ...] = ()
    are_all: bool = True
    """Whether no run was left out because of the limit; those that began first would be."""


async def replay_open_runs(client: Client, replayer: Replayer, limit: int) -> Replays:
    """Fetch the history of each open run, and replay it; of more than `limit`, those that began last.

    A replay notices other commands, or another order; what it does not notice (the length of a timer, the
    input of a step), recorded lives and their meanings hold (`tests/replay`).
    Raises `NoAnswer`, `ServerNotReached`, `ServerRefused`.
    """
    replayed = 0
    broken: list[Broken] = []
    async with asking("the server's open runs", PATIENCE):
        async for run in client.list_workflows(RUNNING_HERE, limit=limit + 1):
            if replayed == limit:
                return Replays(replayed=replayed, broken=tuple(broken), are_all=False)
            history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
            why = await _why_broken(replayer, history)
            replayed += 1
            if why is not None:
                broken.append(Broken(workflow_id=run.id, why=why))
    return Replays(replayed=replayed, broken=tuple(broken))


async def _why_broken(replayer: Replayer, history: WorkflowHistory) -> str | None:
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    failure = result.replay_failure
    return None if failure is None else f"{type(failure).__name__}: {str(failure).partition(chr(10))[0]}"
