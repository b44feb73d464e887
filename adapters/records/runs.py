"""Which numbers a run's events get in the records.

A run counts its events from one, and a run that continues another goes on counting. But a run that was
started again after it had been terminated by hand, or reset to an earlier point, counts again what is already
counted. Its events are not the stored ones: they are added behind them, so that nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.request_tables import REQUEST_EVENTS, REQUEST_RUNS, REQUESTS
from adapters.records.upsert import insert_missing
from business_care.events import Event
from business_care.views import StepRecord

_LOCK = (
    select(
        REQUESTS.c.seq,
        select(REQUEST_RUNS.c.seq_offset)
        .where(
            REQUEST_RUNS.c.request_id == REQUESTS.c.request_id,
            REQUEST_RUNS.c.run_id == bindparam("run_id"),
        )
        .scalar_subquery()
        .label("offset"),
    )
    .where(REQUESTS.c.request_id == bindparam("request_id"))
    .with_for_update()
)
_RUNS = (
    select(REQUEST_RUNS)
    .where(REQUEST_RUNS.c.request_id == bindparam("request_id"))
    .order_by(REQUEST_RUNS.c.position)
)


@dataclass(frozen=True)
class Runs:
    """What the records know of a request's runs, as far as a step needs it, and how its own is numbered."""

    step: StepRecord
    offset: int
    """What is added to the event numbers of the step's run; zero for all runs of an undisturbed request."""
    goes_on: bool
    """Whether it is sure that nothing was told yet under the step's numbers."""
    is_known: bool = False
    """Whether the step's run is among those that the records know."""
    known: Sequence[RowMapping] = ()
    """All of those in order; not read where the step's own run is known and goes on."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of the step under the numbers that they have in the records."""
        return _numbered(self.step.events, self.offset)

    @property
    def is_last(self) -> bool:
        """Whether the step's run is the last one that the records know; asked where `known` was read."""
        return bool(self.known) and self.known[-1]["run_id"] == self.step.run_id


async def lock_runs(connection: AsyncConnection, step: StepRecord) -> Runs:
    """The runs of the step's request, of which one step at a time is stored from here on."""
    request = {"request_id": step.view.request_id}
    standing = (await connection.execute(_LOCK, {**request, "run_id": step.run_id})).one_or_none()
    if standing is None:
        return Runs(step, 0, goes_on=True)
    # Without an offset the run may be known all the same: PostgreSQL reads it as it was before it waited.
    if standing.offset is not None and _are_behind(step.events, standing.seq - standing.offset):
        return Runs(step, standing.offset, goes_on=True, is_known=True)
    known = (await connection.execute(_RUNS, request)).mappings().all()
    for run in known:
        if run["run_id"] == step.run_id:
            return Runs(step, int(run["seq_offset"]), goes_on=False, is_known=True, known=known)
    offset = int(known[-1]["seq_offset"]) if known else 0
    if known and await _tells_another_story(connection, step, offset):
        offset = await _behind_all(connection, step.view.request_id) - (step.events[0].seq - 1)
    return Runs(step, offset, goes_on=False, known=known)


async def keep_run(connection: AsyncConnection, runs: Runs) -> None:
    """Remember the run of a step with its offset."""
    if runs.is_known:
        return
    row = {
        "request_id": runs.step.view.request_id,
        "run_id": runs.step.run_id,
        "seq_offset": runs.offset,
        "position": len(runs.known),
    }
    await insert_missing(connection, REQUEST_RUNS, [row])


def _are_behind(events: tuple[Event, ...], last: int) -> bool:
    """Whether events bear higher numbers than any that was told: a view counts all events that are kept."""
    return not events or events[0].seq > last


def _numbered(events: tuple[Event, ...], offset: int) -> tuple[Event, ...]:
    if not offset:
        return events
    return tuple(event.model_copy(update={"seq": event.seq + offset}) for event in events)


async def _tells_another_story(connection: AsyncConnection, step: StepRecord, offset: int) -> bool:
    told = {event.seq: event for event in _numbered(step.events, offset)}
    query = select(REQUEST_EVENTS.c.event).where(
        REQUEST_EVENTS.c.request_id == step.view.request_id, REQUEST_EVENTS.c.seq.in_(told)
    )
    return any(told[kept.seq] != kept for kept in (await connection.scalars(query)))


async def _behind_all(connection: AsyncConnection, request_id: str) -> int:
    last = await connection.scalar(
        select(func.max(REQUEST_EVENTS.c.seq)).where(REQUEST_EVENTS.c.request_id == request_id)
    )
    return int(last or 0)
