"""A deactivation that is alive: what its parties say to it, and what can be seen of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from adapters.embedded_server import SkippingServer
from adapters.records.opened import Records
from business_care.deactivation.renewals import CascadeProgress
from business_care.deactivation.views import DeactivationAnswer, DeactivationJournalView, DeactivationView
from tests.lives.living import PATIENCE_SECONDS

OPERATOR: dict[str, object] = {"role": "operator", "id": "O1"}
_MINE = frozenset({"reactivate", "make_permanent", "revoke", "deactivate"})
"""What the seller says unless the test names somebody else."""


@dataclass
class LivingDeactivation:
    """One run that switches a product off."""

    server: SkippingServer
    records: Records
    handle: WorkflowHandle[Any, DeactivationView]
    seller_id: str
    product_id: str
    order: dict[str, object]
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def id(self) -> str:
        return str(self.order["command_id"])

    @property
    def seller(self) -> dict[str, object]:
        return {"role": "seller", "id": self.seller_id}

    def body(self, command: str, **said: object) -> dict[str, object]:
        """A command as JSON: with a fresh id, by the seller or by an operator."""
        by = self.seller if command in _MINE else OPERATOR
        given = {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()
        }
        return {"command_id": f"c{next(self._numbers)}", "by": by, **given}

    async def update(self, command: str, **said: object) -> DeactivationAnswer:
        """Send a command and have its answer."""
        return await self.update_as_is(command, self.body(command, **said))

    async def update_as_is(self, command: str, body: object) -> DeactivationAnswer:
        """Send a command with a body of the test's own."""
        answer: DeactivationAnswer = await self.handle.execute_update(
            command, body, result_type=DeactivationAnswer
        )
        return answer

    async def refusal(self, command: str, **said: object) -> str:
        """Send a command that is refused, and have the code."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.handle.execute_update(command, self.body(command, **said))
        cause = refused.value.cause
        assert isinstance(cause, ApplicationError)
        return str(cause.type)

    async def signal(self, command: str, **said: object) -> None:
        """Send a command and wait for nothing."""
        await self.handle.signal(command, self.body(command, **said))

    async def reaches(self, instant: datetime) -> None:
        """Let the deactivation's clock go on to an instant."""
        ahead = instant - await self.server.now(self.handle)
        assert ahead.total_seconds() >= 0, f"its clock has passed {instant.isoformat()} already"
        await self.server.fast_forward(self.handle, ahead)

    async def lets_pass(self, duration: timedelta) -> None:
        """Let its clock go on, unless it has ended."""
        await self.server.fast_forward(self.handle, duration)

    async def view(self) -> DeactivationView:
        """The query `status`."""
        view: DeactivationView = await self.handle.query("status", result_type=DeactivationView)
        return view

    async def progress(self) -> CascadeProgress:
        """The query `progress`."""
        progress: CascadeProgress = await self.handle.query("progress", result_type=CascadeProgress)
        return progress

    async def journal(self) -> DeactivationJournalView:
        """The query `journal`."""
        journal: DeactivationJournalView = await self.handle.query(
            "journal", result_type=DeactivationJournalView
        )
        return journal

    async def events(self) -> Sequence[str]:
        """The names of what happened, in order."""
        return [event.name for event in (await self.journal()).events]

    async def until(self, holds: Callable[[DeactivationView], bool]) -> DeactivationView:
        """Wait, in real time, until the view is as wished."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(view := await self.view()):  # noqa: ASYNC110 -- nothing tells us when it changes
                await asyncio.sleep(0.02)
        return view

    async def until_state(self, state: str) -> DeactivationView:
        """Wait, in real time, until it is in a state; product and bundles may have yet to follow."""
        return await self.until(lambda view: view.state == state)

    async def until_product(self, state: str) -> DeactivationView:
        """Wait, in real time, until the product stands in a way on the market."""
        return await self.until(lambda view: view.product == state)

    async def until_bundles_followed(self) -> None:
        """Wait, in real time, until the bundles have followed the product."""
        await self.until(lambda view: view.product is not None and view.bundles is view.product)

    async def bundle_events(self) -> Sequence[str]:
        """What happened to bundles, such as `bundle_offline B1`."""
        journal = await self.records.deactivations.journal(self.id)
        assert journal is not None
        return [
            f"{event.name} {event.detail['bundle_id']}"
            for event in journal.events
            if "bundle_id" in event.detail
        ]

    async def ends(self) -> DeactivationView:
        """The result of the workflow."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.handle.result()

    async def notices(self) -> Sequence[str]:
        """Who was told what, in order, such as `deactivated to seller`."""
        told = await self.records.report.notices()
        return [
            f"{note.kind} to {'seller' if note.to == self.seller_id else note.to}"
            for note in told
            if note.product == self.product_id
        ]
