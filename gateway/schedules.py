"""What the Temporal server starts by itself every day: the check that nothing is forgotten, the digest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
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

PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True)
class Daily:
    """A workflow that is started every day at a time of the marketplace's clock, as `<id>-<instant>`."""

    id: str
    workflow: str
    hour: int
    minute: int
    purpose: str

    def schedule(self, timezone: str) -> Schedule:
        """As the server keeps it; `timezone` is the one whose clock is meant."""
        daily = ScheduleCalendarSpec(hour=[ScheduleRange(self.hour)], minute=[ScheduleRange(self.minute)])
        return Schedule(
            action=ScheduleActionStartWorkflow(
                self.workflow, {}, id=self.id, task_queue=names.TASK_QUEUE, static_summary=self.purpose
            ),
            spec=ScheduleSpec(calendars=[daily], time_zone_name=timezone),
            # One that the server slept through is made up for within the day; two never run at a time.
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=24)),
        )


RECORDS_CHECK = Daily(
    "records-check", names.RECORDS_CHECK, 6, 30, "compare what is open in the records with what runs"
)
OPERATOR_DIGEST = Daily(
    "operator-digest", names.OPERATOR_DIGEST, 7, 0, "tell the operator what is due, overdue and waiting"
)
DAILY = (RECORDS_CHECK, OPERATOR_DIGEST)
"""After the midnight at which deadlines end, and before anybody is at work."""


async def keep_schedules(client: Client, timezone: str) -> None:
    """See to it that every schedule is there as this version wants it; one that is paused stays paused.

    Raises `NoAnswer`, `ServerNotReached`, `ServerRefused`.
    """
    async with asking("the server's schedules", PATIENCE):
        for daily in DAILY:
            await _keep(client, daily, daily.schedule(timezone))


async def schedules(client: Client) -> Finding:
    """Whether every schedule is there and runs."""
    try:
        kept = {daily.id: await _described(client, daily) for daily in DAILY}
    except RPCError as error:
        return _finding(Verdict.WARNING, f"the server does not tell ({error.status.name.lower()})")
    faults = list(_faults(kept))
    if faults:
        return _finding(Verdict.WARNING, "; ".join(faults))
    return _finding(Verdict.OK, ", ".join(f"{name} {_next(found)}" for name, found in kept.items() if found))


async def _keep(client: Client, daily: Daily, wanted: Schedule) -> None:
    def anew(found: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(replace(wanted, state=found.description.schedule.state))

    try:
        await client.create_schedule(daily.id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(daily.id).update(anew)


async def _described(client: Client, daily: Daily) -> ScheduleDescription | None:
    try:
        return await client.get_schedule_handle(daily.id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _faults(kept: dict[str, ScheduleDescription | None]) -> Iterator[str]:
    for name, found in kept.items():
        if found is None:
            yield f"there is no {name}; `business-care schedules` creates it"
        elif found.schedule.state.paused:
            yield f"{name} is paused: {found.schedule.state.note or 'no reason was given'}"


def _next(found: ScheduleDescription) -> str:
    following = found.info.next_action_times
    return f"next at {following[0]:%Y-%m-%d %H:%M} UTC" if following else "has no next time"


def _finding(verdict: Verdict, detail: str) -> Finding:
    return Finding(check="schedules", verdict=verdict, detail=detail)
