"""While many deadlines end at once, whoever waits for an answer goes before them.

Deadlines end at midnight, all together. Each wakes a run, and the server hands out what is to be done in the
order in which it came: a person's command would wait until thousands of runs have been woken. So its run is
moved to the front before the command is sent, and moved back after the answer (docs/decisions/0014).

The refunds that follow come one after the other for minutes, each with more work than a deadline: as long as
many of them are still to come, it is crowded too. When nothing is crowded the server is asked nothing, and no
history grows.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import Priority as PriorityMessage
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client
from temporalio.common import Priority
from temporalio.service import RPCError

from business_care.errors import StepFailed
from business_care.ports import RequestDirectory

CROWD: Final = 20
"""So many deadlines that wait to be kept are a crowd: to keep them takes a worker a quarter of a second."""
COUNTED_AT_MOST: Final = 10_000
"""A look costs no more, and refunds come apart over no longer than so many take (a quarter of an hour)."""
REFUNDS_FOLLOW_WITHIN: Final = timedelta(hours=1)
"""Refunds that are due for longer wait for something else, for an operator or for payments to run again."""
LOOK_EVERY: Final = timedelta(seconds=1)
FIRST: Final = Priority(priority_key=1)
"""The front; every run stands in the middle, which is 3 of 5, unless it was moved."""
_MIDDLE: Final = Priority()


class Crowd:
    """Deadlines that have ended and are not kept yet, or end within a second, if they are many.

    And the refunds that follow them. One look a second serves all who ask, so it looks a second ahead.
    Records that do not answer tell of none.
    """

    def __init__(self, directory: RequestDirectory, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._clock = clock
        self._looking = asyncio.Lock()
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._deadlines = self._refunds = 0

    async def is_there(self) -> bool:
        """Whether whoever waits for an answer would stand behind it."""
        await self._look()
        return max(self._deadlines, self._refunds) >= CROWD

    async def size(self) -> int:
        """How many deadlines make it up, counted up to `COUNTED_AT_MOST`; nought where there is none."""
        await self._look()
        return self._deadlines if self._deadlines >= CROWD else 0

    async def _look(self) -> None:
        async with self._looking:
            now = self._clock()
            if self._looked_at <= now < self._looked_at + LOOK_EVERY:
                return
            self._deadlines = self._refunds = 0
            with suppress(StepFailed):
                self._deadlines = await self._directory.deadlines_waiting(now + LOOK_EVERY, COUNTED_AT_MOST)
                self._refunds = await self._directory.refunds_waiting(now - REFUNDS_FOLLOW_WITHIN, CROWD)
            self._looked_at = now


@dataclass(frozen=True)
class Precedence:
    """Moves single runs to the front, for as long as somebody waits for their answer.

    It is a courtesy: what keeps it from being done (a server that knows no priorities, missing rights, a run
    that has ended) keeps no command from being sent.
    """

    client: Client
    crowd: Crowd

    async def at_start(self) -> Priority:
        """Where a new run begins: at the front when it is crowded."""
        return FIRST if await self.crowd.is_there() else _MIDDLE

    async def give_back(self, workflow_id: str, given: Priority) -> None:
        """Move a run that began at the front back to the middle."""
        if given != _MIDDLE:
            await self._move(workflow_id, _MIDDLE)

    @asynccontextmanager
    async def given_to(self, workflow_id: str) -> AsyncIterator[None]:
        """The run stands at the front until the block ends, when it is crowded."""
        given = await self.at_start()
        if given != _MIDDLE:
            await self._move(workflow_id, given)
        try:
            yield
        finally:
            await self.give_back(workflow_id, given)

    async def _move(self, workflow_id: str, to: Priority) -> None:
        request = UpdateWorkflowExecutionOptionsRequest(
            namespace=self.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            workflow_execution_options=WorkflowExecutionOptions(
                priority=PriorityMessage(priority_key=to.priority_key or 0)
            ),
            update_mask=FieldMask(paths=["priority"]),
        )
        with suppress(RPCError):
            await self.client.workflow_service.update_workflow_execution_options(request)
