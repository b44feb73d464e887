"""Keeps up with a life: counts what has to be counted, shows what operators see, stores all of it in the
records."""

import asyncio

from temporalio import workflow

from activities.calendar_steps import CalendarSteps
from activities.record_steps import RecordSteps
from business_care.planning import (
    Need,
    Recount,
    ReminderPlan,
    WindowPlan,
    needs,
    recounted,
    reminders_planned,
    window_planned,
)
from business_care.turn import Step
from business_care.views import StepRecord
from workflows.clock import now
from workflows.life import Life
from workflows.options import NotDoneQuickly, call_off, patiently, quickly, surely
from workflows.pump import Pump
from workflows.showing import show


class Bookkeeper(Pump):
    """The pump of a request.

    What can't be counted quickly is left to `count_patiently`, so that a calendar out of order holds
    nothing back.
    """

    def __init__(self, life: Life) -> None:
        super().__init__(life.journal)
        self._life = life
        self._slow: list[Need] = []

    async def store_news(self) -> int:
        """Show and store the request as it stands, with all that is new."""
        request = self._life.view()
        show(self._life.state)
        info = workflow.info()
        news = self._life.journal.take_news()
        step = StepRecord(
            workflow_id=info.workflow_id,
            run_id=info.run_id,
            view=request,
            events=news.events,
            notices=news.notices,
            applied=news.applied,
            rejections=news.rejections,
            rejections_dropped=news.rejections_dropped,
            plans=tuple(plan for step in news.steps for plan in step.plans),
            reopenings=tuple(cut for step in news.steps for cut in step.reopenings),
            opening=self._life.state.opening if news.is_first else None,
        )
        await surely(RecordSteps.store, step, "store the step in the records")
        return news.mark

    async def count_patiently(self) -> None:
        """Count what could not be counted quickly, for as long as that takes or until it is moot."""
        while True:
            await workflow.wait_condition(lambda: bool(self._slow) or self._life.rests)
            if not self._slow:
                return
            need = self._slow[0]
            counting = asyncio.create_task(self._count(need, at_once=False))
            await workflow.wait_condition(lambda: counting.done() or self._life.state.is_closed)  # noqa: B023 -- waited for here
            if not counting.done():
                await call_off(counting)
                return
            counting.result()
            self._slow.remove(need)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being counted or stored."""
        return not self._slow and super().is_idle

    async def prepare(self) -> None:
        """Count what has to be told."""
        while wanted := [need for need in needs(self._life.state) if need not in self._slow]:
            for need in wanted:
                try:
                    await self._count(need, at_once=True)
                except NotDoneQuickly:
                    self._slow.append(need)

    async def _count(self, need: Need, *, at_once: bool) -> None:
        """Have one thing counted outside, and take the answer over at once.

        Between the answer and its place in the state nothing else may have its turn: what a deadline changes
        that ends in the same task would be overwritten.
        """
        self._life.take(await _counted(need, self._life, at_once=at_once))


async def _counted(need: Need, life: Life, *, at_once: bool) -> Step:
    """Have one thing counted outside; what comes of it in the state as it stands then."""
    match need:
        case WindowPlan():
            summary = f"count the {need.of} window"
            plan = (
                await quickly(CalendarSteps.plan_window, need)
                if at_once
                else await patiently(CalendarSteps.plan_window, need, summary)
            )
            return window_planned(life.state, need, plan, now())
        case Recount():
            recount = (
                await quickly(CalendarSteps.recount, need)
                if at_once
                else await patiently(CalendarSteps.recount, need, "count again after reopening")
            )
            return recounted(life.state, recount, now())
        case ReminderPlan():
            reminders = (
                await quickly(CalendarSteps.plan_reminders, need)
                if at_once
                else await patiently(CalendarSteps.plan_reminders, need, "count the reminders")
            )
            return reminders_planned(life.state, need, reminders, now())
