"""Where a running recovery keeps what it knows, and how a run of it starts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from temporalio.common import RawValue

from business_care.calendar import CalendarProfile, Place
from business_care.errors import ErrorCode, RuleViolation
from business_care.reading import read_message
from business_care.recovery.state import RecoveryStart, RecoveryState
from business_care.recovery.turn import RecoveryStep
from business_care.recovery.views import AppliedToRecovery, RecoveryJournalView, StoredRecovery
from business_care.refund import PURCHASE_PRICE, Money
from business_care.values import Value
from workflows.journal import CarriedMinutes, Journal, can_be_carried
from workflows.names import refund_recovery_id
from workflows.payloads import KeyMissing, demand_unlocked, json_of

_NOBODY = RecoveryStart(
    licence_id="unreadable",
    number=1,
    purpose=PURCHASE_PRICE,
    request_id="unreadable",
    seller_id="unreadable",
    customer_id="unreadable",
    product_id="unreadable",
    money=Money(amount=0, currency="XXX"),
    failed_reference="unreadable",
    reason="unreadable",
    failed_at=datetime(1970, 1, 1, tzinfo=UTC),
    place=Place(country="FR", timezone="Europe/Paris"),
    profile=CalendarProfile.WORKING_DAYS,
    reminder_business_days=1,
)
"""Stands in for a start that can't be read, for the one task in which its run fails."""

_CARRIED = b'{"carried":'


class CarriedRecovery(Value):
    """What one run hands on to the next when the history has grown long."""

    state: RecoveryState
    journal: CarriedMinutes
    applied: tuple[AppliedToRecovery, ...] = ()


class CarriedRecoveryStart(Value):
    """The start of a run that continues another one."""

    carried: CarriedRecovery


class RecoveryLife:
    """The state of a recovery while its workflow runs. Every change goes through `take`."""

    def __init__(self, state: RecoveryState, journal: Journal[RecoveryStep, AppliedToRecovery]) -> None:
        self.state = state
        self.journal = journal
        self.moves_on = False
        """The history has grown long: everything comes to rest, and a new run takes over."""

    def remember(self, stored: StoredRecovery) -> None:
        """Go on from what the records remember."""
        self.state = stored.state
        self.journal.events_dropped = stored.state.seq
        for command in stored.applied:
            self.journal.remember_applied(command)

    def take(self, step: RecoveryStep) -> None:
        """Take a turn's outcome over, at once and whole."""
        if step.events or step.state != self.state:
            self.journal.add(step)
        self.state = step.state

    @property
    def rests(self) -> bool:
        """Whether nothing more may begin in this run."""
        return self.state.has_ended or self.moves_on

    def journal_view(self) -> RecoveryJournalView:
        """The journal as others see it."""
        minutes = self.journal.carried()
        return RecoveryJournalView(recovery_id=self.state.start.recovery_id, **dict(minutes))

    @property
    def can_be_carried(self) -> bool:
        """Whether a new run can be started with it."""
        return can_be_carried(self.carried())

    def carried(self) -> CarriedRecoveryStart:
        """What the next run starts with."""
        applied = tuple(self.journal.applied.values())
        carried = CarriedRecovery(state=self.state, journal=self.journal.carried(), applied=applied)
        return CarriedRecoveryStart(carried=carried)


@dataclass(frozen=True)
class RecoveryBeginning:
    """How a run starts; with a violation it ends at once, so that a corrected start works."""

    life: RecoveryLife
    violation: RuleViolation | None = None
    key_missing: KeyMissing | None = None
    """The run waits for a worker that can unlock its start."""


def read_recovery(raw: RawValue, workflow_id: str) -> RecoveryBeginning:
    """Read the one argument of a run. Never raises: a bare exception here would stop the workflow for good.

    A start under another recovery's workflow id is unreadable too: the id keeps each of them one.
    """
    try:
        demand_unlocked(raw, "the start")
        text = json_of(raw)
        if text.startswith(_CARRIED):
            carried = CarriedRecoveryStart.model_validate_json(text).carried
            return RecoveryBeginning(RecoveryLife(carried.state, Journal(carried.journal, carried.applied)))
        start = read_message(RecoveryStart, text)
        _demand_workflow_of(start, workflow_id)
        return RecoveryBeginning(_begun(start))
    except KeyMissing as missing:
        return RecoveryBeginning(_begun(_NOBODY), key_missing=missing)
    except RuleViolation as violation:
        return RecoveryBeginning(_begun(_NOBODY), violation)
    except ValidationError:
        unreadable = RuleViolation(
            ErrorCode.INVALID_MESSAGE, "the state carried on from an earlier run is unreadable"
        )
        return RecoveryBeginning(_begun(_NOBODY), unreadable)


def _begun(start: RecoveryStart) -> RecoveryLife:
    return RecoveryLife(RecoveryState(start=start), Journal())


def _demand_workflow_of(start: RecoveryStart, workflow_id: str) -> None:
    expected = refund_recovery_id(start.recovery_id)
    if workflow_id != expected:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            f"licence_id, number: {start.recovery_id} was given; its recovery has the workflow id {expected}",
        )
