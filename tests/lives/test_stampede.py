"""Deadlines end at midnight, all together; `make bench TOPICS=stampede` measures a thousand."""

from pathlib import Path

from benchmarks.stampede import Plan, stampede

DEADLINES = 24
SECONDS = 120
"""Far more than it takes: here the other tests have the machine as well."""


async def test_deadlines_that_end_together_are_kept_once_each_while_people_are_answered(
    tmp_path: Path,
) -> None:
    came_to = await stampede(tmp_path, Plan(DEADLINES, commands_a_second=1))

    reached, twice = came_to.reached, came_to.twice
    assert (reached.kept.total, reached.paid.total) == (DEADLINES, DEADLINES // 2)
    assert max(reached.kept.at(1), reached.paid.at(1), reached.told) <= SECONDS
    assert came_to.answered
    assert came_to.answered[-1] <= SECONDS
    assert twice.runs_put_first > 0
    assert (twice.breaches, twice.refunds, twice.notices) == (0, 0, 0)
