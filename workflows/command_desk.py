"""Takes commands, as signals and as updates, hands them to the rules, and keeps what came of them (R60,
R61)."""

from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue

from business_care.commands import Command, PaymentsResumed
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import can_be_judged, demand_role, judge
from business_care.presenting import answer
from business_care.reading import fingerprint, read_message
from business_care.turn import Step
from business_care.views import AppliedCommand, CommandAnswer, RequestView
from workflows.bookkeeping import Bookkeeper
from workflows.life import now
from workflows.payloads import json_of, refusal, rejection
from workflows.refunding import RefundProcess
from workflows.starting import Start


class CommandDesk:
    """Where the commands of one request arrive, whichever way they come."""

    def __init__(self, start: Start, books: Bookkeeper, refund: RefundProcess) -> None:
        self._start = start
        self._life = start.life
        self._books = books
        self._refund = refund
        self.waiting = 0
        """How many commands wait for the facts that judge them."""
        self.finished_before: RequestView | None = None
        """How the request ended in an earlier run, as the records tell; nothing is possible any more."""

    def check(self, command: type[Command], raw: RawValue) -> None:
        """Refuse an update that breaks a rule, before it leaves a trace in the history (R61)."""
        try:
            given = read_message(command, json_of(raw))
            demand_role(given)
            if self._can_judge(given):
                self._judge(given, now())
        except RuleViolation as violation:
            raise refusal(violation) from None

    async def answer(self, command: type[Command], raw: RawValue) -> CommandAnswer:
        """Carry an update out; the answer comes when the records have it."""
        try:
            return await self._carry_out(command, raw)
        except RuleViolation as violation:
            raise refusal(violation) from None

    async def take(self, command: type[Command], raw: RawValue) -> None:
        """Carry a signal out; a refused one stands in the journal and changes nothing else (R61)."""
        try:
            await self._carry_out(command, raw)
        except RuleViolation:
            return

    def reject(
        self, name: str, violation: RuleViolation, raw: RawValue | None, command_id: str | None = None
    ) -> None:
        """Keep a refused message in the journal."""
        self._life.journal.reject(rejection(name, violation, now(), raw, command_id))

    async def _carry_out(self, command: type[Command], raw: RawValue) -> CommandAnswer:
        given: Command | None = None
        arrived_at = now()
        try:
            given = read_message(command, json_of(raw))
            await self._until_judgeable(given)
            outcome = self._judge(given, arrived_at)
        except RuleViolation as violation:
            self.reject(command.NAME, violation, raw, given.command_id if given else None)
            raise
        if isinstance(outcome, AppliedCommand):
            return outcome.answer.model_copy(update={"duplicate": True})
        applied = self._apply(given, outcome)
        await self._books.until_stored()
        return applied.answer

    def _apply(self, given: Command, step: Step) -> AppliedCommand:
        self._life.take(step)
        applied = AppliedCommand(
            command_id=given.command_id,
            command=given.NAME,
            sha256=fingerprint(given),
            by=given.by,
            answer=answer(self._life.state, given, now()),
            body=given.model_dump(mode="json", exclude_none=True),
        )
        self._life.journal.add_applied(applied)
        if isinstance(given, PaymentsResumed):
            self._refund.payments_resumed()
        return applied

    async def _until_judgeable(self, given: Command) -> None:
        if self._can_judge(given):
            return
        self.waiting += 1
        await workflow.wait_condition(lambda: self._can_judge(given))
        self.waiting -= 1

    def _can_judge(self, given: Command) -> bool:
        return self.finished_before is not None or can_be_judged(self._life.state, given)

    def _judge(self, given: Command, arrived_at: datetime) -> Step | AppliedCommand:
        if self._start.violation is not None:
            raise self._start.violation
        if self.finished_before is not None:
            raise RuleViolation(
                ErrorCode.REQUEST_CLOSED,
                f"the request is closed with the outcome {self.finished_before.outcome}",
            )
        return judge(self._life.state, given, now(), self._life.journal.applied, arrived_at)
