"""After a crash, money and deadlines go on by themselves, and soon.

`python -m benchmarks.recovery` measures it with twenty kills and a hundred requests, which takes minutes.
"""

from pathlib import Path

from benchmarks.killed_payments import killed_payments
from benchmarks.overdue_timers import overdue_timers

SECONDS = 60
"""Twice and more of what the benchmark allows: here the other tests have the machine as well."""


async def test_money_whose_worker_was_killed_in_the_middle_is_settled_once_and_soon(tmp_path: Path) -> None:
    (settled,) = await killed_payments(tmp_path, kills=1, seed=20_311, most_seconds_of_life=0)

    assert settled.times_paid == 1
    assert settled.seconds <= SECONDS


async def test_deadlines_that_passed_while_everything_was_down_are_kept_soon_after(tmp_path: Path) -> None:
    lateness = await overdue_timers(tmp_path, requests=20)

    assert (len(lateness.kept), len(lateness.paid)) == (20, 10)
    assert max(*lateness.kept, *lateness.paid) <= SECONDS
