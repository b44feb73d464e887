"""Refunds that failed after their request had closed: begun, answered for, and recorded by an operator
(R42)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from business_care.commands import Command
from business_care.errors import ErrorCode, RuleViolation
from business_care.ports import CommandLog
from business_care.recovery.judgement import RECOVERY_COMMANDS, judge
from business_care.recovery.ports import RecoveryDirectory
from business_care.recovery.state import LateFailure, RecoveryStart
from business_care.recovery.views import AppliedToRecovery, RecoveryAnswer, RecoveryJournalView, RecoveryView
from business_care.views import CareStateName
from gateway.delivering import Courier
from gateway.failures import NotRunning, RunIsOver, asking
from gateway.raw_command import RawCommand, Subject
from workflows import names


@dataclass(frozen=True)
class RecoveryAddressee:
    """The recovery that commands are for."""

    recovery_id: str
    directory: RecoveryDirectory

    @property
    def subject(self) -> Subject:
        """The recovery."""
        return Subject(recovery_id=self.recovery_id)

    @property
    def workflow_id(self) -> str:
        """Where it runs."""
        return names.refund_recovery_id(self.recovery_id)

    @property
    def answer_type(self) -> type[RecoveryAnswer]:
        """What it answers with."""
        return RecoveryAnswer

    async def answer_to_forgotten(self, command: RawCommand, now: datetime) -> RecoveryAnswer | None:  # noqa: ARG002 -- as the courier asks
        """A recovery takes one command, and remembers it."""
        return None

    async def answer_from_records(self, command: RawCommand, now: datetime) -> RecoveryAnswer:
        """What a recovery answers that has ended: a repeated command as the first time, all others a refusal.

        Raises:
            RuleViolation: in the order of judgement; `unknown_recovery`.
            NotRunning: it has not ended, so it ought to have answered itself.
        """
        stored = await self.directory.stored(self.recovery_id)
        if stored is None:
            raise unknown_recovery(self.recovery_id)
        if not stored.state.has_ended:
            raise NotRunning(
                f"recovery {self.recovery_id} waits in the records, but nothing runs for it; "
                f"`business-care recovery resume {stored.state.start.licence_id}` starts it again"
            )
        applied = {earlier.command_id: earlier for earlier in stored.applied}
        outcome = judge(stored.state, command.read(), now, applied)
        if not isinstance(outcome, AppliedToRecovery):  # pragma: no cover - the rules forbid it
            raise AssertionError("a recovery that has ended takes no command")
        return outcome.answer_again()


@dataclass(frozen=True)
class RecordedRecoveries:
    """Recoveries as the records hold them, a step behind the running ones at most (R63).

    Without a number the last recovery of the licence is meant.
    """

    directory: RecoveryDirectory

    async def status(self, licence_id: str, number: int | None = None) -> RecoveryView:
        """The whole view. Raises `RuleViolation` `unknown_recovery`."""
        known = {recovery.number: recovery for recovery in await self.directory.of_licence(licence_id)}
        wanted = number if number is not None else max(known, default=0)
        if wanted not in known:
            raise unknown_recovery(licence_id if number is None else f"{licence_id}-{number}")
        return known[wanted]

    async def journal(self, licence_id: str, number: int | None = None) -> RecoveryJournalView:
        """Everything that happened. Raises `RuleViolation` `unknown_recovery`."""
        recovery = await self.status(licence_id, number)
        journal = await self.directory.journal(recovery.recovery_id)
        if journal is None:  # pragma: no cover - the same row of the records
            raise unknown_recovery(recovery.recovery_id)
        return journal


@dataclass(frozen=True)
class RecoveryGateway:
    """Begins recoveries, tells how they stand, and lets operators record how they were paid.

    Every method raises `RuleViolation` where a rule says no, and `StepFailed` where the question could not be
    put. Without a number the last recovery of the licence is meant.
    """

    client: Client
    directory: RecoveryDirectory
    commands: CommandLog
    clock: Callable[[], datetime]
    patience: timedelta

    async def begin(self, failure: LateFailure) -> RecoveryView | None:
        """Begin the recovery of a refund that had been paid; told again, it is the same one (R42).

        None where there is nothing to recover: no refund of ours that the provider had paid.
        """
        start = await self.directory.begin(failure, self.clock())
        if start is None:
            return None
        return await self._run(start)

    async def resume(self, licence_id: str, number: int | None = None) -> RecoveryView:
        """Start a recovery again that waits in the records and has no run; one that runs stays as it is.

        Raises:
            RuleViolation: `unknown_recovery`.
        """
        recovery = await self.status(licence_id, number)
        stored = await self.directory.stored(recovery.recovery_id)
        if stored is None:  # pragma: no cover - the same row of the records
            raise unknown_recovery(recovery.recovery_id)
        return await self._run(stored.state.start)

    async def record(
        self, licence_id: str, command: Command | RawCommand, number: int | None = None
    ) -> RecoveryAnswer:
        """Record how an operator has paid, and wait for the answer (R42).

        Raises:
            RuleViolation: the code of the rule that says no; `unknown_recovery`.
        """
        recovery = await self.status(licence_id, number)
        courier: Courier[RecoveryAnswer] = Courier(self.client, self.commands, self.clock, self.patience)
        return await courier.ask(RecoveryAddressee(recovery.recovery_id, self.directory), _of_one(command))

    async def status(self, licence_id: str, number: int | None = None) -> RecoveryView:
        """The whole view, from the records. Raises `RuleViolation` `unknown_recovery`."""
        return await RecordedRecoveries(self.directory).status(licence_id, number)

    async def _run(self, start: RecoveryStart) -> RecoveryView:
        try:
            async with asking(f"recovery {start.recovery_id}", self.patience):
                await self.client.start_workflow(
                    names.REFUND_RECOVERY,
                    start,
                    id=names.refund_recovery_id(start.recovery_id),
                    task_queue=names.TASK_QUEUE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                    search_attributes=_attributes(start),
                    static_summary=f"refund of licence {start.licence_id} for {start.request_id}",
                    static_details=_details(start),
                )
        except RunIsOver:
            pass  # it was paid and recorded long ago
        return await self.status(start.licence_id, start.number)


def unknown_recovery(what: str) -> RuleViolation:
    """No refund of the licence has failed late, or none under that number."""
    return RuleViolation(ErrorCode.UNKNOWN_RECOVERY, f"licence_id: there is no recovery for {what}")


def _of_one(command: Command | RawCommand) -> Command | RawCommand:
    name = command.name if isinstance(command, RawCommand) else command.NAME
    if name not in RECOVERY_COMMANDS:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            f"{name} is no message to a recovery; allowed: {', '.join(RECOVERY_COMMANDS)}",
        )
    return command


def _details(start: RecoveryStart) -> str:
    """What the Temporal UI shows of a run for as long as it can be seen, in Markdown: ids only (R62)."""
    return "\n".join(
        [
            "A refund that failed after its request had closed: an operator pays it by hand, then sends "
            "`record_refund`. No program pays here.",
            "",
            f"- **licence**: {start.licence_id}",
            f"- **request**: {start.request_id}, which stays closed",
            "- **right now**: the current details beside this, or the query `status`",
        ]
    )


def _attributes(start: RecoveryStart) -> TypedSearchAttributes:
    """What the first step would set: at the start it costs nothing, later an event and an action."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(names.CARE_STATE, str(CareStateName.REFUND_MANUAL)),
            SearchAttributePair(names.CARE_SELLER, start.seller_id),
            SearchAttributePair(names.CARE_PRODUCT, start.product_id),
        ]
    )
