"""What a running deactivation knows, and how its run starts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from temporalio.common import RawValue

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.presenting import view
from business_care.deactivation.state import DeactivationState, ordered_state
from business_care.deactivation.turn import DeactivationStep
from business_care.deactivation.views import (
    AppliedToDeactivation,
    DeactivationJournalView,
    DeactivationView,
    StoredDeactivation,
)
from business_care.deactivation.words import DeactivationKind
from business_care.errors import ErrorCode, RuleViolation
from business_care.people import Actor, Role
from business_care.reading import read_message
from business_care.values import Value
from workflows.journal import CarriedMinutes, Journal, can_be_carried
from workflows.names import product_deactivation_id
from workflows.payloads import KeyMissing, demand_unlocked, json_of

_NOBODY = Deactivate(
    command_id="unreadable",
    by=Actor(role=Role.SYSTEM, id="unreadable"),
    occurred_at=datetime(1970, 1, 1, tzinfo=UTC),
    product_id="unreadable",
    kind=DeactivationKind.TEMPORARY,
)
"""Stands in for an order that can't be read, for the one task in which its run fails."""

_CARRIED = b'{"carried":'


class CarriedDeactivation(Value):
    """What one run hands on to the next when the history has grown long."""

    state: DeactivationState
    journal: CarriedMinutes
    applied: tuple[AppliedToDeactivation, ...] = ()


class CarriedDeactivationStart(Value):
    """The start of a run that continues another one."""

    carried: CarriedDeactivation


class DeactivationLife:
    """The state of a deactivation while its workflow runs. Every change goes through `take`."""

    def __init__(
        self, state: DeactivationState, journal: Journal[DeactivationStep, AppliedToDeactivation]
    ) -> None:
        self.state = state
        self.journal = journal
        self.looks_again_at: datetime | None = None
        """When something outside is looked at again, beside the planned instants."""
        self.moves_on = False
        """The history has grown long: everything comes to rest, and a new run takes over."""

    @classmethod
    def begun(cls, order: Deactivate) -> "DeactivationLife":
        """A life of which nothing is known but how it was ordered."""
        return cls(ordered_state(order), Journal())

    @classmethod
    def continued(cls, carried: CarriedDeactivation) -> "DeactivationLife":
        """A life that an earlier run has led so far."""
        return cls(carried.state, Journal(carried.journal, carried.applied))

    def remember(self, stored: StoredDeactivation) -> None:
        """Go on from what the records remember: this order was taken before (R50)."""
        self.state = stored.state
        self.journal.events_dropped = stored.state.seq
        for command in stored.applied:
            self.journal.remember_applied(command)

    def take(self, step: DeactivationStep) -> None:
        """Take a turn's outcome over, at once and whole; one that tells nothing new is not stored."""
        self.state = step.state
        if step.events or step.notices:
            self.journal.add(step)

    @property
    def rests(self) -> bool:
        """Whether nothing more may begin in this run."""
        return self.state.has_ended or self.moves_on

    def view(self) -> DeactivationView:
        """The deactivation as others see it."""
        return view(self.state, self.looks_again_at)

    def journal_view(self) -> DeactivationJournalView:
        """The journal as others see it."""
        order = self.state.order
        minutes = self.journal.carried()
        return DeactivationJournalView(
            deactivation_id=order.command_id, product_id=order.product_id, **dict(minutes)
        )

    @property
    def can_be_carried(self) -> bool:
        """Whether a new run can be started with it."""
        return can_be_carried(self.carried())

    def carried(self) -> CarriedDeactivationStart:
        """What the next run starts with."""
        applied = tuple(self.journal.applied.values())
        carried = CarriedDeactivation(state=self.state, journal=self.journal.carried(), applied=applied)
        return CarriedDeactivationStart(carried=carried)


@dataclass(frozen=True)
class DeactivationBeginning:
    """How a run starts; with a violation it ends at once, so that a corrected start works."""

    life: DeactivationLife
    violation: RuleViolation | None = None
    key_missing: KeyMissing | None = None
    """The run waits for a worker that can unlock its order."""


def read_order(raw: RawValue, workflow_id: str) -> DeactivationBeginning:
    """Read the one argument of a run. Never raises: a bare exception here would stop the workflow for good.

    An order under another product's workflow id is unreadable too: the id keeps deactivations one at a time.
    """
    try:
        demand_unlocked(raw, "the start")
        text = json_of(raw)
        if text.startswith(_CARRIED):
            carried = CarriedDeactivationStart.model_validate_json(text).carried
            return DeactivationBeginning(DeactivationLife.continued(carried))
        order = read_message(Deactivate, text)
        _demand_workflow_of(order, workflow_id)
        return DeactivationBeginning(DeactivationLife.begun(order))
    except KeyMissing as missing:
        return DeactivationBeginning(DeactivationLife.begun(_NOBODY), key_missing=missing)
    except RuleViolation as violation:
        return DeactivationBeginning(DeactivationLife.begun(_NOBODY), violation)
    except ValidationError:
        unreadable = RuleViolation(
            ErrorCode.INVALID_MESSAGE, "the state carried on from an earlier run is unreadable"
        )
        return DeactivationBeginning(DeactivationLife.begun(_NOBODY), unreadable)


def _demand_workflow_of(order: Deactivate, workflow_id: str) -> None:
    expected = product_deactivation_id(order.product_id)
    if workflow_id != expected:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            f"product_id: {order.product_id} was given; its deactivation has the workflow id {expected}",
        )
