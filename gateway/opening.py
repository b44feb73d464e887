"""Opens requests: once, however often the marketplace asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from business_care.demands import CLOCK_TOLERANCE
from business_care.errors import ErrorCode, RecordMissing, RuleViolation
from business_care.ports import RequestDirectory
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.views import OpenedAnswer, RequestView
from gateway.failures import NotRunning, RunIsOver, asking
from gateway.precedence import Precedence
from gateway.requests import not_running
from gateway.starting import Starter
from workflows.names import care_request_id


@dataclass(frozen=True)
class Reception:
    """Where requests come in: the records are asked first, then the request is started."""

    starter: Starter
    directory: RequestDirectory
    clock: Callable[[], datetime]
    patience: timedelta
    precedence: Precedence

    async def open(self, opening: CareRequestOpening) -> OpenedAnswer:
        """Start the request, or find it started, and wait for its deadlines."""
        self._demand_begun(opening)
        known = await self._opened_before(opening)
        if known is not None and known.outcome is not None:
            return OpenedAnswer.of(known)
        facts = await self._facts(opening, is_known=known is not None)
        priority = await self.precedence.at_start()
        try:
            async with asking(f"request {opening.request_id}", self.patience):
                answer = await self.starter.start_and_wait(opening, facts, priority)
        except RunIsOver:
            return await self._closed_already(opening)
        finally:
            await self.precedence.give_back(care_request_id(opening.request_id), priority)
        # Somebody else may have opened another request under this id a moment before.
        _demand_same(opening, await self.directory.opening(opening.request_id))
        return answer

    async def open_later(self, opening: CareRequestOpening, delay: timedelta) -> None:
        """Start the request, unless it was started, so that it takes its first step after `delay`."""
        known = await self._opened_before(opening)
        if known is not None and known.outcome is not None:
            return
        facts = await self._facts(opening, is_known=known is not None)
        try:
            async with asking(f"request {opening.request_id}", self.patience):
                await self.starter.start_later(opening, facts, delay)
        except RunIsOver:
            await self._closed_already(opening)

    def _demand_begun(self, opening: CareRequestOpening) -> None:
        latest = self.clock() + CLOCK_TOLERANCE
        if opening.opened_at > latest:
            raise RuleViolation(
                ErrorCode.OPENED_AT_OUT_OF_RANGE,
                f"opened_at: {opening.opened_at.isoformat()} was given; allowed until {latest.isoformat()}",
            )

    async def _opened_before(self, opening: CareRequestOpening) -> RequestView | None:
        """What the records know of the request. Raises `request_id_reused` if it was opened otherwise."""
        kept, view = await self.directory.opened(opening.request_id)
        _demand_same(opening, kept)
        return view

    async def _facts(self, opening: CareRequestOpening, *, is_known: bool) -> LicenceFacts | None:
        """The facts of the licence; None for a request that is open although nobody knows it (R15)."""
        try:
            return await self.directory.facts(opening)
        except RecordMissing:
            if is_known:
                return None
            raise RuleViolation(
                ErrorCode.UNKNOWN_LICENCE, f"licence_id: there is no licence {opening.licence_id}"
            ) from None

    async def _closed_already(self, opening: CareRequestOpening) -> OpenedAnswer:
        view = await self._opened_before(opening)
        if view is None:
            raise NotRunning(
                f"the run of request {opening.request_id} has ended, and these records know nothing of it; "
                "look whether they are the worker's records"
            )
        if view.outcome is None:
            raise not_running(opening.request_id)
        return OpenedAnswer.of(view)


def _demand_same(opening: CareRequestOpening, kept: CareRequestOpening | None) -> None:
    """Raise `request_id_reused` if the request was opened otherwise."""
    if kept is not None and kept != opening:
        fields = [
            name for name in type(opening).model_fields if getattr(kept, name) != getattr(opening, name)
        ]
        raise RuleViolation(
            ErrorCode.REQUEST_ID_REUSED,
            f"request_id: {opening.request_id} was opened before with another {', '.join(fields)}",
        )
