"""A worker that dies in the middle of a cascade leaves nothing undone and nothing done twice (R55).

`python -m benchmarks.kills` does the same thirty times, which takes minutes.
"""

from pathlib import Path

from benchmarks.kills import killed


async def test_a_cascade_goes_on_after_every_kill_and_tells_each_customer_once(tmp_path: Path) -> None:
    remains = await killed(tmp_path, kills=2, subscriptions=100_000, seed=20_311)

    assert remains.violations == ()
    assert remains.cancelled == remains.automatic == 90_000
