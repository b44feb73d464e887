"""A recovery that is alive: what the operator says to it, and what can be seen of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

from adapters.embedded_server import SkippingServer
from business_care.recovery.state import LateFailure, RecoveryStart
from business_care.recovery.views import RecoveryAnswer, RecoveryJournalView, RecoveryView
from business_care.refund import PURCHASE_PRICE, Money, RefundOrder
from tests.lives.catalogue import Bought, paris
from tests.lives.living import PATIENCE_SECONDS
from tests.lives.world import World
from workflows.names import REFUND_RECOVERY, TASK_QUEUE, refund_recovery_id

PAID_AT = paris("2031-05-05 10:00")
FAILED_AT = paris("2031-05-20 10:00")
"""A Tuesday; the first reminder is due five business days later, Ascension Day left out."""
FIRST_REMINDER = paris("2031-05-29 00:00")


@dataclass
class LivingRecovery:
    """One recovery that waits for the operator."""

    server: SkippingServer
    world: World
    handle: WorkflowHandle[Any, RecoveryView]
    start: RecoveryStart
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    async def begun(cls, world: World) -> "LivingRecovery":
        """A refund that was paid and has failed fifteen days later; nothing is done before `runs`."""
        licence = await world.licence(Bought(pays=["succeeded_then_failed"]))
        order = RefundOrder(
            licence_id=licence.id,
            request_id=f"R-of-{licence.id}",
            seller_id=licence.seller_id,
            money=Money(amount=12_900, currency="EUR"),
        )
        paid = await world.parties.payments.pay_back(order, PAID_AT)
        failure = LateFailure(
            licence_id=licence.id,
            purpose=PURCHASE_PRICE,
            reference=paid.reference,
            reason="account_closed",
            failed_at=FAILED_AT,
        )
        start = await world.records.recoveries.begin(failure, FAILED_AT)
        assert start is not None
        return await cls.started(world, start)

    @classmethod
    async def started(cls, world: World, start: RecoveryStart) -> "LivingRecovery":
        """The workflow of a recovery, whose clock stands where the refund failed."""
        handle = await world.server.client.start_workflow(
            REFUND_RECOVERY,
            start,
            id=refund_recovery_id(start.recovery_id),
            task_queue=TASK_QUEUE,
            result_type=RecoveryView,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_delay=FAILED_AT - datetime.now(UTC),
        )
        recovery = cls(world.server, world, handle, start)
        await recovery.reaches(FAILED_AT + timedelta(minutes=1))
        return recovery

    def body(self, **said: object) -> dict[str, object]:
        """How it was paid, as JSON."""
        given = {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()
        }
        return {
            "command_id": f"c{next(self._numbers)}",
            "by": {"role": "operator", "id": "O1"},
            "reference": "SEPA 77",
            **given,
        }

    async def record(self, **said: object) -> RecoveryAnswer:
        """The operator records how it was paid."""
        answer: RecoveryAnswer = await self.handle.execute_update(
            "record_refund", self.body(**said), result_type=RecoveryAnswer
        )
        return answer

    async def refusal(self, body: object) -> str:
        """Send what is refused, and have the code."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.handle.execute_update("record_refund", body)
        cause = refused.value.cause
        assert isinstance(cause, ApplicationError)
        return str(cause.type)

    async def reaches(self, instant: datetime) -> None:
        """Let its clock go on to an instant."""
        ahead = instant - await self.server.now(self.handle)
        assert ahead.total_seconds() >= 0, f"its clock has passed {instant.isoformat()} already"
        await self.server.fast_forward(self.handle, ahead)

    async def view(self) -> RecoveryView:
        """The query `status`."""
        view: RecoveryView = await self.handle.query("status", result_type=RecoveryView)
        return view

    async def journal(self) -> RecoveryJournalView:
        """The query `journal`."""
        journal: RecoveryJournalView = await self.handle.query("journal", result_type=RecoveryJournalView)
        return journal

    async def until_journal(self, holds: Callable[[RecoveryJournalView], bool]) -> RecoveryJournalView:
        """Wait, in real time, until the journal is as wished."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(journal := await self.journal()):  # noqa: ASYNC110 -- nothing tells us when it changes
                await asyncio.sleep(0.02)
        return journal

    async def recorded_events(self) -> Sequence[str]:
        """The names of what happened, as the records have it."""
        journal = await self.world.records.recoveries.journal(self.start.recovery_id)
        assert journal is not None
        return [event.name for event in journal.events]

    async def notices(self) -> Sequence[str]:
        """Who was told what, in order, such as `refund_manual to operator`."""
        roles = {self.start.seller_id: "seller", self.start.customer_id: "customer"}
        told = await self.world.records.report.notices()
        mine = [note for note in told if note.request == self.start.request_id]
        return [f"{note.kind} to {roles.get(note.to, note.to)}" for note in mine]

    async def ends(self) -> RecoveryView:
        """The result of the workflow."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.handle.result()
