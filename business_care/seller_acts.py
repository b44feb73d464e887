"""What an agent's or seller's command does: acknowledge, fix, offer, refuse, withdraw a refusal, ask
(R10-R32)."""

from business_care.commands import (
    Acknowledge,
    AskCustomer,
    ClockName,
    Fix,
    OfferUpdate,
    Refuse,
    ReplyKind,
    WithdrawRefusal,
)
from business_care.demands import demand_in_time, demand_person, demand_reason, demand_reference, demand_text
from business_care.errors import ErrorCode, RuleViolation
from business_care.grounds import check_ground
from business_care.life import back_in_progress, open_window, stop_acknowledgement_clock
from business_care.notices import NoticeKind
from business_care.refund import RefundCause
from business_care.state import (
    AcknowledgementStatus,
    DeliveredFix,
    OfferedUpdate,
    Phase,
    Refusal,
    TaskKind,
    Wait,
    WindowKind,
)
from business_care.turn import Turn
from business_care.values import is_blank, known

MAX_OFFERS = 50


def acknowledge(turn: Turn, command: Acknowledge) -> None:
    """A person's reply to the customer; an earlier act than the one on record counts, a later one does not
    (R10-R12)."""
    _demand_unacknowledged(turn)
    demand_person(command)
    if command.kind is not ReplyKind.REPLY:
        raise RuleViolation(
            ErrorCode.NOT_A_REPLY, f"kind: {command.kind} does not reach the customer; only a reply counts"
        )
    message = demand_text(command.message, ErrorCode.EMPTY_MESSAGE, "message")
    stop_acknowledgement_clock(turn)
    turn.note(command.NAME, "R11", status=turn.state.acknowledgement.status)
    turn.tell_customer(NoticeKind.ACKNOWLEDGED, message=message, resolve_by=turn.due(ClockName.RESOLUTION))


def fix(turn: Turn, command: Fix) -> None:
    """A correction is delivered; the customer has the word (R21)."""
    demand_in_time(turn, Fix)
    demand_person(command)
    reference = demand_reference(command.reference)
    _deliver(turn, reference)
    turn.note(command.NAME, "R21")
    turn.tell_customer(
        NoticeKind.FIX_DELIVERED,
        reference=reference,
        notes=command.notes,
        business_days=turn.state.policy.verification_business_days,
    )


def offer_update(turn: Turn, command: OfferUpdate) -> None:
    """An update is offered; a free one that contains the correction is delivered as a fix is (R21, R23)."""
    if command.delivers_correction:
        demand_in_time(turn, OfferUpdate)
    demand_person(command)
    reference = demand_reference(command.reference)
    others = _other_offers(turn, reference)
    stop_acknowledgement_clock(turn)
    offer = OfferedUpdate(kind=command.kind, reference=reference, offered_at=turn.occurred)
    turn.resolution(offers=(*others, offer))
    if command.delivers_correction:
        _deliver(turn, reference)
    turn.note(command.NAME, "R21" if command.delivers_correction else "R23", kind=command.kind)
    turn.tell_customer(
        NoticeKind.UPDATE_OFFERED,
        reference=reference,
        update=command.kind,
        business_days=turn.state.policy.verification_business_days if command.delivers_correction else None,
    )


def _other_offers(turn: Turn, reference: str) -> tuple[OfferedUpdate, ...]:
    """The offers under other references; each is carried for the whole life, so their number has an end."""
    offers = turn.state.resolution.offers
    others = tuple(offer for offer in offers if offer.reference.strip() != reference.strip())
    if len(others) >= MAX_OFFERS:
        raise RuleViolation(
            ErrorCode.TOO_MANY_OFFERS,
            f"{len(others)} updates are on offer; at most {MAX_OFFERS} are allowed",
        )
    return others


def refuse(turn: Turn, command: Refuse) -> None:
    """A refusal on one of the six grounds, unless the facts contradict it (R30-R32)."""
    demand_in_time(turn, Refuse)
    demand_person(command)
    explanation = demand_text(command.explanation, ErrorCode.EXPLANATION_REQUIRED, "explanation")
    evidence = _demand_evidence(turn, command)
    check_ground(command.ground, turn.state.opening, known(turn.state.facts))
    stop_acknowledgement_clock(turn)
    refusal = Refusal(ground=command.ground, evidence=evidence, refused_at=turn.occurred)
    turn.end_tasks(TaskKind.QUESTION_OVERDUE)
    turn.resolution(phase=Phase.REFUSED, refusal=refusal, fix=None)
    open_window(turn, WindowKind.DISPUTE)
    turn.note(command.NAME, "R30", ground=command.ground)
    turn.tell_customer(
        NoticeKind.REFUSED,
        ground=command.ground,
        explanation=explanation,
        business_days=turn.state.policy.dispute_business_days,
    )


def withdraw_refusal(turn: Turn, command: WithdrawRefusal) -> None:
    """The refusal no longer stands; after the deadline the refund is due at once (R32)."""
    demand_person(command)
    demand_reason(command.reason)
    turn.note(command.NAME, "R32")
    back_in_progress(turn, RefundCause.REFUSAL_WITHDRAWN)


def ask_customer(turn: Turn, command: AskCustomer) -> None:
    """A question to the customer; the waiting is recorded and pauses nothing (R13, R20)."""
    demand_person(command)
    question = demand_text(command.question, ErrorCode.EMPTY_MESSAGE, "question")
    stop_acknowledgement_clock(turn)
    if not turn.state.resolution.waiting_for_customer:
        turn.resolution(waits=(*turn.state.resolution.waits, Wait(since=turn.occurred)))
    turn.note(command.NAME, "R20")
    turn.tell_customer(NoticeKind.QUESTION_ASKED, question=question)


def _demand_unacknowledged(turn: Turn) -> None:
    ack = turn.state.acknowledgement
    if ack.status in (AcknowledgementStatus.PENDING, AcknowledgementStatus.BREACHED):
        return
    due = turn.due(ClockName.ACKNOWLEDGEMENT)
    if ack.status is AcknowledgementStatus.MET_LATE and due is not None and turn.occurred < due:
        return
    raise RuleViolation(
        ErrorCode.WRONG_STATE,
        f"the request has been acknowledged already: its acknowledgement is {ack.status}",
    )


def _demand_evidence(turn: Turn, command: Refuse) -> tuple[str, ...]:
    evidence = tuple(item for item in command.evidence or () if not is_blank(item))
    if not evidence:
        raise RuleViolation(
            ErrorCode.EVIDENCE_REQUIRED, "evidence: at least one reference is required, and none was given"
        )
    overturned = {
        item.strip()
        for refusal in turn.state.resolution.overturned
        if refusal.ground is command.ground
        for item in refusal.evidence
    }
    if overturned and all(item.strip() in overturned for item in evidence):
        raise RuleViolation(
            ErrorCode.NEW_EVIDENCE_REQUIRED,
            f"evidence: a refusal on {command.ground} was overturned; the same ground needs new evidence",
        )
    return evidence


def _deliver(turn: Turn, reference: str) -> None:
    stop_acknowledgement_clock(turn)
    turn.end_tasks(TaskKind.DISPUTE, TaskKind.QUESTION_OVERDUE)
    delivered = DeliveredFix(reference=reference, delivered_at=turn.occurred)
    turn.resolution(phase=Phase.VERIFYING, fix=delivered, refusal=None)
    open_window(turn, WindowKind.VERIFICATION)
