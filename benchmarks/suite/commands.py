"""How long a caller waits: for a request that is opened, and for a command, one at a time.

Ours: `open` is an update that starts the workflow and comes back with both deadlines stored; a command comes
back when it is stored. Beside them: a workflow that is over at once, from its start to its result, and an
update of a workflow that does nothing else. All four take turns, in another order each time: what one of them
leaves behind for the server to do slows down whichever comes next.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from random import Random
from statistics import median, quantiles

from benchmarks.happy_acts import acknowledged
from benchmarks.open_requests import Opened
from benchmarks.suite.contest import Contest, contest
from benchmarks.suite.measured import Figure, Limit
from benchmarks.suite.scale import Scale
from benchmarks.suite.yardsticks import QUEUE, Answering, AtOnce

WARM_UP = 10
PARTS = 5
"""Into so many parts the turns are cut, to see how far their medians lie apart."""


async def measured(scale: Scale) -> Sequence[Figure]:
    """Three times as many turns as a round has lives; the first ones warm up and do not count."""
    turns = 3 * scale.lives
    shuffled = Random(1)  # noqa: S311 -- orders calls, keeps no secret
    async with contest(1 + turns + WARM_UP) as ground:
        calls = await _calls(ground)
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for turn in range(turns + WARM_UP):
            for name, call in shuffled.sample(list(calls.items()), len(calls)):
                began = time.perf_counter()
                await call()
                if turn >= WARM_UP:
                    taken[name].append(1000 * (time.perf_counter() - began))
    return [
        *(figure for name, all_of_it in taken.items() for figure in _latency(name, all_of_it)),
        _times("open, of a bare start to result", taken["open"], taken["start to result"], Limit(at_most=2)),
        _times("command, of an empty update", taken["command"], taken["empty update"], Limit(at_most=1.5)),
    ]


async def _calls(ground: Contest) -> dict[str, Callable[[], Awaitable[object]]]:
    numbers = count(1)
    opened: deque[Opened] = deque()
    answering = await ground.plain.start_workflow(Answering.run, id="answering", task_queue=QUEUE)

    async def open_one() -> None:
        opened.append(await ground.requests.open(ground.client))

    async def command() -> None:
        waiting = opened.popleft()
        await ground.requests.send(ground.client, waiting, acknowledged(waiting))

    async def start_to_result() -> None:
        await ground.plain.execute_workflow(AtOnce.run, id=f"at-once-{next(numbers)}", task_queue=QUEUE)

    async def empty_update() -> None:
        await answering.execute_update(Answering.ask, "")

    await open_one()
    return {
        "open": open_one,
        "start to result": start_to_result,
        "command": command,
        "empty update": empty_update,
    }


def _latency(name: str, taken: Sequence[float]) -> Sequence[Figure]:
    return [
        Figure(f"{name}: p50", "ms", tuple(map(median, _parts(taken)))),
        Figure(f"{name}: p99", "ms", (quantiles(taken, n=100)[98],)),
    ]


def _times(name: str, ours: Sequence[float], other: Sequence[float], limit: Limit) -> Figure:
    pairs = zip(_parts(ours), _parts(other), strict=True)
    return Figure(name, "×", tuple(median(one) / median(its) for one, its in pairs), limit)


def _parts(taken: Sequence[float]) -> Sequence[Sequence[float]]:
    size = len(taken) // PARTS
    return [taken[first : first + size] for first in range(0, PARTS * size, size)]
