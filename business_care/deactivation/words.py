"""The words of a deactivation; every value is wire format."""

from enum import StrEnum


class DeactivationKind(StrEnum):
    """For a while, or for good (R50, R51)."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class SaleState(StrEnum):
    """How a product or a bundle stands on the market."""

    ON_SALE = "on_sale"
    OFFLINE = "offline"
    RETIRED = "retired"


class DeactivationPhase(StrEnum):
    """Where a deactivation stands."""

    ORDERED = "ordered"
    """The product is being looked up; nothing is known yet."""
    PLANNED = "planned"
    """Ordered for later: sales go on until then."""
    OFFLINE = "offline"
    """Temporary, and in effect."""
    REACTIVATING = "reactivating"
    RETIRING = "retiring"
    """Permanent, and in effect: bundles and renewals follow."""
    RENEWALS_FAILED = "renewals_failed"
    """Some renewals could not be cancelled: they wait for the operator."""
    ENDED = "ended"


class DeactivationOutcome(StrEnum):
    """How a deactivation ended."""

    REACTIVATED = "reactivated"
    RETIRED = "retired"
    REVOKED = "revoked"
    REFUSED = "refused"
    """The order broke a rule, and nothing was done."""
