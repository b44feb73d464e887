"""The process of an opening: looks the licence up and counts both deadlines, however long that takes (R1,
R15)."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.opening_steps import Found, OpeningDeadlines, OpeningSteps
from business_care.opening import deadlines_planned, facts_found, licence_unknown
from business_care.planning import opening_plans
from workflows.clock import now
from workflows.command_desk import CommandDesk
from workflows.life import Life
from workflows.options import CALENDAR_PATIENCE, UNKNOWN_LICENCE_LOOK, call_off, surely

Answer = TypeVar("Answer")


class OpeningProcess:
    """Opens one request: after it the deadlines are told, or this run has nothing more to do.

    A licence that is unknown, and a calendar that is refused, are looked at again until somebody has mended
    the records: nothing is rejected on doubt.
    """

    def __init__(self, life: Life, desk: CommandDesk, may_move_on: Callable[[], bool]) -> None:
        self._life = life
        self._desk = desk
        self._may_move_on = may_move_on

    @property
    def is_done(self) -> bool:
        """Whether the deadlines are told, or the request is over."""
        state = self._life.state
        return (
            state.is_closed or state.resolution.deadline is not None or self._desk.finished_before is not None
        )

    async def run(self) -> None:
        """Look up and count, again and again, until the request is open or this run is over."""
        while not self.is_done:
            found = await self._look_up()
            if found.facts is not None:
                self._life.take(facts_found(self._life.state, found.facts, now()))
                self._tell(found.deadlines or await self._count_deadlines())
            elif found.licence_is_unknown and not self._life.state.is_closed:
                self._life.take(licence_unknown(self._life.state, now()))
                await self._pause(UNKNOWN_LICENCE_LOOK)
            if self._may_move_on():
                return
        # Commands that came before the facts are judged before any clock draws a conclusion (R12, R61).
        await workflow.wait_condition(lambda: self._desk.waiting == 0)

    async def _look_up(self) -> Found:
        opening = self._life.state.opening
        looking = surely(OpeningSteps.look_up, opening, "look the licence up in the records")
        found = await self._unless_closed(looking) or Found()
        self._desk.finished_before = found.finished
        return found

    async def _count_deadlines(self) -> OpeningDeadlines | None:
        """Count as long as the calendar may only be out of order; then the records may have to be mended."""
        if self._life.state.is_closed:
            return None
        wanted = opening_plans(self._life.state)
        counting = surely(OpeningSteps.plan_opening, wanted, "count both deadlines", CALENDAR_PATIENCE)
        try:
            return await self._unless_closed(counting)
        except FailureError:
            return None

    def _tell(self, counted: OpeningDeadlines | None) -> None:
        if counted is not None:
            self._life.take(
                deadlines_planned(self._life.state, counted.acknowledgement, counted.resolution, now())
            )

    async def _unless_closed(self, step: Coroutine[Any, Any, Answer]) -> Answer | None:
        """Do a step; None when the operator closes the request meanwhile (R15)."""
        doing = asyncio.create_task(step)
        await workflow.wait_condition(lambda: doing.done() or self._life.state.is_closed)
        if doing.done():
            return doing.result()
        await call_off(doing)
        return None

    async def _pause(self, pause: timedelta) -> None:
        self._life.looks_again_at = now() + pause
        try:
            await workflow.wait_condition(
                lambda: self._life.state.is_closed or self._may_move_on(),
                timeout=pause,
                timeout_summary="look the unknown licence up again",
            )
        except TimeoutError:
            return
        finally:
            self._life.looks_again_at = None
