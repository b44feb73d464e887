"""A fix close to its deadline, in real time: an acknowledged fix or a refund, never both, never neither.

`make races` runs 5,000 of them, which takes half an hour. Who wins which race depends on the machine; that
one of the two wins does not.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.race_plans import Contest, RacePlan, planned
from benchmarks.races import checked
from tests.lives.faulty_worker import Fault

CLOSE_RACES = 32
FAR_AHEAD, FAR_BEHIND = timedelta(seconds=-2.5), timedelta(seconds=1)
"""A machine that stalls for a second does not turn every one of these around."""
OUT_OF_THE_WAY = timedelta(seconds=2)


def lone_fix(offset: timedelta, *, later: timedelta = timedelta(), is_dated: bool = False) -> RacePlan:
    return RacePlan(Contest.ALONE, (offset,), later, is_dated)


async def test_a_fix_close_to_its_deadline_is_kept_or_the_price_is_paid_back(tmp_path: Path) -> None:
    apart = [lone_fix(FAR_AHEAD, later=OUT_OF_THE_WAY), lone_fix(FAR_BEHIND)]
    plans = apart * 4 + list(planned(CLOSE_RACES, seed=20_311))

    done = await checked(tmp_path, plans)

    assert [f"{one.request_id}: {one.words}" for one in done.broken] == []
    assert len(done.races) == len(plans)
    assert {race.fix_won for race in done.races} == {True, False}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Fault.OPEN_DOOR, "both: a fix was acknowledged, and the price was paid back"),
        (Fault.EMPTY_HAND, "neither: no fix was acknowledged, and nothing was paid back"),
    ],
    ids=list(Fault),
)
async def test_a_worker_with_a_fault_at_the_deadline_is_found(
    tmp_path: Path, fault: Fault, found: str
) -> None:
    moments = [timedelta(milliseconds=30 * number) for number in range(1, 11)]

    done = await checked(
        tmp_path,
        [lone_fix(moment, is_dated=True) for moment in moments],
        workers=1,
        program=("tests.lives.faulty_worker", fault),
    )

    assert found in {one.words for one in done.broken}
