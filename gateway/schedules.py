"""What the Temporal server starts by itself every day: the check that nothing is forgotten."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from gateway.failures import asking
from gateway.inspection import Finding, Verdict
from workflows import names

RECORDS_CHECK = "records-check"
"""The id of the schedule; its runs are `records-check-<instant>`."""
HOUR, MINUTE = 6, 30
"""After the midnight at which deadlines end, and before anybody is at work."""
PATIENCE = timedelta(seconds=10)


async def keep_schedules(client: Client, timezone: str) -> None:
    """See to it that every schedule is there as this version wants it; one that is paused stays paused.

    `timezone` is the one whose clock is meant. Raises `NoAnswer`, `ServerNotReached`, `ServerRefused`.
    """
    wanted = _records_check(timezone)

    def anew(found: ScheduleUpdateInput) -> ScheduleUpdate:
        state = found.description.schedule.state
        return ScheduleUpdate(replace(wanted, state=state))

    async with asking("the server's schedules", PATIENCE):
        try:
            await client.create_schedule(RECORDS_CHECK, wanted)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(RECORDS_CHECK).update(anew)


async def schedules(client: Client) -> Finding:
    """Whether the daily check is there and runs."""
    try:
        described = await client.get_schedule_handle(RECORDS_CHECK).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return _finding(Verdict.WARNING, "there is no daily check; `business-care schedules` creates it")
        return _finding(Verdict.WARNING, f"the server does not tell ({error.status.name.lower()})")
    if described.schedule.state.paused:
        note = described.schedule.state.note or "no reason was given"
        return _finding(Verdict.WARNING, f"the daily check is paused: {note}")
    following = described.info.next_action_times
    next_run = f", next at {following[0]:%Y-%m-%d %H:%M} UTC" if following else ""
    return _finding(Verdict.OK, f"the daily check is there{next_run}")


def _finding(verdict: Verdict, detail: str) -> Finding:
    return Finding(check="schedules", verdict=verdict, detail=detail)


def _records_check(timezone: str) -> Schedule:
    daily = ScheduleCalendarSpec(
        hour=[ScheduleRange(HOUR)], minute=[ScheduleRange(MINUTE)], comment="every morning"
    )
    return Schedule(
        action=ScheduleActionStartWorkflow(
            names.RECORDS_CHECK,
            {},
            id=RECORDS_CHECK,
            task_queue=names.TASK_QUEUE,
            static_summary="compare what is open in the records with what runs",
        ),
        spec=ScheduleSpec(calendars=[daily], time_zone_name=timezone),
        # One that the server slept through is made up for within the day; two never run at a time.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=24)),
    )
