"""Counting business days, outside the workflow (R8)."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.counting import DeadlinePlan
from business_care.planning import PlannedReminders, Recount, ReminderPlan, WindowPlan
from business_care.ports import DeadlinePlanner


@dataclass(frozen=True)
class CalendarSteps:
    """The steps that need a calendar of business days."""

    planner: DeadlinePlanner

    @activity.defn
    async def plan_window(self, wanted: WindowPlan) -> DeadlinePlan:
        """The end of a window, or the next reminder of an operator's task (R9, R28)."""
        with translated():
            return self.planner.plan(
                wanted.start,
                wanted.business_days,
                wanted.place,
                wanted.profile,
                remind_before=wanted.remind_before,
            )

    @activity.defn
    async def recount(self, wanted: Recount) -> DeadlinePlan:
        """The first deadline after an early reopening (R7)."""
        with translated():
            return self.planner.replan_after_reopening(
                wanted.plan,
                wanted.place,
                wanted.profile,
                wanted.closures,
                wanted.closure_id,
                wanted.notified_at,
            )

    @activity.defn
    async def plan_reminders(self, wanted: ReminderPlan) -> PlannedReminders:
        """The reminders of a deadline that the operator moved (R8)."""
        with translated():
            return self.planner.reminders(wanted.due, wanted.place, wanted.profile, wanted.remind_before)
