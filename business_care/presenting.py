"""Turns the state of a request into what others see of it."""

from datetime import datetime

from business_care.clocks import next_wake
from business_care.commands import ClockName, Command
from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus, CareState, Deadline, Phase
from business_care.views import (
    AcknowledgementView,
    CareStateName,
    CommandAnswer,
    DeadlinesView,
    DeadlineView,
    RefundView,
    RequestView,
    ResolutionView,
    TaskView,
    WindowView,
)

_BY_REFUND = {
    RefundStatus.DUE: CareStateName.REFUND_DUE,
    RefundStatus.HELD: CareStateName.REFUND_HELD,
    RefundStatus.PENDING: CareStateName.REFUND_PENDING,
    RefundStatus.MANUAL: CareStateName.REFUND_MANUAL,
    RefundStatus.SUCCEEDED: CareStateName.REFUND_PENDING,
    RefundStatus.CHARGED_BACK: CareStateName.REFUND_PENDING,
}


def state_name(state: CareState) -> CareStateName:
    """The state in one word."""
    if state.is_closed:
        return CareStateName.CLOSED
    if state.refund.status in _BY_REFUND:
        return _BY_REFUND[state.refund.status]
    if (
        state.resolution.phase is Phase.IN_PROGRESS
        and state.acknowledgement.status is AcknowledgementStatus.PENDING
    ):
        return CareStateName.AWAITING_ACKNOWLEDGEMENT
    return CareStateName(state.resolution.phase)


def is_breached(state: CareState) -> bool:
    """Whether a promise was broken and the breach stands."""
    return state.acknowledgement.breached_at is not None or state.resolution.missed_at is not None


def next_due_at(state: CareState) -> datetime | None:
    """The next deadline that somebody must keep: a clock, a window, or the operator's next reminder."""
    if state.is_closed:
        return None
    deadlines: list[datetime] = []
    if state.refund.status is None:
        ack, resolution = state.acknowledgement, state.resolution
        if ack.deadline is not None and ack.status is AcknowledgementStatus.PENDING:
            deadlines.append(ack.deadline.due)
        if resolution.deadline is not None and resolution.phase is Phase.IN_PROGRESS:
            deadlines.append(resolution.deadline.due)
        if resolution.window is not None and resolution.window.plan is not None:
            deadlines.append(resolution.window.plan.due)
    reminders = [task.reminder.due for task in state.tasks if task.reminder is not None]
    return min(deadlines or reminders, default=None)


def next_wake_at(state: CareState) -> datetime | None:
    """When a clock does something by itself next."""
    wakes = [wake.at for clock in ClockName if (wake := next_wake(state, clock)) is not None]
    return min(wakes, default=None)


def view(state: CareState, also_wakes_at: datetime | None = None) -> RequestView:
    """The whole view; `also_wakes_at` is a wake-up of the workflow that is no clock of the rules."""
    opening, facts, refund = state.opening, state.facts, state.refund
    wakes = [at for at in (next_wake_at(state), also_wakes_at) if at is not None and not state.is_closed]
    return RequestView(
        request_id=opening.request_id,
        licence_id=opening.licence_id,
        product_id=facts.product_id if facts else None,
        seller_id=facts.seller_id if facts else None,
        customer_id=facts.customer_id if facts else None,
        kind=state.kind,
        state=state_name(state),
        opened_at=opening.opened_at,
        acknowledgement=_acknowledgement(state),
        resolution=_resolution(state),
        refund=_refund(state),
        held_since=refund.held_since,
        chargeback=refund.chargeback,
        waits_for_operator=tuple(
            TaskView(
                kind=task.kind,
                since=task.since,
                next_reminder_at=task.reminder.due if task.reminder else None,
            )
            for task in state.tasks
        ),
        breached=is_breached(state),
        next_due_at=next_due_at(state),
        next_wake_at=min(wakes, default=None),
        outcome=state.resolution.outcome,
        closed_at=state.resolution.closed_at,
        revisions=sum(
            len(deadline.revisions) for clock in ClockName if (deadline := state.deadline(clock)) is not None
        ),
        seq=state.seq,
    )


def answer(state: CareState, command: Command, now: datetime) -> CommandAnswer:
    """The answer to a command that was just applied."""
    ack, resolution = state.acknowledgement, state.resolution
    return CommandAnswer(
        command=command.NAME,
        command_id=command.command_id,
        decided_at=now,
        state=state_name(state),
        acknowledgement=ack.status,
        acknowledge_by=_due(ack.deadline),
        resolve_by=_due(resolution.deadline),
        refund=state.refund.status,
        outcome=resolution.outcome,
    )


def deadlines_view(state: CareState) -> DeadlinesView:
    """Both deadlines and the open window, explained day by day."""
    window = state.resolution.window
    return DeadlinesView(
        request_id=state.opening.request_id,
        acknowledgement=_explained(state.acknowledgement.deadline),
        resolution=_explained(state.resolution.deadline),
        window=DeadlineView(due=window.plan.due, plan=window.plan) if window and window.plan else None,
    )


def _acknowledgement(state: CareState) -> AcknowledgementView:
    ack = state.acknowledgement
    return AcknowledgementView(
        status=ack.status, due=_due(ack.deadline), acted_at=ack.acted_at, breached_at=ack.breached_at
    )


def _resolution(state: CareState) -> ResolutionView:
    resolution = state.resolution
    window = resolution.window
    return ResolutionView(
        phase=resolution.phase,
        due=_due(resolution.deadline),
        missed_at=resolution.missed_at,
        window=WindowView(
            kind=window.kind, opened_at=window.opened_at, due=window.plan.due if window.plan else None
        )
        if window
        else None,
        fix_reference=resolution.fix.reference if resolution.fix else None,
        ground=resolution.refusal.ground if resolution.refusal else None,
        waiting_for_customer=resolution.waiting_for_customer,
        waits=resolution.waits,
    )


def _refund(state: CareState) -> RefundView | None:
    refund = state.refund
    if refund.status is None:
        return None
    return RefundView(
        status=refund.status,
        amount=refund.money.amount if refund.money else None,
        currency=refund.money.currency if refund.money else None,
        cause=refund.cause,
        due_at=refund.due_at,
        requested_at=refund.requested_at,
        settled_at=refund.settled_at,
        reference=refund.reference,
        manual_reason=refund.manual_reason,
    )


def _explained(deadline: Deadline | None) -> DeadlineView | None:
    if deadline is None:
        return None
    return DeadlineView(due=deadline.due, plan=deadline.plan, revisions=deadline.revisions)


def _due(deadline: Deadline | None) -> datetime | None:
    return deadline.due if deadline else None
