"""What happens in a deactivation by itself, and what its steps came to (R50-R56)."""

from datetime import datetime

from business_care.deactivation.acts import end, take_effect, tell_why_it_is_off
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.party import demand_own_product
from business_care.deactivation.possible import already_deactivated
from business_care.deactivation.renewals import CascadeTotals, RenewalSurvey
from business_care.deactivation.state import DeactivationState, ProductFacts, Refused
from business_care.deactivation.turn import DeactivationStep, DeactivationTurn
from business_care.deactivation.views import BundleChange
from business_care.deactivation.words import (
    DeactivationKind,
    DeactivationOutcome,
    DeactivationPhase,
    SaleState,
)
from business_care.errors import ErrorCode, RuleViolation
from business_care.events import EventName
from business_care.judgement import demand_plausible_instant, demand_role
from business_care.notices import NoticeKind

_OF_PRODUCT = {
    SaleState.ON_SALE: EventName.ON_SALE,
    SaleState.OFFLINE: EventName.OFFLINE,
    SaleState.RETIRED: EventName.RETIRED,
}
_OF_BUNDLE = {
    SaleState.ON_SALE: EventName.BUNDLE_ON_SALE,
    SaleState.OFFLINE: EventName.BUNDLE_OFFLINE,
    SaleState.RETIRED: EventName.BUNDLE_RETIRED,
}


def order_taken(
    state: DeactivationState,
    product: ProductFacts | None,
    now: datetime,
    arrived_at: datetime | None = None,
) -> DeactivationStep:
    """The product was looked up: the order is planned, or takes effect at once.

    `arrived_at` is given where looking up took time: an order is dated by its arrival (R12).

    Raises:
        RuleViolation: `unknown_product`, `not_your_product`, `already_deactivated`, `until_out_of_range` and
        what every command may break.
    """
    order = state.order
    demand_role(order)
    if product is None:
        raise RuleViolation(ErrorCode.UNKNOWN_PRODUCT, f"product_id: there is no product {order.product_id}")
    demand_own_product(product, order)
    arrived_at = arrived_at or now
    demand_plausible_instant(
        order, arrived_at, not_before=None, max_backdating_hours=product.max_backdating_hours
    )
    if product.deactivated_by is not None:
        raise already_deactivated(order.product_id, product.deactivated_by)
    if product.state is SaleState.RETIRED:
        raise RuleViolation(
            ErrorCode.ALREADY_DEACTIVATED, f"product {order.product_id} is retired: it is off for good"
        )
    ordered_at = order.occurred(arrived_at)
    takes_effect_at = max(order.takes_effect_at or ordered_at, ordered_at)
    _demand_end_after(order, takes_effect_at)
    turn = DeactivationTurn(state, now, order.model_copy(update={"occurred_at": ordered_at}))
    turn.change(facts=product, ordered_at=ordered_at, takes_effect_at=takes_effect_at)
    turn.note(EventName.ORDERED, "R50", kind=order.kind, takes_effect_at=takes_effect_at, until=order.until)
    turn.change(phase=DeactivationPhase.PLANNED)
    # The sender's clock may be ahead (R12): what is not planned for later does not wait for ours.
    if takes_effect_at <= max(ordered_at, now):
        take_effect(turn)
    return turn.step()


def order_refused(state: DeactivationState, violation: RuleViolation, now: datetime) -> DeactivationStep:
    """The order broke a rule: nothing was done, and the same order may be judged anew (R60)."""
    turn = DeactivationTurn(state, now)
    turn.change(refused=Refused(code=violation.code, message=violation.message))
    end(turn, DeactivationOutcome.REFUSED, "R60")
    return turn.step()


def next_change_at(state: DeactivationState) -> datetime | None:
    """When the deactivation takes effect, or ends, by itself."""
    match state.phase:
        case DeactivationPhase.PLANNED:
            return state.takes_effect_at
        case DeactivationPhase.OFFLINE:
            return state.until
        case _:
            return None


def time_passed(state: DeactivationState, now: datetime) -> DeactivationStep:
    """Do what is due by itself: the planned instant, or the planned end, has come (R53)."""
    turn = DeactivationTurn(state, now)
    due = next_change_at(state)
    if due is None or due > now:
        return turn.step()
    if state.phase is DeactivationPhase.PLANNED:
        take_effect(turn)
    else:
        turn.note(EventName.PLANNED_END_REACHED, "R53", until=due)
        turn.change(phase=DeactivationPhase.REACTIVATING, until=None)
    return turn.step()


