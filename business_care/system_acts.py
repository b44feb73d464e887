"""What the marketplace's programs report: a reopening, a settlement, a chargeback, payments that run again
(R7, R42, R44)."""

from business_care.commands import (
    Chargeback,
    ChargebackStatus,
    ClosureEnded,
    PaymentsResumed,
    RefundSettled,
    SettlementStatus,
)
from business_care.errors import ErrorCode, RuleViolation
from business_care.life import refresh_hold
from business_care.refund import SETTLED_AS_FAILED, RefundCause, RefundStatus, amount_owed
from business_care.settlement import make_manual, settle
from business_care.state import AcknowledgementStatus, Phase, Reopening
from business_care.turn import Turn
from business_care.values import known
from business_care.views import ClosureCut


def closure_ended(turn: Turn, command: ClosureEnded) -> None:
    """The seller reopened early: the first deadline is counted again outside, and may come earlier (R7)."""
    facts = known(turn.state.facts)
    if command.closure_id not in {closure.id for closure in facts.closures}:
        raise RuleViolation(
            ErrorCode.UNKNOWN_CLOSURE,
            f"closure_id: {command.closure_id} is no closure that binds this request",
        )
    turn.note(command.NAME, "R7", closure_id=command.closure_id)
    turn.reopen(
        ClosureCut(closure_id=command.closure_id, seller_id=facts.seller_id, notified_at=command.notified_at)
    )
    if turn.state.acknowledgement.status is AcknowledgementStatus.PENDING:
        reopening = Reopening(closure_id=command.closure_id, notified_at=command.notified_at, by=command.by)
        turn.acknowledgement(reopenings=(*turn.state.acknowledgement.reopenings, reopening))


def refund_settled(turn: Turn, command: RefundSettled) -> None:
    """The provider told the outcome of a refund: paid, or failed and so an operator's task (R42).

    What has failed is never paid by an earlier word that comes later: only the operator's record ends it.
    """
    if command.status is SettlementStatus.SUCCEEDED and turn.state.refund.manual_reason == SETTLED_AS_FAILED:
        raise RuleViolation(
            ErrorCode.WRONG_STATE,
            "the refund was told as failed before; `record_refund` says how it was paid by hand",
        )
    turn.note(command.NAME, "R42", status=command.status)
    if command.status is SettlementStatus.SUCCEEDED:
        settle(turn, RefundStatus.SUCCEEDED, None, turn.occurred)
    elif turn.state.refund.status is not RefundStatus.MANUAL:
        make_manual(turn, SETTLED_AS_FAILED)


def chargeback(turn: Turn, command: Chargeback) -> None:
    """An open chargeback holds the refund; a lost one has paid the customer (R44)."""
    before = turn.state.refund.chargeback
    opened = before is ChargebackStatus.OPENED
    if command.status is ChargebackStatus.OPENED and opened:
        raise RuleViolation(ErrorCode.WRONG_STATE, "a chargeback is open already")
    if command.status is ChargebackStatus.WON and not opened:
        raise RuleViolation(ErrorCode.WRONG_STATE, "no chargeback is open")
    turn.refund(chargeback=command.status)
    turn.note(command.NAME, "R44", status=command.status)
    if command.status is ChargebackStatus.LOST:
        _charged_back(turn)
    else:
        refresh_hold(turn)


def payments_resumed(turn: Turn, command: PaymentsResumed) -> None:
    """The kill switch was lifted; a refund that waits looks again (R44)."""
    turn.note(command.NAME, "R44")


def _charged_back(turn: Turn) -> None:
    if turn.state.refund.status is None:
        money = amount_owed(known(turn.state.facts).price)
        turn.refund(cause=RefundCause.CHARGEBACK_LOST, money=money, due_at=turn.now)
        turn.resolution(phase=Phase.IN_PROGRESS, window=None)
    settle(turn, RefundStatus.CHARGED_BACK, None, turn.occurred)
