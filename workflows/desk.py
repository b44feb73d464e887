"""Takes commands, as signals and as updates, hands them to the rules, and keeps what came of them."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.common import RawValue

from business_care.applied import AcceptedAnswer, Applied
from business_care.commands import Command
from business_care.errors import RuleViolation
from business_care.judgement import demand_role
from business_care.reading import read_message
from workflows.clock import now
from workflows.journal import AppliedT, Journal, StepT
from workflows.payloads import as_first_seen, demand_unlocked, json_of, refusal, rejection
from workflows.pump import Pump

Answer = TypeVar("Answer", bound=AcceptedAnswer)


class Desk(Generic[StepT, AppliedT, Answer]):
    """Where the commands of one workflow arrive, whichever way they come."""

    def __init__(self, journal: Journal[StepT, AppliedT], pump: Pump) -> None:
        self._journal = journal
        self._pump = pump
        self.waiting = 0
        """How many commands wait for the facts that judge them."""
        self._signals = 0
        """How many signals this run has had so far."""

    def check(self, command: type[Command], raw: RawValue) -> None:
        """Refuse an update that breaks a rule, before it leaves a trace in the history (R61)."""
        try:
            given = read_message(command, json_of(raw))
            demand_role(given)
            if self.can_judge(given):
                self.judge(given, now())
        except RuleViolation as violation:
            raise refusal(violation) from None

    async def answer(self, command: type[Command], raw: RawValue) -> Answer:
        """Carry an update out; the answer comes when the records have it.

        A locked one was refused by `check`: seen here, it was accepted by a worker that had its key.
        """
        demand_unlocked(raw, "an accepted update")
        try:
            return await self._carry_out(command, raw)
        except RuleViolation as violation:
            raise refusal(violation) from None

    async def take(self, command: type[Command], raw: RawValue) -> None:
        """Carry a signal out; a refused one stands in the journal and changes nothing else (R61)."""
        self._signals += 1
        seen = as_first_seen(raw, self._signals)
        try:
            await self._carry_out(command, seen)
        except RuleViolation:
            return

    def reject(
        self, name: str, violation: RuleViolation, raw: RawValue | None, command_id: str | None = None
    ) -> None:
        """Keep a refused message in the journal."""
        self._journal.reject(rejection(name, violation, now(), raw, command_id))

    async def _carry_out(self, command: type[Command], raw: RawValue) -> Answer:
        given: Command | None = None
        arrived_at = now()
        try:
            given = read_message(command, json_of(raw))
            waited = await self._until_judgeable(given)
            outcome = self.judge(given, arrived_at)
        except RuleViolation as violation:
            self.reject(command.NAME, violation, raw, given.command_id if given else None)
            raise
        if isinstance(outcome, Applied):
            return await self.repeat(outcome, waited=waited)
        applied = self.apply(given, outcome)
        await self._pump.until_stored()
        answer: Answer = applied.answer
        return answer

    async def _until_judgeable(self, given: Command) -> bool:
        """Wait for the facts that judge the command, if it came before them; whether it had to."""
        if self.can_judge(given):
            return False
        self.waiting += 1
        await workflow.wait_condition(lambda: self.can_judge(given))
        self.waiting -= 1
        return True

    async def repeat(self, earlier: AppliedT, *, waited: bool) -> Answer:  # noqa: ARG002 -- an order that waited for its look-up asks
        """The answer to a repeated command (R60)."""
        answer: Answer = earlier.answer_again()
        return answer

    def can_judge(self, given: Command) -> bool:
        """Whether the facts that judge the command are there."""
        raise NotImplementedError

    def judge(self, given: Command, arrived_at: datetime) -> StepT | AppliedT:
        """What comes of the command, or what it repeats. Raises `RuleViolation`."""
        raise NotImplementedError

    def apply(self, given: Command, step: Any) -> AppliedT:
        """Take the step over, and keep the command with its answer."""
        raise NotImplementedError
