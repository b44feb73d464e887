"""Puts a request into words for whoever looks at its run: what is due when and why, and who may do what.

Ids, codes and dates only (R62); what people wrote stays in the messages.
"""

from collections.abc import Iterator
from typing import Final

from business_care.clocks import Wake, WakeKind
from business_care.commands import ALL_COMMANDS
from business_care.day_words import end_of, minute, reason_of
from business_care.people import Role
from business_care.possible import POSSIBLE, situation_of
from business_care.presenting import state_name
from business_care.refund import RefundStatus
from business_care.state import (
    MAY_STILL_BE_MISSED,
    AcknowledgementStatus,
    CareState,
    Deadline,
    WindowKind,
)
from business_care.values import known
from business_care.views import CareStateName

_NOW: Final = {
    CareStateName.OPENING: "the licence is looked up and both deadlines are counted",
    CareStateName.AWAITING_ACKNOWLEDGEMENT: "a person at the seller's must acknowledge, and then correct",
    CareStateName.IN_PROGRESS: "the seller must correct, or refuse on one of six grounds",
    CareStateName.VERIFYING: "the customer tries the fix; silence confirms it",
    CareStateName.REFUSED: "the customer may dispute the refusal; silence leaves it standing",
    CareStateName.DISPUTED: "an operator must decide the dispute (decide_dispute)",
    CareStateName.QUESTION_OVERDUE: (
        "an operator must decide: the time is over, and a request for help is never refunded by itself"
    ),
    CareStateName.REFUND_DUE: "the price is paid back soon, unless payments are stopped",
    CareStateName.REFUND_HELD: "the refund is held until an operator releases it, or the bank's dispute ends",
    CareStateName.REFUND_PENDING: "the payment provider's word on the refund is awaited",
    CareStateName.REFUND_MANUAL: "an operator must pay by hand, and then send record_refund",
    CareStateName.CLOSED: "nothing: the request is closed",
}
_BY_THE_END_OF: Final = {
    WindowKind.VERIFICATION: "the customer verifies by",
    WindowKind.DISPUTE: "the customer disputes by",
}
_MONEY_HAS_MOVED: Final = frozenset({RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK})
_WHOSE: Final = {Role.AGENT: "the seller", Role.CUSTOMER: "the customer", Role.OPERATOR: "an operator"}


def briefing(state: CareState) -> str:
    """A short list in Markdown (tables render badly in the Temporal UI)."""
    lines = [("now", _now(state))]
    if not state.is_closed and state.refund.status is None:
        lines += [*_promises(state), *_window(state)]
    lines += [*_breaches(state), *_refund(state), *_tasks(state), *_possible(state)]
    if state.resolution.outcome is not None:
        closed_at = known(state.resolution.closed_at)
        lines.append(("outcome", f"{state.resolution.outcome}, {minute(closed_at)}"))
    return "\n".join(f"- **{name}**: {told}" for name, told in lines)


def awaited(state: CareState, wake: Wake) -> str:
    """What a timer waits for, in the words of the party that must act before it rings."""
    return _AWAITED[wake.kind].format(
        acknowledge=_end(state.acknowledgement.deadline),
        correct=_end(state.resolution.deadline),
        window=_window_end(state),
        at=minute(wake.at),
        grace=f"{state.policy.arrival_grace_minutes} minutes",
    )


_AWAITED: Final = {
    WakeKind.ACKNOWLEDGEMENT_REMINDER: "remind the seller: acknowledge by {acknowledge}",
    WakeKind.ACKNOWLEDGEMENT_DEADLINE: "acknowledge by {acknowledge}",
    WakeKind.ACKNOWLEDGEMENT_CONSEQUENCE: "pay back for the missed acknowledgement of {acknowledge}",
    WakeKind.RESOLUTION_REMINDER: "remind the seller: correct by {correct}",
    WakeKind.RESOLUTION_DEADLINE: "correct by {correct}, and {grace} for what is on its way",
    WakeKind.WINDOW_REMINDER: "remind the customer: {window}",
    WakeKind.WINDOW_END: "{window}, and {grace} for what is on its way",
    WakeKind.OPERATOR_REMINDER: "remind the operator {at}",
}


def _now(state: CareState) -> str:
    if not state.is_closed and state.refund.status in _MONEY_HAS_MOVED:
        return "the money has moved; the care is ended, the renewal cancelled, and both are told"
    told = _NOW[state_name(state)]
    return f"{told}; a question to the customer is open" if state.resolution.waiting_for_customer else told


def _promises(state: CareState) -> Iterator[tuple[str, str]]:
    acknowledgement, resolution = state.acknowledgement, state.resolution
    if acknowledgement.status is AcknowledgementStatus.PENDING and acknowledgement.deadline is not None:
        yield "acknowledge by", _explained(acknowledgement.deadline)
    elif acknowledgement.acted_at is not None:
        yield "acknowledged", f"{acknowledgement.status}, {minute(acknowledgement.acted_at)}"
    if resolution.deadline is not None and resolution.phase in MAY_STILL_BE_MISSED:
        yield "correct by", _explained(resolution.deadline)


def _window(state: CareState) -> Iterator[tuple[str, str]]:
    window = state.resolution.window
    if window is not None and window.plan is not None:
        yield _BY_THE_END_OF[window.kind], f"{end_of(window.plan)} ({reason_of(window.plan)})"


def _breaches(state: CareState) -> Iterator[tuple[str, str]]:
    if state.acknowledgement.breached_at is not None:
        yield "promise broken", f"not acknowledged by {minute(state.acknowledgement.breached_at)}"
    if state.resolution.missed_at is not None:
        yield "promise broken", f"not corrected by {minute(state.resolution.missed_at)}"


def _refund(state: CareState) -> Iterator[tuple[str, str]]:
    refund = state.refund
    if refund.status is None:
        return
    amount = f", {refund.money.amount} {refund.money.currency} in minor units" if refund.money else ""
    yield "refund", f"{refund.status}{amount}, because of {refund.cause}"
    if refund.status is RefundStatus.MANUAL:
        yield "why by hand", f"{refund.manual_reason}"
    if refund.chargeback is not None:
        yield "chargeback", str(refund.chargeback)


def _tasks(state: CareState) -> Iterator[tuple[str, str]]:
    for task in state.tasks:
        reminder = f"; next reminder {minute(task.reminder.due)}" if task.reminder else ""
        yield "waits for an operator", f"{task.kind} since {minute(task.since)}{reminder}"


def _possible(state: CareState) -> Iterator[tuple[str, str]]:
    """Whom the situation lets send what; conditions on single facts come after (R27)."""
    possible = [command for command in ALL_COMMANDS if command in POSSIBLE[situation_of(state)]]
    for role, whose in _WHOSE.items():
        names = [command.NAME for command in possible if role in command.ROLES]
        if names:
            yield f"{whose} may send", ", ".join(names)


def _explained(deadline: Deadline) -> str:
    reason = reason_of(deadline.plan) if _is_as_counted(deadline) else "moved by an operator"
    return f"{_end(deadline)} ({reason})"


def _end(deadline: Deadline | None) -> str:
    if deadline is None:
        return ""
    return end_of(deadline.plan) if _is_as_counted(deadline) else minute(deadline.due)


def _window_end(state: CareState) -> str:
    window = state.resolution.window
    if window is None or window.plan is None:
        return ""
    return f"{_BY_THE_END_OF[window.kind]} {end_of(window.plan)}"


def _is_as_counted(deadline: Deadline) -> bool:
    """Whether the plan explains the instant that is in force: an operator may have moved it (R8)."""
    return deadline.due == deadline.plan.due
