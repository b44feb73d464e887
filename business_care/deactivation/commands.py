"""Every message that may be sent to the deactivation of a product, one model each (R53, R54, R60)."""

from business_care.commands import Command, OperatorCommand, PaymentsResumed
from business_care.deactivation.words import DeactivationKind
from business_care.people import SELLER_SIDE, Role
from business_care.values import Identifier, Instant, Text

_WHOEVER_SELLS = SELLER_SIDE | {Role.OPERATOR}


class Deactivate(Command):
    """The order to take a product off the market; its `command_id` is the id of the deactivation (R50).

    It starts the workflow, and is a message too: sent to one that runs, it is a repetition or a second order.
    """

    NAME = "deactivate"
    ROLES = _WHOEVER_SELLS
    product_id: Identifier
    kind: DeactivationKind
    takes_effect_at: Instant | None = None
    """The planned instant; when the order occurred, if left out."""
    until: Instant | None = None
    """The planned end of a temporary deactivation (R53)."""
    reason: Text | None = None


class Reactivate(Command):
    """A temporary deactivation ends, and the product is on sale again (R53)."""

    NAME = "reactivate"
    ROLES = _WHOEVER_SELLS


class MakePermanent(Command):
    """A temporary deactivation becomes permanent, from now on (R54)."""

    NAME = "make_permanent"
    ROLES = _WHOEVER_SELLS


class Revoke(Command):
    """A deactivation that was planned for later is called off before it takes effect (R54)."""

    NAME = "revoke"
    ROLES = _WHOEVER_SELLS


class Impose(OperatorCommand):
    """The operator takes over what the seller ordered, at once and in the kind named here (R53)."""

    NAME = "impose"
    kind: DeactivationKind
    reason: Text | None = None


class RetryFailed(OperatorCommand):
    """The renewals that could not be cancelled are tried once more, on their own (R55)."""

    NAME = "retry_failed"


ALL_DEACTIVATION_COMMANDS: tuple[type[Command], ...] = (
    Deactivate,
    Reactivate,
    MakePermanent,
    Revoke,
    Impose,
    RetryFailed,
    PaymentsResumed,
)

DEACTIVATION_COMMANDS: dict[str, type[Command]] = {
    command.NAME: command for command in ALL_DEACTIVATION_COMMANDS
}
