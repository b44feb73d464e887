"""One run from its script to its verdict."""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import read_records
from business_care.policy import Policy
from tests.chaos.ending import until_at_rest, until_delivered
from tests.chaos.kill_points import KillPoints
from tests.chaos.killer import Killer
from tests.chaos.report import Kills, report
from tests.chaos.script import records_of, written
from tests.chaos.stage import Stage

LONGEST_END_SECONDS = 300
SECONDS_FOR_THE_MAIL = 60
LONGEST_CHECK_SECONDS = 3600
MOST_LIVES_A_SECOND = 2
WITHOUT_GRACE = Policy(arrival_grace_minutes=0)
"""Deadlines of the script lie seconds ahead; a quarter of an hour of grace would outlast the run."""


@dataclass(frozen=True)
class Plan:
    """How long and how hard; `focus` names the only lives, `points` the only deaths."""

    seed: int
    seconds: float
    lives: int | None = None
    """All of these, however long that takes; without a number as many as begin in the time."""
    pause: tuple[float, float] = (1.5, 4.0)
    most_kills: int | None = None
    least_kills: int = 0
    focus: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    longest_end: float = LONGEST_END_SECONDS
    runners: tuple[str, ...] = ("production", "strict")
    """Under which runners every history is replayed."""


async def run(plan: Plan, folder: Path) -> dict[str, Any]:
    """Play, kill, come to rest, check; `folder` is empty, and keeps all evidence."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await _prepare(plan, folder)
    time_to_begin = timedelta(seconds=plan.seconds) if plan.lives is None else timedelta(days=1)
    stage = Stage(folder, random.Random(plan.seed + 1))  # noqa: S311 -- pauses, no secrets
    points = KillPoints(folder)
    killer = Killer(
        stage,
        points,
        random.Random(plan.seed + 2),  # noqa: S311 -- moments, no secrets
        plan.seconds,
        plan.pause,
        plan.most_kills,
        plan.least_kills,
        plan.points,
    )
    try:
        await stage.begin(time_to_begin)
        await killer.strike()
        troubles = await _come_to_rest(plan, stage, folder)
        told = {"seed": plan.seed, "ended_at": datetime.now(UTC).isoformat()}
        (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
        await _python("tests.chaos.checker", str(folder), "--server", stage.server.http)
    finally:
        await stage.end()
    await _python("tests.chaos.replaying", str(folder), *plan.runners)
    at_points = Counter(point for point, _ in points.struck())
    kills = Kills(at_random=dict(killer.at_random), at_points=dict(at_points))
    return report(folder, seed=plan.seed, seconds=loop.time() - began, kills=kills, troubles=troubles)


async def _prepare(plan: Plan, folder: Path) -> None:
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    lives = plan.lives or round(MOST_LIVES_A_SECOND * plan.seconds)
    script = written(plan.seed, lives, plan.seconds * 0.8, plan.focus)
    script.write(folder / "script.json")
    url = f"sqlite:///{folder / 'records.db'}"
    await upgrade(url)
    async with Records.open(url) as records:
        await load(records.database, read_records(records_of(script)), policy=WITHOUT_GRACE)


async def _come_to_rest(plan: Plan, stage: Stage, folder: Path) -> list[str]:
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + LONGEST_END_SECONDS
    while not stage.actors.is_done and loop.time() < give_up_at:
        stage.demand_supervision()
        await asyncio.sleep(0.1)
    troubles = [] if stage.actors.is_done else ["the actors did not come to the end of their script"]
    await until_at_rest(folder / "records.db", plan.longest_end)
    await until_delivered(folder / "records.db", min(SECONDS_FOR_THE_MAIL, plan.longest_end))
    return troubles


async def _python(module: str, *arguments: str) -> None:
    """Run a program of its own; 0 and 1 are its two answers."""
    words: Sequence[str] = (sys.executable, "-m", module, *arguments)
    process = await asyncio.create_subprocess_exec(*words)
    code = await asyncio.wait_for(process.wait(), LONGEST_CHECK_SECONDS)
    if code not in (0, 1):
        raise RuntimeError(f"{module} ended with {code}")
