"""Which command is possible in which phase of a deactivation: ONE table, printed in `docs/process.md`."""

from business_care.commands import Command, PaymentsResumed
from business_care.deactivation.commands import (
    ALL_DEACTIVATION_COMMANDS,
    Deactivate,
    Impose,
    MakePermanent,
    Reactivate,
    RetryFailed,
    Revoke,
)
from business_care.deactivation.state import DeactivationState
from business_care.deactivation.words import DeactivationPhase
from business_care.errors import ErrorCode, RuleViolation

POSSIBLE_WHEN_SWITCHED_OFF: dict[DeactivationPhase, frozenset[type[Command]]] = {
    DeactivationPhase.ORDERED: frozenset(),
    DeactivationPhase.PLANNED: frozenset({MakePermanent, Revoke, Impose, PaymentsResumed}),
    DeactivationPhase.OFFLINE: frozenset({Reactivate, MakePermanent, Impose, PaymentsResumed}),
    DeactivationPhase.REACTIVATING: frozenset({PaymentsResumed}),
    DeactivationPhase.RETIRING: frozenset({RetryFailed, PaymentsResumed}),
    DeactivationPhase.RENEWALS_FAILED: frozenset({RetryFailed, PaymentsResumed}),
    DeactivationPhase.ENDED: frozenset(),
}
"""What the phase allows; who switched the product off is looked at afterwards (R53, R54)."""


def demand_possible(state: DeactivationState, command: type[Command]) -> None:
    """Raise the violation that says why the phase forbids a command, if it does.

    Raises:
        RuleViolation: `deactivation_ended`, `already_deactivated`, `nothing_to_revoke` or `wrong_state`.
    """
    if command in POSSIBLE_WHEN_SWITCHED_OFF[state.phase]:
        return
    deactivation_id, product_id = state.order.command_id, state.order.product_id
    if state.has_ended:
        raise RuleViolation(
            ErrorCode.DEACTIVATION_ENDED,
            f"deactivation {deactivation_id} has ended with the outcome {state.outcome}",
        )
    if command is Deactivate:
        raise already_deactivated(product_id, deactivation_id)
    if command is Revoke:
        raise RuleViolation(
            ErrorCode.NOTHING_TO_REVOKE,
            f"revoke is possible before a deactivation takes effect; {deactivation_id} is {state.phase}",
        )
    raise RuleViolation(
        ErrorCode.WRONG_STATE,
        f"{command.NAME} is not possible while the deactivation is {state.phase}; "
        f"possible now: {_names(POSSIBLE_WHEN_SWITCHED_OFF[state.phase])}",
    )


def already_deactivated(product_id: str, deactivation_id: str) -> RuleViolation:
    """A second order while another one stands (R53)."""
    return RuleViolation(
        ErrorCode.ALREADY_DEACTIVATED,
        f"product {product_id} has deactivation {deactivation_id}, and one stands at a time; make_permanent, "
        "reactivate, revoke and impose are sent to that one",
    )


def _names(commands: frozenset[type[Command]]) -> str:
    return (
        ", ".join(command.NAME for command in ALL_DEACTIVATION_COMMANDS if command in commands) or "nothing"
    )