def product_switched(state: DeactivationState, to: SaleState, now: datetime) -> DeactivationStep:
    """The product stands otherwise on the market, and its seller is told why (R55)."""
    turn = DeactivationTurn(state, now)
    # One that was reactivated before anything was carried out has never left the market.
    if to is not (state.product or SaleState.ON_SALE):
        turn.note(_OF_PRODUCT[to], "R53" if to is SaleState.ON_SALE else "R55")
        if to is SaleState.ON_SALE:
            turn.tell_seller(NoticeKind.REACTIVATED)
    turn.change(product=to)
    tell_why_it_is_off(turn)
    return turn.step()


def bundles_followed(
    state: DeactivationState, to: SaleState, change: BundleChange, now: datetime
) -> DeactivationStep:
    """The bundles have followed their member; a reactivation is over when both are back (R52, R53)."""
    turn = DeactivationTurn(state, now)
    for bundle_id in change.changed:
        turn.note(_OF_BUNDLE[to], "R52", bundle_id=bundle_id)
    turn.change(bundles=to)
    came_back = to is SaleState.ON_SALE and state.product is SaleState.ON_SALE
    if state.phase is DeactivationPhase.REACTIVATING and came_back:
        end(turn, DeactivationOutcome.REACTIVATED, "R53")
    return turn.step()


def renewals_counted(state: DeactivationState, survey: RenewalSurvey, now: datetime) -> DeactivationStep:
    """What the cascade has to do is known."""
    turn = DeactivationTurn(state, now)
    turn.change(cascade=state.cascade.model_copy(update={"survey": survey, "as_of": now}))
    turn.note(EventName.RENEWALS_COUNTED, "R55", automatic=survey.automatic, opted_out=survey.opted_out)
    return turn.step()


def round_begun(state: DeactivationState, now: datetime) -> DeactivationStep:
    """All renewals are enumerated once more (R55)."""
    turn = DeactivationTurn(state, now)
    turn.change(cascade=state.cascade.model_copy(update={"round": state.cascade.round + 1}))
    return turn.step()


def failed_freed(state: DeactivationState, totals: CascadeTotals, now: datetime) -> DeactivationStep:
    """The next round will try again what failed."""
    moved = renewals_moved(state, totals, None, now).state
    turn = DeactivationTurn(moved, now)
    turn.change(cascade=moved.cascade.model_copy(update={"retry_wanted": False}))
    return turn.step()


def renewals_moved(
    state: DeactivationState, totals: CascadeTotals, per_second: float | None, now: datetime
) -> DeactivationStep:
    """The cascade has come further."""
    turn = DeactivationTurn(state, now)
    further = {"totals": totals, "per_second": per_second or state.cascade.per_second, "as_of": now}
    turn.change(cascade=state.cascade.model_copy(update=further))
    return turn.step()


def renewals_done(state: DeactivationState, now: datetime) -> DeactivationStep:
    """Nothing new was found, nothing is in flight: it is over, or the operator has to look at it (R55)."""
    turn = DeactivationTurn(state, now)
    totals = state.cascade.totals
    if totals.failed:
        turn.change(phase=DeactivationPhase.RENEWALS_FAILED)
        turn.note(EventName.RENEWALS_FAILED, "R55", cancelled=totals.cancelled, failed=totals.failed)
        return turn.step()
    by_hand = totals.by_hand or None
    turn.note(EventName.RENEWALS_CANCELLED, "R51", cancelled=totals.cancelled, by_hand=by_hand)
    end(turn, DeactivationOutcome.RETIRED, "R51")
    return turn.step()


def _demand_end_after(order: Deactivate, takes_effect_at: datetime) -> None:
    if order.until is None:
        return
    if order.kind is DeactivationKind.PERMANENT:
        raise RuleViolation(
            ErrorCode.UNTIL_OUT_OF_RANGE, "until: a planned end is allowed for a temporary deactivation only"
        )
    if order.until <= takes_effect_at:
        raise RuleViolation(
            ErrorCode.UNTIL_OUT_OF_RANGE,
            f"until: {order.until.isoformat()} was given; allowed after {takes_effect_at.isoformat()}, "
            "when it takes effect",
        )
