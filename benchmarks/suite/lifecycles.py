"""Whole lives, a second and in the processor's time, beside the same events with empty steps, and the least.

Ours: opened, acknowledged, fixed and confirmed through our own client, with records on a disk and notices
delivered into a folder meanwhile. The processor's time counts until the last notice is delivered.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from sqlalchemy import func, select
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)

from adapters.records.request_tables import NOTICES
from benchmarks.at_a_time import at_a_time
from benchmarks.happy_acts import acknowledged, confirmed, fixed
from benchmarks.suite.contest import Contest, contest
from benchmarks.suite.measured import Figure, Limit, ratio
from benchmarks.suite.processes import cpu_seconds, group_cpu_seconds
from benchmarks.suite.scale import Scale
from benchmarks.suite.yardsticks import QUEUE, STATE, Bare, Skeleton
from workflows.names import care_request_id

AT_A_TIME = 20
LOOK_EVERY_SECONDS = 0.02
PATIENCE = timedelta(seconds=120)


@dataclass(frozen=True)
class Rival:
    """Whose lives are led: one life of its, the process of its worker, and when a round is over."""

    name: str
    live: Callable[[], Awaitable[str]]
    """Answers with the id of the workflow."""
    worker: int
    settle: Callable[[], Awaitable[int]]
    """Waits until it has nothing more to do; answers how many notices were left."""


@dataclass(frozen=True)
class Round:
    """What one round of one rival took."""

    a_second: float
    worker_ms: float
    """The processor's time of its worker, for each life."""
    client_ms: float
    """The processor's time of this process, which led the lives."""
    server_ms: float
    """The processor's time of Temporal's server meanwhile."""
    notices_left: int
    """How many notices were not delivered yet when the last life had ended."""

    @property
    def all_ms(self) -> float:
        """The processor's time of everything that took part."""
        return self.worker_ms + self.client_ms + self.server_ms


async def measured(scale: Scale) -> Sequence[Figure]:
    """Rounds in turns; the first of each warms up and does not count."""
    lives = scale.lives // 2
    wanted = (scale.rounds + 1) * lives
    async with contest(wanted) as ground:
        rivals = [ours(ground), _skeleton(ground), _bare(ground)]
        rounds: dict[str, list[Round]] = {rival.name: [] for rival in rivals}
        last: dict[str, str] = {}
        for number in range(scale.rounds + 1):
            for rival in rivals:
                one, last[rival.name] = await one_round(rival, ground.server, lives)
                if number:
                    rounds[rival.name].append(one)
        await _same_events(ground, last["ours"], last["skeleton"])
    return _figures(rounds)


async def one_round(rival: Rival, server: int, lives: int) -> tuple[Round, str]:
    """So many lives of one rival, some at a time; and the id of the last workflow.

    `server` is the process group of what is asked to count beside it.
    """

    def taken() -> tuple[float, float, float]:
        return cpu_seconds(rival.worker), time.process_time(), group_cpu_seconds(server)

    before, began = taken(), time.perf_counter()
    ids = await at_a_time([rival.live] * lives, AT_A_TIME)
    seconds = time.perf_counter() - began
    left = await rival.settle()
    worker, client, server_too = (
        1000 * (now - earlier) / lives for now, earlier in zip(taken(), before, strict=True)
    )
    return Round(lives / seconds, worker, client, server_too, left), ids[-1]


def ours(ground: Contest) -> Rival:
    """The product, through its own client."""
    requests, client = ground.requests, ground.client
    query = select(func.count()).where(NOTICES.c.delivered_at.is_(None))

    async def live() -> str:
        opened = await requests.open(client)
        for act in (acknowledged, fixed, confirmed):
            await requests.send(client, opened, act(opened))
        workflow_id = care_request_id(opened.request_id)
        await client.get_workflow_handle(workflow_id).result()
        return workflow_id

    async def left() -> int:
        async with ground.records.database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def settle() -> int:
        at_first = await left()
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while await left():  # noqa: ASYNC110 -- another process delivers them
                await asyncio.sleep(LOOK_EVERY_SECONDS)
        return at_first

    return Rival("ours", live, ground.our_worker, settle)


def _skeleton(ground: Contest) -> Rival:
    client, numbers = ground.plain, count(1)

    async def live() -> str:
        workflow_id = f"skeleton-{next(numbers)}"
        start = WithStartWorkflowOperation(
            Skeleton.run,
            id=workflow_id,
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=TypedSearchAttributes([SearchAttributePair(STATE, "opening")]),
        )
        await client.execute_update_with_start_workflow(Skeleton.opened, start_workflow_operation=start)
        handle = client.get_workflow_handle(workflow_id)
        for command in (Skeleton.acknowledge, Skeleton.fix, Skeleton.confirm_fix):
            await handle.execute_update(command, "")
        await handle.result()
        return workflow_id

    return Rival("skeleton", live, ground.other_worker, _nothing_more)


def _bare(ground: Contest) -> Rival:
    client, numbers = ground.plain, count(1)

    async def live() -> str:
        workflow_id = f"bare-{next(numbers)}"
        handle = await client.start_workflow(Bare.run, id=workflow_id, task_queue=QUEUE)
        await handle.signal(Bare.close)
        await handle.result()
        return workflow_id

    return Rival("bare", live, ground.other_worker, _nothing_more)


async def _nothing_more() -> int:
    return 0


async def _same_events(ground: Contest, ours: str, skeleton: str) -> None:
    """Raise where the skeleton has other events than a life of ours: it would be no yardstick."""
    one, other = [await _kinds(ground.client, workflow_id) for workflow_id in (ours, skeleton)]
    if one != other:
        raise AssertionError(f"ours has {one - other} more, the skeleton {other - one}")


async def _kinds(client: Client, workflow_id: str) -> Counter[str]:
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    return Counter(EventType.Name(event.event_type) for event in history.events)


def _figures(rounds: dict[str, list[Round]]) -> Sequence[Figure]:
    def each(what: str, unit: str, value: Callable[[Round], float]) -> dict[str, Figure]:
        return {
            name: Figure(f"{name}: {what}", unit, tuple(value(one) for one in of))
            for name, of in rounds.items()
        }

    speed = each("lives", "/s", lambda one: one.a_second)
    worker = each("worker's processor time a life", "ms", lambda one: one.worker_ms)
    client = each("client's processor time a life", "ms", lambda one: one.client_ms)
    server = each("server's processor time a life", "ms", lambda one: one.server_ms)
    everything = each("all processor time a life", "ms", lambda one: one.all_ms)

    def beside(what: str, of: dict[str, Figure], rival: str, limit: Limit | None = None) -> Figure:
        return ratio(f"{what}, of the {rival}'s", of["ours"], of[rival], limit)

    return [
        each("notices not yet delivered when the last life ends", "", lambda one: one.notices_left)["ours"],
        *(figure for kind in (speed, worker, client, server, everything) for figure in kind.values()),
        beside("lives a second", speed, "skeleton", Limit(at_least=0.7)),
        beside("lives a second", speed, "bare", Limit(at_least=0.35)),
        beside("all processor time", everything, "skeleton", Limit(at_most=1.5)),
        beside("all processor time", everything, "bare", Limit(at_most=4)),
        beside("worker's processor time", worker, "skeleton"),
        beside("worker's processor time", worker, "bare"),
    ]
