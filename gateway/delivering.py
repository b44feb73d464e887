"""Delivers commands to requests, and keeps each with its answer (R61)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from business_care.commands import Command
from business_care.errors import RuleViolation, StepFailed
from business_care.ports import CommandLog, RequestDirectory
from business_care.views import CommandAnswer
from gateway.closed import answer_from_records
from gateway.failures import NotTaken, RunIsOver, asking
from gateway.raw_command import RawCommand, Verdict, log_entry
from gateway.requests import demand_request_id
from workflows.names import care_request_id

_PAUSES = (0.1, 0.5)
"""Seconds before a dropped message is sent again; its command id makes that safe (R60)."""

HandOver = Callable[[WorkflowHandle[object, object]], Awaitable[CommandAnswer | None]]


@dataclass(frozen=True)
class Courier:
    """Carries commands to the running request; what has closed is answered for by the records.

    A command that was applied but could not be kept is a failure too: sent again it is a duplicate, and kept.
    """

    client: Client
    directory: RequestDirectory
    commands: CommandLog
    clock: Callable[[], datetime]
    patience: timedelta

    async def ask(self, request_id: str, command: Command | RawCommand) -> CommandAnswer:
        """Send the command as an update, and wait for its answer."""
        raw = _as_sent(command)

        async def update(handle: WorkflowHandle[object, object]) -> CommandAnswer:
            # A fresh id: the server would answer another body under the same id with the first answer.
            answer: CommandAnswer = await handle.execute_update(
                raw.name, raw.payload, id=str(uuid4()), result_type=CommandAnswer
            )
            return answer

        answer = await self._deliver(request_id, raw, update)
        if answer is None:
            raise AssertionError("an update always brings an answer")
        return answer

    async def tell(self, request_id: str, command: Command | RawCommand) -> CommandAnswer | None:
        """Send the command as a signal; an answer comes back from a closed request only."""
        raw = _as_sent(command)

        async def signal(handle: WorkflowHandle[object, object]) -> None:
            await handle.signal(raw.name, raw.payload)

        return await self._deliver(request_id, raw, signal)

    async def _deliver(self, request_id: str, raw: RawCommand, hand_over: HandOver) -> CommandAnswer | None:
        demand_request_id(request_id)
        arrived_at = self.clock()
        try:
            answer = await self._answer(request_id, raw, hand_over, arrived_at)
        except RuleViolation as violation:
            verdict = Verdict(error_code=violation.code, error_message=violation.message)
            await self.commands.note(log_entry(request_id, raw, arrived_at, verdict))
            raise
        except StepFailed as failure:
            verdict = Verdict(error_code=getattr(failure, "code", "not_sent"), error_message=str(failure))
            await self.commands.note(log_entry(request_id, raw, arrived_at, verdict))
            raise
        await self.commands.note(log_entry(request_id, raw, arrived_at, Verdict(answer=answer)))
        return answer

    async def _answer(
        self, request_id: str, raw: RawCommand, hand_over: HandOver, arrived_at: datetime
    ) -> CommandAnswer | None:
        raw.demand_size()
        for pause in (*_PAUSES, None):
            try:
                async with asking(request_id, self.patience):
                    return await hand_over(self.client.get_workflow_handle(care_request_id(request_id)))
            except RunIsOver:
                return await answer_from_records(self.directory, request_id, raw, arrived_at)
            except NotTaken:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")


def _as_sent(command: Command | RawCommand) -> RawCommand:
    return command if isinstance(command, RawCommand) else RawCommand.of(command)
