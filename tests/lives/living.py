"""A request that is alive: what its parties say to it, and what can be seen of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from adapters.embedded_server import SkippingServer
from adapters.records.opened import Records
from business_care.commands import COMMANDS
from business_care.people import Role
from business_care.request import CareRequestOpening
from business_care.views import CommandAnswer, DeadlinesView, JournalView, RequestView
from tests.lives.catalogue import Licence

PATIENCE_SECONDS = 60
"""Until a life that waits in vain is given up; on a busy machine most things take several times as long."""

_SPEAKERS = (Role.AGENT, Role.CUSTOMER, Role.OPERATOR, Role.SYSTEM)


@dataclass
class LivingRequest:
    """One running request. Commands come from the party whose they are, unless `by` says otherwise."""

    server: SkippingServer
    records: Records
    handle: WorkflowHandle[Any, RequestView]
    opening: CareRequestOpening
    licence: Licence
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def id(self) -> str:
        return self.opening.request_id

    def actor(self, role: Role) -> dict[str, object]:
        """Who acts for a role in this request."""
        match role:
            case Role.AGENT:
                return {"role": "agent", "id": "A1", "seller_id": self.licence.seller_id}
            case Role.SELLER:
                return {"role": "seller", "id": self.licence.seller_id}
            case Role.CUSTOMER:
                return {"role": "customer", "id": self.licence.customer_id}
            case _:
                return {"role": str(role), "id": f"{role}-1"}

    def body(self, command: str, **said: object) -> dict[str, object]:
        """A command as JSON: with a fresh id, by the party whose command it is."""
        speaker = next(role for role in _SPEAKERS if role in COMMANDS[command].ROLES)
        given = {name: _spelled(value) for name, value in said.items()}
        return {"command_id": f"c{next(self._numbers)}", "by": self.actor(speaker), **given}

    async def update(self, command: str, **said: object) -> CommandAnswer:
        """Send a command and have its answer."""
        return await self.update_as_is(command, self.body(command, **said))

    async def update_as_is(self, command: str, body: object) -> CommandAnswer:
        """Send a command with a body of the test's own."""
        answer: CommandAnswer = await self.handle.execute_update(command, body, result_type=CommandAnswer)
        return answer

    async def refusal(self, command: str, **said: object) -> str:
        """Send a command that is refused, and have the code."""
        return await self.refusal_as_is(command, self.body(command, **said))

    async def refusal_as_is(self, command: str, body: object) -> str:
        """Send a message that is refused, with a body of the test's own, and have the code."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.handle.execute_update(command, body)
        cause = refused.value.cause
        assert isinstance(cause, ApplicationError)
        return str(cause.type)

    async def signal(self, command: str, **said: object) -> None:
        """Send a command and wait for nothing."""
        await self.handle.signal(command, self.body(command, **said))

    async def acknowledge(self, **said: object) -> CommandAnswer:
        return await self.update("acknowledge", message="We are on it", **said)

    async def refuse(self, **said: object) -> CommandAnswer:
        grounds: dict[str, object] = {
            "ground": "modified_source",
            "explanation": "The source was changed",
            "evidence": ["diff-1"],
        }
        return await self.update("refuse", **(grounds | said))

    async def reaches(self, instant: datetime) -> None:
        """Let the request's clock go on to an instant."""
        ahead = instant - await self.now()
        assert ahead.total_seconds() >= 0, f"the request's clock has passed {instant.isoformat()} already"
        await self.server.fast_forward(self.handle, ahead)

    async def lets_pass(self, duration: timedelta) -> None:
        """Let the request's clock go on, unless the request has ended."""
        await self.server.fast_forward(self.handle, duration)

    async def now(self) -> datetime:
        """Where the request's clock stands."""
        return await self.server.now(self.handle)

    async def view(self) -> RequestView:
        """The query `status`."""
        view: RequestView = await self.handle.query("status", result_type=RequestView)
        return view

    async def until(self, holds: Callable[[RequestView], bool]) -> RequestView:
        """Wait, in real time, until the view is as wished."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(view := await self.view()):  # noqa: ASYNC110 -- nothing tells us when it changes
                await asyncio.sleep(0.02)
        return view

    async def until_state(self, state: str) -> RequestView:
        """Wait, in real time, until the request is in a state."""
        return await self.until(lambda view: view.state == state)

    async def until_rejected(self, times: int) -> JournalView:
        """Wait, in real time, until the journal has that many rejections."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len((journal := await self.journal()).rejections) < times:  # noqa: ASYNC110 -- as above
                await asyncio.sleep(0.02)
        return journal

    async def until_tried_again(self) -> None:
        """Wait, in real time, until a step has failed and waits to be tried again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(step.attempt > 1 for step in await self._pending_steps()):  # noqa: ASYNC110 -- as above
                await asyncio.sleep(0.02)

    async def _pending_steps(self) -> Sequence[PendingActivityInfo]:
        return (await self.handle.describe()).raw_description.pending_activities

    async def ends(self) -> RequestView:
        """The result of the workflow."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.handle.result()

    async def deadlines(self) -> DeadlinesView:
        """The query `deadlines`."""
        deadlines: DeadlinesView = await self.handle.query("deadlines", result_type=DeadlinesView)
        return deadlines

    async def journal(self) -> JournalView:
        """The query `journal`."""
        journal: JournalView = await self.handle.query("journal", result_type=JournalView)
        return journal

    async def events(self) -> Sequence[str]:
        """The names of what happened, in order."""
        return [event.name for event in (await self.journal()).events]

    async def notices(self) -> Sequence[str]:
        """Who was told what, in order, such as `acknowledged to customer`."""
        roles = {self.licence.seller_id: "seller", self.licence.customer_id: "customer"}
        told = await self.records.report.notices()
        return [f"{note.kind} to {roles.get(note.to, note.to)}" for note in told if note.request == self.id]

    async def history(self, kind: "EventType.ValueType | None" = None) -> Sequence[HistoryEvent]:
        """The events of the run, all or of one type."""
        events = (await self.handle.fetch_history()).events
        return [event for event in events if kind is None or event.event_type == kind]

    async def timers(self) -> Sequence[str]:
        """What people read on the timers of the run, in order."""
        started = await self.history(EventType.EVENT_TYPE_TIMER_STARTED)
        return [event.user_metadata.summary.data.decode().strip('"') for event in started]


def _spelled(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
