"""Which command is possible in which situation: ONE table (R27), printed in `docs/process.md`."""

from enum import StrEnum

from business_care.commands import (
    ALL_COMMANDS,
    AcceptUpdate,
    Acknowledge,
    AskCustomer,
    Chargeback,
    Close,
    ClosureEnded,
    Command,
    ConfirmFix,
    CorrectDeadline,
    CustomerReplied,
    DecideDispute,
    DisputeRefusal,
    Fix,
    Hold,
    OfferUpdate,
    OrderRefund,
    PaymentsResumed,
    Reclassify,
    RecordRefund,
    RefundSettled,
    Refuse,
    RejectFix,
    Release,
    Withdraw,
    WithdrawRefusal,
)
from business_care.errors import ErrorCode, RuleViolation
from business_care.refund import RefundStatus
from business_care.state import CareState


class Situation(StrEnum):
    """Where a request stands as far as the possible commands are concerned: the rows of the table."""

    OPENING = "opening"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    REFUSED = "refused"
    DISPUTED = "disputed"
    QUESTION_OVERDUE = "question_overdue"
    REFUND_DUE = "refund_due"
    REFUND_PENDING = "refund_pending"
    REFUND_MANUAL = "refund_manual"
    REFUND_SETTLED = "refund_settled"
    CLOSED = "closed"


REFUND_SITUATIONS = frozenset(
    {Situation.REFUND_DUE, Situation.REFUND_PENDING, Situation.REFUND_MANUAL, Situation.REFUND_SETTLED}
)

_BY_REFUND = {
    RefundStatus.DUE: Situation.REFUND_DUE,
    RefundStatus.HELD: Situation.REFUND_DUE,
    RefundStatus.PENDING: Situation.REFUND_PENDING,
    RefundStatus.MANUAL: Situation.REFUND_MANUAL,
    # The money has moved; what follows it (R43) is still being done.
    RefundStatus.SUCCEEDED: Situation.REFUND_SETTLED,
    RefundStatus.CHARGED_BACK: Situation.REFUND_SETTLED,
}

_ALWAYS_WHILE_OPEN: frozenset[type[Command]] = frozenset(
    {
        Acknowledge,
        OfferUpdate,
        AskCustomer,
        AcceptUpdate,
        Withdraw,
        CustomerReplied,
        Reclassify,
        Hold,
        Release,
        OrderRefund,
        CorrectDeadline,
        Close,
        ClosureEnded,
        Chargeback,
        PaymentsResumed,
    }
)

POSSIBLE: dict[Situation, frozenset[type[Command]]] = {
    Situation.OPENING: frozenset({Close}),
    Situation.IN_PROGRESS: _ALWAYS_WHILE_OPEN | {Fix, Refuse},
    Situation.VERIFYING: _ALWAYS_WHILE_OPEN | {Fix, ConfirmFix, RejectFix},
    Situation.REFUSED: _ALWAYS_WHILE_OPEN | {Fix, WithdrawRefusal, DisputeRefusal},
    Situation.DISPUTED: _ALWAYS_WHILE_OPEN | {Fix, WithdrawRefusal, DecideDispute},
    Situation.QUESTION_OVERDUE: _ALWAYS_WHILE_OPEN | {Fix, Refuse},
    Situation.REFUND_DUE: frozenset(
        {AcceptUpdate, Withdraw, Hold, Release, OrderRefund, Chargeback, PaymentsResumed}
    ),
    Situation.REFUND_PENDING: frozenset({RefundSettled, Chargeback, PaymentsResumed}),
    Situation.REFUND_MANUAL: frozenset({RecordRefund, RefundSettled, Chargeback, PaymentsResumed}),
    Situation.REFUND_SETTLED: frozenset({PaymentsResumed}),
    Situation.CLOSED: frozenset(),
}
"""What the situation allows; conditions on time and on single facts (a question asked, an update offered)
come after."""

_REFUND_COMMANDS: frozenset[type[Command]] = frozenset({RecordRefund, RefundSettled})


def situation_of(state: CareState) -> Situation:
    """The row of the table in which a request stands. An open refund hides the phase beneath it."""
    if state.is_closed:
        return Situation.CLOSED
    if state.refund.status in _BY_REFUND:
        return _BY_REFUND[state.refund.status]
    return Situation(state.resolution.phase)


def demand_possible(state: CareState, command: type[Command]) -> None:
    """Raise the violation that says why the situation forbids a command, if it does (R27).

    Raises:
        RuleViolation: `request_closed`, `refund_under_way` or `wrong_state`.
    """
    situation = situation_of(state)
    if command in POSSIBLE[situation]:
        return
    if situation is Situation.CLOSED:
        raise RuleViolation(
            ErrorCode.REQUEST_CLOSED, f"the request is closed with the outcome {state.resolution.outcome}"
        )
    if situation in REFUND_SITUATIONS and command not in _REFUND_COMMANDS:
        raise RuleViolation(
            ErrorCode.REFUND_UNDER_WAY,
            f"{command.NAME} comes too late: the refund is {state.refund.status}; "
            f"possible now: {_names(POSSIBLE[situation])}",
        )
    raise RuleViolation(
        ErrorCode.WRONG_STATE,
        f"{command.NAME} is not possible while the request is {situation}; "
        f"possible now: {_names(POSSIBLE[situation])}",
    )


def _names(commands: frozenset[type[Command]]) -> str:
    return ", ".join(command.NAME for command in ALL_COMMANDS if command in commands) or "nothing"
