"""Reads requests: a running one tells itself, a closed one is told by the records."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from temporalio.client import Client
from temporalio.common import QueryRejectCondition

from business_care.ports import RequestDirectory
from business_care.views import DeadlinesView, JournalView, RequestView
from gateway.failures import RunIsOver, asking
from gateway.requests import demand_request_id, unknown_request
from workflows.names import care_request_id

View = TypeVar("View", RequestView, DeadlinesView, JournalView)


@dataclass(frozen=True)
class RecordedRequests:
    """What the records hold of requests, closed and open ones: of the latter they may be a step behind (R63).

    Every method raises `RuleViolation` `unknown_request`.
    """

    directory: RequestDirectory

    async def status(self, request_id: str) -> RequestView:
        """The whole view."""
        return await self._find(request_id, self.directory.view)

    async def deadlines(self, request_id: str) -> DeadlinesView:
        """Both deadlines, explained."""
        return await self._find(request_id, self.directory.deadlines)

    async def journal(self, request_id: str) -> JournalView:
        """Everything that happened."""
        return await self._find(request_id, self.directory.journal)

    async def _find(self, request_id: str, look_up: Callable[[str], Awaitable[View | None]]) -> View:
        demand_request_id(request_id)
        found = await look_up(request_id)
        if found is None:
            raise unknown_request(request_id)
        return found


@dataclass(frozen=True)
class Reader:
    """Asks the request itself, which knows best; the records remember those that do not run any more."""

    client: Client
    recorded: RecordedRequests
    patience: timedelta

    async def status(self, request_id: str, *, as_recorded: bool) -> RequestView:
        """The whole view."""
        return await self._read(request_id, "status", RequestView, self.recorded.status, as_recorded)

    async def deadlines(self, request_id: str, *, as_recorded: bool) -> DeadlinesView:
        """Both deadlines, explained."""
        return await self._read(request_id, "deadlines", DeadlinesView, self.recorded.deadlines, as_recorded)

    async def journal(self, request_id: str, *, as_recorded: bool) -> JournalView:
        """Everything that happened."""
        return await self._read(request_id, "journal", JournalView, self.recorded.journal, as_recorded)

    async def _read(
        self,
        request_id: str,
        query: str,
        view: type[View],
        recorded: Callable[[str], Awaitable[View]],
        as_recorded: bool,
    ) -> View:
        demand_request_id(request_id)
        if not as_recorded:
            try:
                return await self._ask(request_id, query, view)
            except RunIsOver:
                pass
        return await recorded(request_id)

    async def _ask(self, request_id: str, query: str, view: type[View]) -> View:
        async with asking(f"request {request_id}", self.patience):
            handle = self.client.get_workflow_handle(care_request_id(request_id))
            # A closed run could answer too, but only by being replayed.
            answer: View = await handle.query(
                query, result_type=view, reject_condition=QueryRejectCondition.NOT_OPEN
            )
            return answer
