"""What is true of every request at every instant, whatever happened to it."""

from business_care.commands import ClockName
from business_care.events import Event
from business_care.notices import Notice
from business_care.policy import OnMissedAcknowledgement
from business_care.refund import RefundCause, RefundStatus
from business_care.state import AcknowledgementStatus, CareState, Outcome, Phase, TaskKind, WindowKind

MONEY_IS_OVER = (RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK, RefundStatus.NOTHING_TO_PAY)
WINDOW_OF = {Phase.VERIFYING: WindowKind.VERIFICATION, Phase.REFUSED: WindowKind.DISPUTE}


def check_state(state: CareState) -> None:
    """Fail on a state that no request may be in."""
    _check_first_promise(state)
    _check_second_promise(state)
    _check_refund(state)
    _check_tasks(state)


def check_journal(events: list[Event], notices: list[Notice], since: int, until: int) -> None:
    """Fail on a journal with a hole, and on two notices that the records would take for one."""
    assert [event.seq for event in events] == list(range(since + 1, until + 1))
    keys = [notice.key for notice in notices]
    assert len(keys) == len(set(keys))


def _check_first_promise(state: CareState) -> None:
    ack, due = state.acknowledgement, state.acknowledgement.deadline
    match ack.status:
        case AcknowledgementStatus.PENDING:
            assert ack.acted_at is None
            assert ack.breached_at is None
            assert not state.is_closed
        case AcknowledgementStatus.MET:
            assert due is not None
            assert ack.acted_at is not None
            assert ack.acted_at < due.due
            assert ack.breached_at is None
        case AcknowledgementStatus.MET_LATE:
            assert due is not None
            assert ack.acted_at is not None
            assert ack.acted_at >= due.due
            assert ack.breached_at is not None
        case AcknowledgementStatus.BREACHED:
            assert ack.acted_at is None
            assert ack.breached_at is not None
        case AcknowledgementStatus.NOT_DUE:
            assert ack.acted_at is None
            assert ack.breached_at is None
            assert state.is_closed


def _check_second_promise(state: CareState) -> None:
    resolution = state.resolution
    closed = resolution.phase is Phase.CLOSED
    assert closed == (resolution.outcome is not None) == (resolution.closed_at is not None)
    window = resolution.window
    assert (window.kind if window else None) is WINDOW_OF.get(resolution.phase)
    assert window is None or window.plan is not None
    if resolution.phase is Phase.VERIFYING:
        assert resolution.fix is not None
    if resolution.phase in (Phase.REFUSED, Phase.DISPUTED):
        assert resolution.refusal is not None
    if closed:
        assert not resolution.waiting_for_customer
    for wait in resolution.waits:
        assert wait.until is None or wait.until >= wait.since


def _check_refund(state: CareState) -> None:
    refund, resolution = state.refund, state.resolution
    assert (resolution.outcome is Outcome.REFUNDED) <= (refund.status in MONEY_IS_OVER)
    if refund.status is None:
        assert refund.cause is None
        assert refund.due_at is None
        return
    assert refund.cause is not None
    assert refund.money is not None
    assert refund.due_at is not None
    assert resolution.phase in (Phase.IN_PROGRESS, Phase.CLOSED)
    assert (refund.status is RefundStatus.HELD) <= refund.is_held
    if not state.is_closed:
        assert (refund.status is RefundStatus.DUE) <= (not refund.is_held)
        assert refund.status is not RefundStatus.NOTHING_TO_PAY
    else:
        followed = refund.care_ended and refund.renewal_cancelled
        assert (refund.status in (RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK)) <= followed
        assert refund.status not in (RefundStatus.PENDING, RefundStatus.MANUAL)
        waived = resolution.outcome in (Outcome.SETTLED, Outcome.WITHDRAWN)
        assert (refund.status in (RefundStatus.DUE, RefundStatus.HELD)) <= waived
    _check_cause(state)


def _check_cause(state: CareState) -> None:
    """A refund never comes before its cause."""
    refund = state.refund
    assert refund.due_at is not None
    match refund.cause:
        case RefundCause.OPERATOR_ORDER | RefundCause.CHARGEBACK_LOST:
            return
        case RefundCause.ACKNOWLEDGEMENT_MISSED:
            first = state.deadline(ClockName.ACKNOWLEDGEMENT)
            assert first is not None
            assert refund.due_at >= first.due
            assert state.acknowledgement.breached_at is not None
            assert state.policy.on_missed_acknowledgement is OnMissedAcknowledgement.REFUND
        case _:
            assert state.resolution.missed_at is not None


def _check_tasks(state: CareState) -> None:
    waiting = [task.kind for task in state.tasks]
    assert len(waiting) == len(set(waiting))
    if state.is_closed:
        assert not waiting
        return
    refund, phase = state.refund, state.resolution.phase
    settled = refund.status in MONEY_IS_OVER
    assert (TaskKind.DISPUTE in waiting) == (phase is Phase.DISPUTED)
    assert (TaskKind.QUESTION_OVERDUE in waiting) == (phase is Phase.QUESTION_OVERDUE)
    assert (TaskKind.MANUAL_REFUND in waiting) == (refund.status is RefundStatus.MANUAL)
    assert (TaskKind.HOLD in waiting) == (refund.held_since is not None and not settled)
