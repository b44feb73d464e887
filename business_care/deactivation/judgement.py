"""Judges commands to a deactivation: role, party, duplicate, instant, state, content, in this order (R60)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from business_care.commands import Command, PaymentsResumed
from business_care.deactivation import acts
from business_care.deactivation.commands import (
    Deactivate,
    Impose,
    MakePermanent,
    Reactivate,
    RetryFailed,
    Revoke,
)
from business_care.deactivation.moves import next_change_at, time_passed
from business_care.deactivation.party import demand_own_product
from business_care.deactivation.possible import demand_possible
from business_care.deactivation.state import DeactivationState
from business_care.deactivation.turn import DeactivationStep, DeactivationTurn
from business_care.deactivation.views import AppliedToDeactivation
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import demand_plausible_instant, demand_role, same_command
from business_care.policy import Policy

# Each act is typed by its own command, which a table of all of them cannot say.
_ACTS: dict[type[Command], Callable[[DeactivationTurn, Any], None]] = {
    Reactivate: acts.reactivate,
    MakePermanent: acts.make_permanent,
    Revoke: acts.revoke,
    Impose: acts.impose,
    RetryFailed: acts.retry_failed,
    PaymentsResumed: acts.payments_resumed,
}


def judge(
    state: DeactivationState,
    command: Command,
    now: datetime,
    applied: Mapping[str, AppliedToDeactivation],
    arrived_at: datetime | None = None,
) -> DeactivationStep | AppliedToDeactivation:
    """Judge a readable command and carry it out; a repeated one answers with what was applied first (R60).

    What was due before the act took place comes first, even if nothing ran until now (R12). `arrived_at` is
    given for a command that had to wait until the product was looked up.

    Raises:
        RuleViolation: the first rule that the command breaks, in the order of judgement.
    """
    _demand_product(state, command)
    demand_role(command)
    if state.refused is not None and command == state.order:
        raise RuleViolation(state.refused.code, state.refused.message)
    if state.facts is not None:
        demand_own_product(state.facts, command)
    earlier = applied.get(command.command_id)
    if earlier is not None:
        return same_command(earlier, command)
    arrived_at = arrived_at or now
    _demand_plausible_instant(state, command, arrived_at)
    dated = command.model_copy(update={"occurred_at": command.occurred(arrived_at)})
    before = _due_before(state, dated.occurred(now), now)
    demand_possible(before.state, type(command))
    turn = DeactivationTurn(before.state, now, dated)
    _ACTS[type(command)](turn, dated)
    return turn.step().behind(before)


def _due_before(state: DeactivationState, occurred: datetime, now: datetime) -> DeactivationStep:
    step = DeactivationStep(state=state)
    while (due := next_change_at(step.state)) is not None and due <= min(occurred, now):
        step = time_passed(step.state, now).behind(step)
    return step


def _demand_product(state: DeactivationState, command: Command) -> None:
    if isinstance(command, Deactivate) and command.product_id != state.order.product_id:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            f"product_id: {command.product_id} was given; this is the deactivation of product "
            f"{state.order.product_id}",
        )


def _demand_plausible_instant(state: DeactivationState, command: Command, arrived_at: datetime) -> None:
    hours = state.facts.max_backdating_hours if state.facts else Policy().max_backdating_hours
    # A second order may have occurred before the one that stands: it comes too late all the same.
    not_before = None if isinstance(command, Deactivate) else state.ordered_at
    demand_plausible_instant(command, arrived_at, not_before=not_before, max_backdating_hours=hours)
