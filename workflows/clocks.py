"""Waits on the two deadlines with durable timers that a person can read."""

from contextlib import suppress

from temporalio import workflow

from business_care.briefing import awaited
from business_care.clocks import Wake, next_wake, tick
from business_care.commands import ClockName
from workflows.clock import now
from workflows.life import Life


async def keep_clock(life: Life, clock: ClockName) -> None:
    """Do what one clock does by itself, whenever it is due, until the life rests.

    After each wait the state is looked at again and moved on without a pause in between: a command that was
    taken first has changed it, and one that comes later finds the door closed (R12).
    """
    while not life.rests:
        wake = next_wake(life.state, clock)
        if wake is not None and wake.at <= now():
            life.take(tick(life.state, now()))
            continue
        await _until_due_or_moved(life, clock, wake)


async def _until_due_or_moved(life: Life, clock: ClockName, wake: Wake | None) -> None:
    def moved() -> bool:
        return life.rests or next_wake(life.state, clock) != wake

    if wake is None:
        await workflow.wait_condition(moved)
        return
    with suppress(TimeoutError):
        await workflow.wait_condition(
            moved, timeout=wake.at - now(), timeout_summary=awaited(life.state, wake)
        )
