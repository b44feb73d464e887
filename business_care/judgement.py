"""The order of judgement: role, party, duplicate, instant, state, content; the first that fails gives the
code (R60)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from business_care import customer_acts, operator_acts, seller_acts, system_acts
from business_care.applied import Applied
from business_care.commands import (
    AcceptUpdate,
    Acknowledge,
    AskCustomer,
    Chargeback,
    Close,
    ClosureEnded,
    Command,
    ConfirmFix,
    CorrectDeadline,
    CustomerReplied,
    DecideDispute,
    DisputeRefusal,
    Fix,
    Hold,
    OfferUpdate,
    OrderRefund,
    PaymentsResumed,
    Reclassify,
    RecordRefund,
    RefundSettled,
    Refuse,
    RejectFix,
    Release,
    Withdraw,
    WithdrawRefusal,
)
from business_care.demands import CLOCK_TOLERANCE
from business_care.errors import ErrorCode, RuleViolation
from business_care.people import MARKETPLACE_SIDE, SELLER_SIDE, Role
from business_care.possible import demand_possible
from business_care.reading import fingerprint
from business_care.state import CareState
from business_care.turn import Step, Turn
from business_care.views import AppliedCommand

Earlier = TypeVar("Earlier", bound=Applied[Any])

# Each act is typed by its own command, which a table of all of them cannot say.
_ACTS: dict[type[Command], Callable[[Turn, Any], None]] = {
    Acknowledge: seller_acts.acknowledge,
    Fix: seller_acts.fix,
    OfferUpdate: seller_acts.offer_update,
    Refuse: seller_acts.refuse,
    WithdrawRefusal: seller_acts.withdraw_refusal,
    AskCustomer: seller_acts.ask_customer,
    ConfirmFix: customer_acts.confirm_fix,
    RejectFix: customer_acts.reject_fix,
    AcceptUpdate: customer_acts.accept_update,
    Withdraw: customer_acts.withdraw,
    DisputeRefusal: customer_acts.dispute_refusal,
    CustomerReplied: customer_acts.customer_replied,
    DecideDispute: operator_acts.decide_dispute,
    Reclassify: operator_acts.reclassify,
    Hold: operator_acts.hold,
    Release: operator_acts.release,
    OrderRefund: operator_acts.order_refund,
    RecordRefund: operator_acts.record_refund,
    CorrectDeadline: operator_acts.correct_deadline,
    Close: operator_acts.close_request,
    ClosureEnded: system_acts.closure_ended,
    RefundSettled: system_acts.refund_settled,
    Chargeback: system_acts.chargeback,
    PaymentsResumed: system_acts.payments_resumed,
}


def can_be_judged(state: CareState, command: Command) -> bool:
    """Whether the facts that judge a command are there; until then it waits (R61).

    The operator may close a request whose licence is unknown (R15).
    """
    return state.is_closed or state.resolution.deadline is not None or isinstance(command, Close)


def judge(
    state: CareState,
    command: Command,
    now: datetime,
    applied: Mapping[str, AppliedCommand],
    arrived_at: datetime | None = None,
) -> Step | AppliedCommand:
    """Judge a readable command and carry it out; a repeated one answers with what was applied the first
    time (R60).

    `arrived_at` is given for a command that had to wait for its facts: R12 measures from its arrival.

    Raises:
        RuleViolation: the first rule that the command breaks, in the order of judgement.
    """
    demand_role(command)
    _demand_party(state, command)
    earlier = applied.get(command.command_id)
    if earlier is not None:
        return same_command(earlier, command)
    arrived_at = arrived_at or now
    _demand_plausible_instant(state, command, arrived_at)
    demand_possible(state, type(command))
    dated = command.model_copy(update={"occurred_at": command.occurred(arrived_at)})
    turn = Turn(state, now, dated)
    _ACTS[type(command)](turn, command)
    return turn.step()


def demand_role(command: Command) -> None:
    """Raise `role_not_allowed` unless the actor's role may send the command (R60)."""
    if command.by.role not in command.ROLES:
        raise RuleViolation(
            ErrorCode.ROLE_NOT_ALLOWED,
            f"by.role: {command.by.role} may not send {command.NAME}; "
            f"allowed: {', '.join(sorted(command.ROLES))}",
        )


def same_command(earlier: Earlier, command: Command) -> Earlier:
    """The earlier command, if this one says the same. Raises `command_id_reused` if it says something else
    (R60)."""
    if earlier.sha256 != fingerprint(command):
        raise RuleViolation(
            ErrorCode.COMMAND_ID_REUSED,
            f"command_id: {command.command_id} was used before, for another {earlier.command}",
        )
    return earlier


def _demand_party(state: CareState, command: Command) -> None:
    facts, by = state.facts, command.by
    if facts is None or by.role in MARKETPLACE_SIDE:
        return
    if by.role in SELLER_SIDE and not by.acts_for_seller(facts.seller_id):
        raise RuleViolation(
            ErrorCode.NOT_YOUR_REQUEST, f"by: {by.role} {by.id} does not act for the seller of this request"
        )
    if by.role is Role.CUSTOMER and by.id != facts.customer_id:
        raise RuleViolation(
            ErrorCode.NOT_YOUR_REQUEST, f"by: customer {by.id} is not the customer of this request"
        )


def _demand_plausible_instant(state: CareState, command: Command, arrived_at: datetime) -> None:
    demand_plausible_instant(
        command,
        arrived_at,
        not_before=state.opening.opened_at,
        max_backdating_hours=state.policy.max_backdating_hours,
    )


def demand_plausible_instant(
    command: Command, arrived_at: datetime, *, not_before: datetime | None, max_backdating_hours: int
) -> None:
    """Raise `occurred_at_out_of_range` for an act that can't have taken place when it says so (R12)."""
    if command.occurred_at is None:
        return
    earliest = not_before
    if command.by.role not in MARKETPLACE_SIDE:
        oldest = arrived_at - timedelta(hours=max_backdating_hours)
        earliest = oldest if earliest is None else max(earliest, oldest)
    latest = arrived_at + CLOCK_TOLERANCE
    if (earliest is not None and command.occurred_at < earliest) or command.occurred_at > latest:
        since = f"from {earliest.isoformat()} " if earliest is not None else ""
        raise RuleViolation(
            ErrorCode.OCCURRED_AT_OUT_OF_RANGE,
            f"occurred_at: {command.occurred_at.isoformat()} was given; "
            f"allowed {since}to {latest.isoformat()}",
        )
