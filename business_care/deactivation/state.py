"""The life of a deactivation as one immutable value."""

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.renewals import CascadeTotals, RenewalSurvey
from business_care.deactivation.words import (
    DeactivationKind,
    DeactivationOutcome,
    DeactivationPhase,
    SaleState,
)
from business_care.people import Role
from business_care.policy import Policy
from business_care.values import Identifier, Instant, Text, Value


class ProductFacts(Value):
    """What the records know about a product when it is to be switched off."""

    product_id: Identifier
    seller_id: Identifier
    state: SaleState
    max_backdating_hours: int = Policy().max_backdating_hours
    deactivated_by: Identifier | None = None
    """Another deactivation of the product that has not ended."""


class Refused(Value):
    """Why the order was refused."""

    code: str
    message: str


class Cascade(Value):
    """The renewals of the product's customers (R55)."""

    survey: RenewalSurvey | None = None
    totals: CascadeTotals = CascadeTotals()
    round: int = 0
    """The last round of enumeration that was begun, over all retries."""
    retry_wanted: bool = False
    """What failed is still to be freed for another try."""
    per_second: float | None = None
    as_of: Instant | None = None


class DeactivationState(Value):
    """The deactivation of one product, whole."""

    order: Deactivate
    kind: DeactivationKind
    phase: DeactivationPhase = DeactivationPhase.ORDERED
    facts: ProductFacts | None = None
    ordered_at: Instant | None = None
    takes_effect_at: Instant | None = None
    until: Instant | None = None
    imposed: bool = False
    """An operator switched it off: only an operator switches it on, or makes it permanent (R53, R54)."""
    reason: Text | None = None
    in_effect_since: Instant | None = None
    permanent_since: Instant | None = None
    """From this instant on no period of care is paid for any more (R56)."""
    product: SaleState | None = None
    """What has been carried out at the product so far."""
    bundles: SaleState | None = None
    """What its bundles have followed so far."""
    told: bool = False
    """Whether the seller was told that the product is off, as it is now and why."""
    cascade: Cascade = Cascade()
    refused: Refused | None = None
    outcome: DeactivationOutcome | None = None
    ended_at: Instant | None = None
    seq: int = 0
    """The number of events so far."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.outcome is not None

    @property
    def is_known(self) -> bool:
        """Whether the product was looked up, so that commands can be judged."""
        return self.phase is not DeactivationPhase.ORDERED

    @property
    def wanted(self) -> SaleState:
        """How the product and its bundles have to stand."""
        if self.permanent_since is not None:
            return SaleState.RETIRED
        if self.phase is DeactivationPhase.OFFLINE:
            return SaleState.OFFLINE
        return SaleState.ON_SALE


def ordered_state(order: Deactivate) -> DeactivationState:
    """The state of a deactivation before anything was looked up."""
    return DeactivationState(
        order=order,
        kind=order.kind,
        until=order.until,
        imposed=order.by.role is Role.OPERATOR,
        reason=order.reason,
    )
