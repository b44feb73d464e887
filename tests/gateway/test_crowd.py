"""A crowd of deadlines, as those who give way to it or go before it are told of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

from business_care.errors import TemporarilyUnavailable
from business_care.ports import RequestDirectory
from gateway.precedence import CROWD, LOOK_EVERY, REFUNDS_FOLLOW_WITHIN, Crowd

MIDNIGHT = datetime(2031, 3, 4, 23, 0, tzinfo=UTC)


class Deadlines:
    """So many deadlines that end at midnight and are not kept, so many refunds that are due since then, and a
    clock that is set by hand."""

    def __init__(self, number: int, refunds: int = 0) -> None:
        self.number = number
        self.refunds = refunds
        self.now = MIDNIGHT - timedelta(hours=1)
        self.looks = 0
        self.out_of_order = False

    async def deadlines_waiting(self, now: datetime, at_most: int) -> int:
        self.looks += 1
        if self.out_of_order:
            raise TemporarilyUnavailable("the records do not answer")
        return min(self.number, at_most) if now >= MIDNIGHT else 0

    async def refunds_waiting(self, since: datetime, at_most: int) -> int:
        return min(self.refunds, at_most) if since <= MIDNIGHT <= self.now else 0

    def crowd(self) -> Crowd:
        """How this process sees them."""
        return Crowd(cast(RequestDirectory, self), lambda: self.now)


async def test_so_many_deadlines_are_a_crowd_and_one_less_is_none() -> None:
    many, few = Deadlines(CROWD), Deadlines(CROWD - 1)
    many.now = few.now = MIDNIGHT

    assert (await many.crowd().is_there(), await few.crowd().is_there()) == (True, False)
    assert (await many.crowd().size(), await few.crowd().size()) == (CROWD, 0)


async def test_refunds_that_follow_are_a_crowd_for_whoever_waits_and_not_for_each_other() -> None:
    many, few = Deadlines(0, refunds=CROWD), Deadlines(0, refunds=CROWD - 1)
    many.now = few.now = MIDNIGHT + timedelta(minutes=10)

    assert (await many.crowd().is_there(), await few.crowd().is_there()) == (True, False)
    assert await many.crowd().size() == 0


async def test_refunds_that_do_not_come_within_an_hour_are_no_crowd() -> None:
    stopped = Deadlines(0, refunds=CROWD)
    stopped.now = MIDNIGHT + REFUNDS_FOLLOW_WITHIN + LOOK_EVERY

    assert not await stopped.crowd().is_there()


async def test_one_look_serves_all_who_ask_within_a_second() -> None:
    deadlines = Deadlines(CROWD)
    crowd = deadlines.crowd()

    await asyncio.gather(*(crowd.is_there() for _ in range(50)))
    at_first = deadlines.looks
    deadlines.now += LOOK_EVERY
    await crowd.is_there()

    assert (at_first, deadlines.looks) == (1, 2)


async def test_nobody_is_told_at_midnight_what_was_seen_before() -> None:
    deadlines = Deadlines(CROWD)
    crowd = deadlines.crowd()
    deadlines.now = MIDNIGHT - LOOK_EVERY - timedelta(microseconds=1)
    before = await crowd.is_there()

    deadlines.now = MIDNIGHT

    assert (before, await crowd.is_there()) == (False, True)


async def test_a_clock_that_was_put_back_is_believed() -> None:
    deadlines = Deadlines(CROWD)
    crowd = deadlines.crowd()
    deadlines.now = MIDNIGHT
    at_midnight = await crowd.is_there()

    deadlines.now = MIDNIGHT - timedelta(hours=1)

    assert (at_midnight, await crowd.is_there()) == (True, False)


async def test_records_that_do_not_answer_tell_of_no_crowd() -> None:
    deadlines = Deadlines(CROWD)
    deadlines.now, deadlines.out_of_order = MIDNIGHT, True

    assert not await deadlines.crowd().is_there()
