"""What others see of a deactivation: status, progress, journal, answers; and what its records keep."""

from pydantic import Field

from business_care.applied import AcceptedAnswer, Applied
from business_care.deactivation.renewals import CascadeProgress, FailedRenewal
from business_care.deactivation.state import DeactivationState, ProductFacts
from business_care.deactivation.words import (
    DeactivationKind,
    DeactivationOutcome,
    DeactivationPhase,
    SaleState,
)
from business_care.events import Event, Rejection
from business_care.notices import Notice
from business_care.people import Actor
from business_care.values import Identifier, Instant, Value, WorkflowId


class DeactivationView(Value):
    """The whole view of a deactivation: query `status`, the workflow's result, and the row in the records."""

    deactivation_id: Identifier
    product_id: Identifier
    seller_id: Identifier | None = None
    kind: DeactivationKind
    state: DeactivationPhase
    ordered_by: Actor
    imposed: bool = False
    ordered_at: Instant | None = None
    takes_effect_at: Instant | None = None
    until: Instant | None = None
    in_effect_since: Instant | None = None
    permanent_since: Instant | None = None
    product: SaleState | None = None
    bundles: SaleState | None = None
    """How far its bundles have followed it: each still depends on its other members (R52)."""
    renewals: CascadeProgress | None = None
    """Null while nothing has to be done about renewals: temporary deactivations leave them alone (R50)."""
    failed: tuple[FailedRenewal, ...] = ()
    """The first hundred of those that failed; the records have all."""
    next_due_at: Instant | None = None
    """The planned instant or the planned end, whichever is next."""
    next_wake_at: Instant | None = None
    """When the workflow does something by itself next; null while it only waits for messages."""
    refused: str | None = None
    """The code of the rule that the order broke."""
    outcome: DeactivationOutcome | None = None
    ended_at: Instant | None = None
    seq: int = 0


class DeactivationAnswer(AcceptedAnswer):
    """The answer to an accepted command; a duplicate answers as the first time (R60)."""

    deactivation_id: Identifier
    product_id: Identifier
    state: DeactivationPhase
    kind: DeactivationKind
    imposed: bool = False
    takes_effect_at: Instant | None = None
    until: Instant | None = None
    outcome: DeactivationOutcome | None = None


class AppliedToDeactivation(Applied[DeactivationAnswer]):
    """A command that a deactivation accepted."""


class DeactivationJournalView(Value):
    """Query `journal`: everything that happened; the last 200 rejections, and counts of the rest (R61)."""

    deactivation_id: Identifier
    product_id: Identifier
    events: tuple[Event, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    events_dropped: int = 0
    rejections_dropped: dict[str, int] = Field(default_factory=dict)


class StoredDeactivation(Value):
    """A deactivation as the records remember it: a run that begins again goes on from there."""

    state: DeactivationState
    applied: tuple[AppliedToDeactivation, ...] = ()


class FoundProduct(Value):
    """What the records know when an order comes: its product, and whether it was taken before (R50)."""

    product: ProductFacts | None = None
    earlier: StoredDeactivation | None = None
    said_before: tuple[AppliedToDeactivation, ...] = ()
    """The last commands that other deactivations of the product accepted: a repetition of one of them is no
    command to this one (R60)."""

    @property
    def accepted(self) -> tuple[AppliedToDeactivation, ...]:
        """Every command whose repetition is to be known."""
        return self.said_before + (self.earlier.applied if self.earlier else ())


class BundleChange(Value):
    """What became of the bundles when one of their members came or went."""

    changed: tuple[Identifier, ...] = ()
    """The bundles that stand otherwise than before; those that were offline already are not among them."""


class DeactivationRecord(Value):
    """What one step of a deactivation stores, all or nothing; storing it twice changes nothing (R63)."""

    workflow_id: WorkflowId
    run_id: Identifier
    state: DeactivationState
    view: DeactivationView
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    applied: tuple[AppliedToDeactivation, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    rejections_dropped: dict[str, int] = Field(default_factory=dict)
