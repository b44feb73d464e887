"""How a request begins: the facts are found, care is checked, both deadlines are told (R1, R15)."""

from datetime import datetime

from business_care.counting import DeadlinePlan
from business_care.deadlines import set_deadlines
from business_care.events import EventName
from business_care.life import close
from business_care.notices import NoticeKind
from business_care.request import LicenceFacts
from business_care.state import CareState, Outcome
from business_care.turn import Step, Turn


def licence_unknown(state: CareState, now: datetime) -> Step:
    """The records do not know the licence: the operator is told once, nothing is rejected on doubt (R15)."""
    turn = Turn(state, now)
    if not state.licence_unknown:
        turn.state = state.model_copy(update={"licence_unknown": True})
        turn.note(EventName.LICENCE_UNKNOWN, "R15", licence_id=state.opening.licence_id)
        turn.tell_operator(NoticeKind.LICENCE_UNKNOWN, licence_id=state.opening.licence_id)
    return turn.step()


def facts_found(state: CareState, facts: LicenceFacts, now: datetime) -> Step:
    """Keep the facts; without active care the request ends at once, and the customer is told why (R15)."""
    turn = Turn(state, now)
    if state.is_closed:
        return turn.step()
    turn.state = state.model_copy(update={"facts": facts, "licence_unknown": False})
    if not facts.care_active:
        turn.note(EventName.OPENED, "R15")
        turn.tell_customer(NoticeKind.NOT_ENTITLED, licence_id=facts.licence_id, product_id=facts.product_id)
        close(turn, Outcome.NOT_ENTITLED, "R15")
    return turn.step()


def deadlines_planned(
    state: CareState, acknowledgement: DeadlinePlan, resolution: DeadlinePlan, now: datetime
) -> Step:
    """Tell both deadlines, counted from `opened_at` however late they could be counted (R1, R15)."""
    turn = Turn(state, now)
    if state.is_closed:
        return turn.step()
    set_deadlines(turn, acknowledgement, resolution)
    turn.note(EventName.OPENED, "R1", acknowledge_by=acknowledgement.due, resolve_by=resolution.due)
    turn.tell_seller(
        NoticeKind.REQUEST_OPENED,
        request_kind=state.kind,
        acknowledge_by=acknowledgement.due,
        resolve_by=resolution.due,
        subject=state.opening.subject,
    )
    return turn.step()
