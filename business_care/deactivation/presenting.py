"""Turns the state of a deactivation into what others see of it."""

from datetime import datetime

from business_care.commands import Command
from business_care.deactivation.moves import next_change_at
from business_care.deactivation.renewals import CascadeProgress, progress_of
from business_care.deactivation.state import DeactivationState
from business_care.deactivation.views import DeactivationAnswer, DeactivationView
from business_care.deactivation.words import DeactivationPhase


def view(state: DeactivationState, also_wakes_at: datetime | None = None) -> DeactivationView:
    """The whole view; `also_wakes_at` is a wake-up of the workflow beside the planned instants."""
    order, facts = state.order, state.facts
    due = next_change_at(state)
    wakes = [at for at in (due, also_wakes_at) if at is not None and not state.has_ended]
    return DeactivationView(
        deactivation_id=order.command_id,
        product_id=order.product_id,
        seller_id=facts.seller_id if facts else None,
        kind=state.kind,
        state=state.phase,
        ordered_by=order.by,
        imposed=state.imposed,
        ordered_at=state.ordered_at,
        takes_effect_at=state.takes_effect_at,
        until=state.until,
        in_effect_since=state.in_effect_since,
        permanent_since=state.permanent_since,
        product=state.product,
        bundles=state.bundles,
        renewals=progress(state) if state.permanent_since is not None else None,
        failed=state.cascade.totals.listed,
        next_due_at=due,
        next_wake_at=min(wakes, default=None),
        refused=state.refused.code if state.refused else None,
        outcome=state.outcome,
        ended_at=state.ended_at,
        seq=state.seq,
    )


def progress(state: DeactivationState) -> CascadeProgress:
    """How far the renewals are, as the workflow knows it."""
    cascade = state.cascade
    over = state.has_ended or state.phase is DeactivationPhase.RENEWALS_FAILED
    return progress_of(
        cascade.survey, cascade.totals, per_second=cascade.per_second, as_of=cascade.as_of, is_over=over
    )


def answer(state: DeactivationState, command: Command, now: datetime) -> DeactivationAnswer:
    """The answer to a command that was just applied."""
    return DeactivationAnswer(
        command=command.NAME,
        command_id=command.command_id,
        decided_at=now,
        deactivation_id=state.order.command_id,
        product_id=state.order.product_id,
        state=state.phase,
        kind=state.kind,
        imposed=state.imposed,
        takes_effect_at=state.takes_effect_at,
        until=state.until,
        outcome=state.outcome,
    )
