"""What people do about a deactivation that stands (R53-R55)."""

from datetime import datetime

from business_care.commands import Command, PaymentsResumed
from business_care.deactivation.commands import Impose, MakePermanent, Reactivate, RetryFailed, Revoke
from business_care.deactivation.turn import DeactivationTurn
from business_care.deactivation.words import (
    DeactivationKind,
    DeactivationOutcome,
    DeactivationPhase,
    SaleState,
)
from business_care.demands import demand_reason
from business_care.errors import ErrorCode, RuleViolation
from business_care.events import EventName
from business_care.notices import NoticeKind
from business_care.people import SELLER_SIDE
from business_care.values import known

_OFF = frozenset({SaleState.OFFLINE, SaleState.RETIRED})


def reactivate(turn: DeactivationTurn, command: Reactivate) -> None:
    """The product comes back, with the bundles that nothing else keeps offline (R53)."""
    _demand_not_imposed(turn, command)
    turn.note(command.NAME, "R53")
    turn.change(phase=DeactivationPhase.REACTIVATING, until=None)


def make_permanent(turn: DeactivationTurn, command: MakePermanent) -> None:
    """From now on for good; one that is planned keeps its instant (R54)."""
    if turn.state.kind is DeactivationKind.PERMANENT:
        raise RuleViolation(
            ErrorCode.WRONG_STATE,
            "make_permanent is possible for a temporary deactivation; this one is permanent already",
        )
    _demand_not_imposed(turn, command)
    _demand_before(turn, command, turn.state.until)
    turn.note(command.NAME, "R54")
    become_permanent(turn)


def revoke(turn: DeactivationTurn, command: Revoke) -> None:
    """What was planned is called off, and nothing has happened (R54)."""
    planned = known(turn.state.takes_effect_at)
    if turn.occurred >= planned:
        raise RuleViolation(
            ErrorCode.NOTHING_TO_REVOKE,
            f"revoke occurred at {turn.occurred.isoformat()}; it was possible before {planned.isoformat()}",
        )
    _demand_not_imposed(turn, command)
    turn.note(command.NAME, "R54")
    end(turn, DeactivationOutcome.REVOKED, "R54")


def impose(turn: DeactivationTurn, command: Impose) -> None:
    """The operator takes over: from now on, in this kind, and only an operator ends it (R53)."""
    if turn.state.imposed:
        raise RuleViolation(
            ErrorCode.WRONG_STATE,
            "impose takes over what the seller ordered; this deactivation is the operator's already, "
            "for whom make_permanent and reactivate are possible",
        )
    planned = turn.state.phase is DeactivationPhase.PLANNED
    for_good = planned and turn.state.kind is DeactivationKind.PERMANENT
    _demand_before(turn, command, turn.state.takes_effect_at if for_good else turn.state.until)
    reason = demand_reason(command.reason)
    turn.note(command.NAME, "R53", kind=command.kind)
    # What the seller had planned must not end what the operator wants.
    turn.change(imposed=True, reason=reason, until=None, told=False)
    if planned:
        turn.change(kind=command.kind, takes_effect_at=turn.occurred)
        take_effect(turn)
    elif command.kind is DeactivationKind.PERMANENT:
        become_permanent(turn)
    else:
        tell_why_it_is_off(turn)


def retry_failed(turn: DeactivationTurn, command: RetryFailed) -> None:
    """The renewals that failed are tried once more, while others may still be under way (R55)."""
    cascade = turn.state.cascade
    failed = 0 if cascade.retry_wanted else cascade.totals.failed
    if not failed:
        raise RuleViolation(
            ErrorCode.WRONG_STATE, "retry_failed is possible once a renewal has failed; none waits for it now"
        )
    turn.note(command.NAME, "R55", failed=failed)
    retrying = cascade.model_copy(update={"retry_wanted": True})
    turn.change(phase=DeactivationPhase.RETIRING, cascade=retrying)


def payments_resumed(turn: DeactivationTurn, command: PaymentsResumed) -> None:
    """Charges that are to be given back are asked for again at once (R44)."""
    turn.note(command.NAME, "R44")


def become_permanent(turn: DeactivationTurn) -> None:
    """Only the missing steps run (R54)."""
    turn.change(kind=DeactivationKind.PERMANENT, until=None)
    if turn.state.phase is DeactivationPhase.OFFLINE:
        # An act may have occurred while the effect was still planned, and have arrived after it (R12).
        since = max(turn.occurred, known(turn.state.in_effect_since))
        turn.change(phase=DeactivationPhase.RETIRING, permanent_since=since, told=False)


def take_effect(turn: DeactivationTurn) -> None:
    """Sales have to stop, as of the instant that was planned or ordered (R55)."""
    since = known(turn.state.takes_effect_at)
    turn.note(EventName.IN_EFFECT, "R50", kind=turn.state.kind, until=turn.state.until)
    if turn.state.kind is DeactivationKind.PERMANENT:
        turn.change(phase=DeactivationPhase.RETIRING, in_effect_since=since, permanent_since=since)
    else:
        turn.change(phase=DeactivationPhase.OFFLINE, in_effect_since=since)


def tell_why_it_is_off(turn: DeactivationTurn) -> None:
    """Tell the seller that the product is off, and why; once, and again when that has changed."""
    state = turn.state
    if state.product in _OFF and not state.told:
        turn.change(told=True)
        turn.tell_seller(NoticeKind.DEACTIVATED, kind=state.kind, until=state.until, reason=state.reason)


def end(turn: DeactivationTurn, outcome: DeactivationOutcome, rule: str) -> None:
    """Nothing more will happen."""
    turn.change(phase=DeactivationPhase.ENDED, outcome=outcome, ended_at=turn.now)
    turn.note(EventName.ENDED, rule, outcome=outcome)


def _demand_before(turn: DeactivationTurn, command: Command, planned: datetime | None) -> None:
    """An act at the very instant of what was planned, or later, does not undo it, on whatever clock (R12)."""
    if planned is not None and turn.occurred >= planned:
        raise RuleViolation(
            ErrorCode.WRONG_STATE,
            f"{command.NAME} occurred at {turn.occurred.isoformat()}; it was possible before "
            f"{planned.isoformat()}, when what was planned came first",
        )


def _demand_not_imposed(turn: DeactivationTurn, command: Command) -> None:
    if turn.state.imposed and command.by.role in SELLER_SIDE:
        raise RuleViolation(
            ErrorCode.IMPOSED_BY_OPERATOR,
            f"by.role: {command.by.role} may not send {command.NAME} here, because an operator switched the "
            "product off; an operator may",
        )
