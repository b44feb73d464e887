"""What a command must say: a compulsory text or list that is missing has a code of its own (R60)."""

import pytest

from business_care.commands import (
    AcceptUpdate,
    Acknowledge,
    AskCustomer,
    Close,
    Command,
    CorrectDeadline,
    DecideDispute,
    DisputeRefusal,
    Fix,
    Hold,
    OfferUpdate,
    OrderRefund,
    Reclassify,
    RecordRefund,
    Refuse,
    RejectFix,
    Release,
    Withdraw,
    WithdrawRefusal,
)
from tests.rules.lives import Life, a_request

BLANKS = (None, "", " ", "\t\n", "\u2003\u00a0")
NOW = "03-05 10:00"
COMPULSORY: list[tuple[type[Command], str, str]] = [
    (Acknowledge, "message", "empty_message"),
    (AskCustomer, "question", "empty_message"),
    (Fix, "reference", "reference_required"),
    (OfferUpdate, "reference", "reference_required"),
    (AcceptUpdate, "reference", "reference_required"),
    (RecordRefund, "reference", "reference_required"),
    (Refuse, "explanation", "explanation_required"),
    (WithdrawRefusal, "reason", "reason_required"),
    (RejectFix, "reason", "reason_required"),
    (Withdraw, "reason", "reason_required"),
    (DisputeRefusal, "reason", "reason_required"),
    (DecideDispute, "reason", "reason_required"),
    (Reclassify, "reason", "reason_required"),
    (Hold, "reason", "reason_required"),
    (Release, "reason", "reason_required"),
    (OrderRefund, "reason", "reason_required"),
    (CorrectDeadline, "reason", "reason_required"),
    (Close, "reason", "reason_required"),
]
AGENT_COMMANDS: list[type[Command]] = [Acknowledge, Fix, OfferUpdate, Refuse, WithdrawRefusal, AskCustomer]


def wanting(command: type[Command]) -> Life:
    """A request in which only its content can refuse the command."""
    life = a_request()
    if command in (RejectFix,):
        return life.fixed("03-04 09:00")
    if command in (DisputeRefusal, WithdrawRefusal):
        return life.refused("03-04 09:00")
    if command is DecideDispute:
        return life.refused("03-04 09:00").disputed("03-04 10:00")
    if command is AcceptUpdate:
        return life.offered("03-04 09:00")
    if command is Release:
        return life.held("03-04 09:00")
    if command is RecordRefund:
        return life.refund_ordered("03-04 09:00").manual("03-04 10:00")
    return life


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
@pytest.mark.parametrize(
    ("command", "field", "code"), COMPULSORY, ids=[f"{row[0].NAME} {row[1]}" for row in COMPULSORY]
)
def test_a_compulsory_text_that_is_missing_or_blank_has_its_own_code(
    command: type[Command], field: str, code: str, blank: str | None
) -> None:
    violation = wanting(command).violation(command, NOW, **{field: blank})

    assert violation.code == code
    assert str(violation) == f"{field}: a text is required, and it is missing or blank"


@pytest.mark.parametrize("evidence", [None, (), ("",), (" ", "\n")], ids=repr)
def test_a_refusal_needs_evidence(evidence: tuple[str, ...] | None) -> None:
    assert a_request().code(Refuse, NOW, evidence=evidence) == "evidence_required"


def test_blank_evidence_beside_a_reference_is_left_out() -> None:
    life = a_request().refused("03-04 09:00", evidence=("", "diff-1"))

    assert life.state.resolution.refusal is not None
    assert life.state.resolution.refusal.evidence == ("diff-1",)


@pytest.mark.parametrize("command", AGENT_COMMANDS, ids=lambda command: command.NAME)
def test_what_no_person_wrote_is_refused_on_every_command_of_the_seller_s_side(
    command: type[Command],
) -> None:
    assert wanting(command).code(command, NOW, automated=True) == "automatic_reply"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        pytest.param(Fix, {"notes": None}, id="the notes of a fix"),
        pytest.param(RecordRefund, {"reason": None}, id="the reason of a record"),
    ],
)
def test_what_is_not_compulsory_may_be_missing(command: type[Command], fields: dict[str, object]) -> None:
    life = wanting(command).sent(command, NOW, **fields)

    assert life.happened[0] == command.NAME


def test_no_message_of_a_violation_repeats_what_people_wrote() -> None:
    secret = "the password is 1234"
    violation = a_request().offered("03-04 09:00").violation(AcceptUpdate, NOW, reference=secret)

    assert secret not in str(violation)
