"""What the money does: a refund is requested, settles or fails, and is followed by the end of the care
(R41-R44)."""

from datetime import datetime

from business_care.events import EventName
from business_care.life import close
from business_care.notices import NoticeKind
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundOrder, RefundStatus
from business_care.state import CareState, Outcome, TaskKind
from business_care.turn import Step, Turn
from business_care.values import known

SETTLED = frozenset({RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK})
NOT_PAID = frozenset({RefundAnswerKind.FAILED, RefundAnswerKind.REFUSED})


def refund_order(state: CareState) -> RefundOrder:
    """What the payment provider is asked for. Only for a state whose refund is due or pending."""
    facts = known(state.facts)
    return RefundOrder(
        licence_id=facts.licence_id,
        request_id=state.opening.request_id,
        seller_id=facts.seller_id,
        money=known(state.refund.money),
        payment_ref=facts.price.payment_ref,
    )


def request_refund(state: CareState, now: datetime) -> Step:
    """From here on money may move: only its outcome can change the request (R27, R42)."""
    turn = Turn(state, now)
    turn.refund(status=RefundStatus.PENDING, requested_at=now)
    money = known(turn.state.refund.money)
    turn.note(EventName.REFUND_REQUESTED, "R41", amount=money.amount, currency=money.currency)
    return turn.step()


def refund_answered(state: CareState, answer: RefundAnswer, now: datetime) -> Step:
    """The provider's answer; one that comes after the refund was settled otherwise changes nothing (R42)."""
    turn = Turn(state, now)
    if state.refund.status is not RefundStatus.PENDING:
        return turn.step()
    if answer.reference is not None:
        turn.refund(reference=answer.reference)
    if answer.kind is RefundAnswerKind.SUCCEEDED:
        turn.note(EventName.REFUND_SETTLED, "R42", status=answer.kind)
        settle(turn, RefundStatus.SUCCEEDED, answer.reference, now)
    elif answer.kind in NOT_PAID:
        turn.note(EventName.REFUND_SETTLED, "R42", status=answer.kind)
        make_manual(turn, answer.reason or answer.kind)
    return turn.step()


def settle(turn: Turn, status: RefundStatus, reference: str | None, at: datetime) -> None:
    """The money has moved; the care's end and the notices follow, then the request closes (R42, R43)."""
    turn.end_tasks(*TaskKind)
    turn.refund(status=status, settled_at=at, reference=reference or turn.state.refund.reference)


def make_manual(turn: Turn, reason: str) -> None:
    """No program pays any more: the operator does, and records how (R42)."""
    turn.refund(status=RefundStatus.MANUAL, manual_reason=reason)
    turn.begin_task(TaskKind.MANUAL_REFUND)
    money = known(turn.state.refund.money)
    turn.note(EventName.REFUND_MANUAL, "R42", reason=reason)
    turn.tell_operator(NoticeKind.REFUND_MANUAL, reason=reason, amount=money.amount, currency=money.currency)


def care_ended(state: CareState, now: datetime) -> Step:
    """The licence's care has ended (R43)."""
    turn = Turn(state, now)
    turn.refund(care_ended=True)
    turn.note(EventName.CARE_ENDED, "R43")
    return turn.step()


def renewal_cancelled(state: CareState, now: datetime) -> Step:
    """The licence's renewal was cancelled: customer and seller are told, and the request closes (R43)."""
    turn = Turn(state, now)
    turn.refund(renewal_cancelled=True)
    turn.note(EventName.RENEWAL_CANCELLED, "R43")
    money = known(turn.state.refund.money)
    told = {"amount": money.amount, "currency": money.currency, "status": turn.state.refund.status}
    turn.tell_customer(NoticeKind.REFUND_PAID, **told)
    turn.tell_seller(NoticeKind.REFUND_PAID, **told)
    close(turn, Outcome.REFUNDED, "R42")
    return turn.step()
