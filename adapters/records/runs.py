"""Which numbers a run's events get in the records.

A run counts its events from one, and a run that continues another goes on counting. But a run that was
started again after it had been terminated by hand, or reset to an earlier point, counts again what is already
counted. Its events are not the stored ones: they are added behind them, so that nothing is lost.
"""

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.request_tables import REQUEST_EVENTS, REQUEST_RUNS, REQUESTS
from adapters.records.upsert import insert_missing
from business_care.events import Event
from business_care.views import StepRecord


async def seq_offset(connection: AsyncConnection, step: StepRecord) -> int:
    """What is added to the event numbers of the step's run; zero for all runs of an undisturbed request."""
    request_id = step.view.request_id
    # One step of a request at a time; on SQLite there is one writer anyway.
    await connection.execute(
        select(REQUESTS.c.seq).where(REQUESTS.c.request_id == request_id).with_for_update()
    )
    runs = await _runs(connection, request_id)
    for run in runs:
        if run["run_id"] == step.run_id:
            return int(run["seq_offset"])
    offset = int(runs[-1]["seq_offset"]) if runs else 0
    if runs and await _tells_another_story(connection, step, offset):
        offset = await _behind_all(connection, request_id) - (step.events[0].seq - 1)
    return offset


async def keep_run(connection: AsyncConnection, step: StepRecord, offset: int) -> None:
    """Remember the run of a step with its offset."""
    request_id = step.view.request_id
    position = await connection.scalar(
        select(func.count()).select_from(REQUEST_RUNS).where(REQUEST_RUNS.c.request_id == request_id)
    )
    row = {"request_id": request_id, "run_id": step.run_id, "seq_offset": offset, "position": position}
    await insert_missing(connection, REQUEST_RUNS, [row])


def numbered(events: tuple[Event, ...], offset: int) -> tuple[Event, ...]:
    """The events under the numbers that they have in the records."""
    if not offset:
        return events
    return tuple(event.model_copy(update={"seq": event.seq + offset}) for event in events)


async def _runs(connection: AsyncConnection, request_id: str) -> list[RowMapping]:
    query = (
        select(REQUEST_RUNS).where(REQUEST_RUNS.c.request_id == request_id).order_by(REQUEST_RUNS.c.position)
    )
    return list((await connection.execute(query)).mappings())


async def _tells_another_story(connection: AsyncConnection, step: StepRecord, offset: int) -> bool:
    told = {event.seq: event for event in numbered(step.events, offset)}
    query = select(REQUEST_EVENTS.c.event).where(
        REQUEST_EVENTS.c.request_id == step.view.request_id, REQUEST_EVENTS.c.seq.in_(told)
    )
    return any(told[kept.seq] != kept for kept in (await connection.scalars(query)))


async def _behind_all(connection: AsyncConnection, request_id: str) -> int:
    last = await connection.scalar(
        select(func.max(REQUEST_EVENTS.c.seq)).where(REQUEST_EVENTS.c.request_id == request_id)
    )
    return int(last or 0)
