"""Judges what an operator says to a recovery: role, duplicate, instant, state, content, in this order
(R60)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from business_care.commands import Command, RecordRefund
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import demand_plausible_instant, demand_role, same_command
from business_care.notices import NoticeKind
from business_care.paying_by_hand import paid_by_hand
from business_care.people import Recipient, Role
from business_care.policy import Policy
from business_care.recovery.state import RecoveryState
from business_care.recovery.turn import RecoveryStep, RecoveryTurn
from business_care.recovery.views import AppliedToRecovery
from business_care.values import known


def judge(
    state: RecoveryState,
    command: Command,
    now: datetime,
    applied: Mapping[str, AppliedToRecovery],
    arrived_at: datetime | None = None,
) -> RecoveryStep | AppliedToRecovery:
    """Judge a readable command and carry it out; a repeated one answers with what was applied first (R60).

    `arrived_at` is given for a command that had to wait until the operator was told.

    Raises:
        RuleViolation: the first rule that the command breaks, in the order of judgement.
    """
    demand_role(command)
    earlier = applied.get(command.command_id)
    if earlier is not None:
        return same_command(earlier, command)
    arrived_at = arrived_at or now
    hours = Policy().max_backdating_hours
    demand_plausible_instant(command, arrived_at, not_before=None, max_backdating_hours=hours)
    if state.has_ended:
        raise RuleViolation(
            ErrorCode.WRONG_STATE, f"the payment of recovery {state.start.recovery_id} is recorded already"
        )
    dated = command.model_copy(update={"occurred_at": command.occurred(arrived_at)})
    turn = RecoveryTurn(state, now, dated)
    _ACTS[type(command)](turn, command)
    return turn.step()


def _record(turn: RecoveryTurn, command: RecordRefund) -> None:
    """The money has moved after all: both parties are told, and nothing is left to do (R42)."""
    start = turn.state.start
    # The provider's clock, which says when it failed, may be ahead of ours.
    not_before = min(start.failed_at, known(turn.state.since))
    paid = paid_by_hand(command, start.money, occurred=turn.occurred, not_before=not_before, now=turn.now)
    turn.change(paid=paid, ended_at=turn.now, reminder=None)
    money = {"amount": paid.money.amount, "currency": paid.money.currency}
    turn.note(command.NAME, "R42", **money)
    for reader in (
        Recipient(role=Role.CUSTOMER, id=start.customer_id),
        Recipient(role=Role.SELLER, id=start.seller_id),
    ):
        turn.tell_about_it(NoticeKind.REFUND_PAID, reader, **money)


# Each act is typed by its own command, which a table cannot say.
_ACTS: dict[type[Command], Callable[[RecoveryTurn, Any], None]] = {RecordRefund: _record}

RECOVERY_COMMANDS: dict[str, type[Command]] = {command.NAME: command for command in _ACTS}
"""What may be said to a recovery: how it was paid, and nothing else (R42)."""
