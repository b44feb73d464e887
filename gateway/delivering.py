"""Delivers commands to running workflows, and keeps each with its answer (R61)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from business_care.applied import AcceptedAnswer
from business_care.commands import Command
from business_care.errors import RuleViolation, StepFailed
from business_care.ports import CommandLog
from gateway.failures import NotTaken, RunIsOver, asking
from gateway.precedence import Precedence
from gateway.raw_command import RawCommand, Subject, Verdict, log_entry

_PAUSES = (0.1, 0.5)
"""Seconds before a dropped message is sent again; its command id makes that safe (R60)."""

Answer = TypeVar("Answer", bound=AcceptedAnswer)
Answer_co = TypeVar("Answer_co", bound=AcceptedAnswer, covariant=True)

HandOver = Callable[[WorkflowHandle[Any, Any]], Awaitable[Answer | None]]


class Addressee(Protocol[Answer_co]):
    """Whom commands are for: a request, or the deactivation of a product."""

    @property
    def subject(self) -> Subject:
        """The request or product, as the log keeps it; its words name it to people."""
        ...

    @property
    def workflow_id(self) -> str:
        """Where it runs."""
        ...

    @property
    def answer_type(self) -> type[Answer_co]:
        """What it answers with."""
        ...

    async def answer_to_forgotten(self, command: RawCommand, now: datetime) -> Answer_co | None:
        """What is answered to a command that whoever runs has taken and does not remember any more (R60).

        None: who runs is asked. Raises `RuleViolation`.
        """
        ...

    async def answer_from_records(self, command: RawCommand, now: datetime) -> Answer_co:
        """What is answered when nothing runs for it any more. Raises `RuleViolation`, `NotRunning`."""
        ...


@dataclass(frozen=True)
class Courier(Generic[Answer]):
    """Carries commands to whoever runs; for those that have ended or do not remember, the records answer.

    A command that was applied but could not be kept is a failure too: sent again it is a duplicate, and kept.
    """

    client: Client
    commands: CommandLog
    clock: Callable[[], datetime]
    patience: timedelta
    precedence: Precedence | None = None
    """With it, whoever waits for an answer goes before a crowd of deadlines."""

    async def ask(self, whom: Addressee[Answer], command: Command | RawCommand) -> Answer:
        """Send the command as an update, and wait for its answer."""
        raw = _as_sent(command)

        async def update(handle: WorkflowHandle[Any, Any]) -> Answer:
            # A fresh id: the server would answer another body under the same id with the first answer.
            async with self._precedence(whom):
                answer: Answer = await handle.execute_update(
                    raw.name, raw.payload, id=str(uuid4()), result_type=whom.answer_type
                )
                return answer

        answer = await self.deliver(whom, raw, update)
        if answer is None:
            raise AssertionError("an update always brings an answer")
        return answer

    async def tell(self, whom: Addressee[Answer], command: Command | RawCommand) -> Answer | None:
        """Send the command as a signal; an answer comes back from the records only."""
        raw = _as_sent(command)

        async def signal(handle: WorkflowHandle[Any, Any]) -> None:
            await handle.signal(raw.name, raw.payload)

        return await self.deliver(whom, raw, signal)

    async def deliver(
        self, whom: Addressee[Answer], raw: RawCommand, hand_over: HandOver[Answer]
    ) -> Answer | None:
        """Hand a command over in a way of the caller's, and keep it with what came of it."""
        arrived_at = self.clock()
        try:
            answer = await self._answer(whom, raw, hand_over, arrived_at)
        except RuleViolation as violation:
            verdict = Verdict(error_code=violation.code, error_message=violation.message)
            await self.commands.note(log_entry(whom.subject, raw, arrived_at, verdict))
            raise
        except StepFailed as failure:
            verdict = Verdict(error_code=getattr(failure, "code", "not_sent"), error_message=str(failure))
            await self.commands.note(log_entry(whom.subject, raw, arrived_at, verdict))
            raise
        await self.commands.note(log_entry(whom.subject, raw, arrived_at, Verdict(answer=answer)))
        return answer

    async def _answer(
        self, whom: Addressee[Answer], raw: RawCommand, hand_over: HandOver[Answer], arrived_at: datetime
    ) -> Answer | None:
        raw.demand_size()
        known = await whom.answer_to_forgotten(raw, arrived_at)
        if known is not None:
            return known
        for pause in (*_PAUSES, None):
            try:
                async with asking(str(whom.subject), self.patience):
                    return await hand_over(self.client.get_workflow_handle(whom.workflow_id))
            except RunIsOver:
                return await whom.answer_from_records(raw, arrived_at)
            except NotTaken:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")

    def _precedence(self, whom: Addressee[Answer]) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self.precedence is None else self.precedence.given_to(whom.workflow_id)


def _as_sent(command: Command | RawCommand) -> RawCommand:
    return command if isinstance(command, RawCommand) else RawCommand.of(command)
