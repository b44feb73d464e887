"""What each command leaves in the journal, and whom it tells what (R62, R63)."""

from collections.abc import Callable

import pytest

from business_care.commands import (
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
    DisputeDecision,
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
from business_care.notices import NoticeKind
from business_care.people import Role
from tests.rules.builders import AGENT, local
from tests.rules.invariants import check_journal, check_state
from tests.rules.lives import Life, a_request
from tests.rules.test_deadline_moves import A_WEEK

NOW = "03-05 10:00"


def acknowledged() -> Life:
    return a_request().acknowledged("03-04 09:00")


def refused() -> Life:
    return a_request().refused("03-04 09:00")


def disputed() -> Life:
    return refused().disputed("03-04 10:00")


def manual() -> Life:
    return a_request().refund_ordered("03-04 09:00").manual("03-04 10:00")


def pending() -> Life:
    return a_request().refund_ordered("03-04 09:00").refund_requested("03-04 10:00")


Row = tuple[str, Callable[[], Life], type[Command], dict[str, object], list[str], list[str]]
ROWS: list[Row] = [
    (
        "acknowledge",
        lambda: a_request().until("03-04 13:00"),
        Acknowledge,
        {"occurred_at": "03-04 14:00"},
        ["breach_withdrawn", "acknowledge"],
        ["breach_withdrawn to seller", "acknowledged to customer"],
    ),
    ("fix", acknowledged, Fix, {}, ["fix"], ["fix_delivered to customer"]),
    ("offer_update", acknowledged, OfferUpdate, {}, ["offer_update"], ["update_offered to customer"]),
    ("refuse", acknowledged, Refuse, {}, ["refuse"], ["refused to customer"]),
    ("withdraw_refusal", refused, WithdrawRefusal, {}, ["withdraw_refusal"], []),
    ("ask_customer", acknowledged, AskCustomer, {}, ["ask_customer"], ["question_asked to customer"]),
    (
        "confirm_fix",
        lambda: acknowledged().fixed("03-04 10:00"),
        ConfirmFix,
        {},
        ["confirm_fix", "closed"],
        ["closed to seller"],
    ),
    (
        "reject_fix",
        lambda: acknowledged().fixed("03-04 10:00"),
        RejectFix,
        {},
        ["reject_fix"],
        ["fix_rejected to seller"],
    ),
    (
        "accept_update",
        lambda: acknowledged().offered("03-04 10:00"),
        AcceptUpdate,
        {},
        ["accept_update", "closed"],
        ["closed to seller"],
    ),
    ("withdraw", acknowledged, Withdraw, {}, ["withdraw", "closed"], ["withdrawn to seller"]),
    (
        "dispute_refusal",
        refused,
        DisputeRefusal,
        {},
        ["dispute_refusal"],
        ["refusal_disputed to seller", "dispute_to_decide to operator"],
    ),
    (
        "customer_replied",
        lambda: a_request().asked("03-04 09:00"),
        CustomerReplied,
        {},
        ["customer_replied"],
        ["customer_replied to seller"],
    ),
    (
        "uphold",
        disputed,
        DecideDispute,
        {"decision": DisputeDecision.UPHOLD},
        ["decide_dispute", "closed"],
        ["dispute_decided to customer", "closed to seller", "closed to customer"],
    ),
    ("overturn", disputed, DecideDispute, {}, ["decide_dispute"], ["dispute_decided to customer"]),
    ("reclassify", acknowledged, Reclassify, {}, ["reclassify"], []),
    ("hold", acknowledged, Hold, {}, ["hold"], []),
    ("release", lambda: acknowledged().held("03-04 10:00"), Release, {}, ["release"], []),
    ("order_refund", acknowledged, OrderRefund, {}, ["order_refund", "refund_due"], ["refund_due to seller"]),
    (
        "order_refund again",
        lambda: acknowledged().refund_ordered("03-04 10:00"),
        OrderRefund,
        {},
        ["order_refund"],
        [],
    ),
    ("record_refund", manual, RecordRefund, {}, ["record_refund"], []),
    (
        "correct_deadline",
        acknowledged,
        CorrectDeadline,
        {},
        ["correct_deadline", "deadline_changed"],
        ["deadline_changed to seller", "deadline_changed to customer"],
    ),
    ("close", acknowledged, Close, {}, ["close", "closed"], ["closed to seller", "closed to customer"]),
    (
        "closure_ended",
        lambda: a_request(closures=[A_WEEK]),
        ClosureEnded,
        {},
        ["closure_ended", "deadline_changed"],
        ["deadline_changed to seller", "deadline_changed to customer"],
    ),
    ("refund_settled", pending, RefundSettled, {}, ["refund_settled"], []),
    ("chargeback", acknowledged, Chargeback, {}, ["chargeback"], []),
    ("payments_resumed", acknowledged, PaymentsResumed, {}, ["payments_resumed"], []),
]


@pytest.mark.parametrize(
    ("lived", "command", "fields", "events", "notices"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_each_command_is_an_event_under_its_name_and_tells_those_whom_it_concerns(
    lived: Callable[[], Life],
    command: type[Command],
    fields: dict[str, object],
    events: list[str],
    notices: list[str],
) -> None:
    life = lived().sent(command, NOW, **fields)

    assert life.happened == events
    assert life.told == notices


def test_an_event_says_who_acted_by_which_command_when_and_by_which_rule() -> None:
    life = a_request().acknowledged("03-04 09:00", occurred_at="03-04 08:30")

    event = life.events[-1]
    assert (event.name, event.rule, event.by, event.command_id) == ("acknowledge", "R11", AGENT, "cmd-1")
    assert (event.at, event.occurred_at) == (local("03-04 09:00"), local("03-04 08:30"))
    assert event.detail == {"status": "met"}


def test_what_happens_by_itself_has_no_author() -> None:
    life = a_request().until("03-05 00:00")

    event = life.events[-1]
    assert (event.name, event.by, event.command_id, event.occurred_at) == (
        "acknowledgement_missed",
        None,
        None,
        None,
    )


def test_notices_go_to_the_seller_the_customer_and_the_operator_of_the_request() -> None:
    life = a_request().until("03-05 00:00").acknowledged("03-05 09:00")

    readers = {(notice.to.role, notice.to.id) for notice in life.notices}
    assert readers == {(Role.SELLER, "S1"), (Role.CUSTOMER, "C1"), (Role.OPERATOR, "operator")}


def test_nothing_that_people_wrote_stands_in_the_journal() -> None:
    life = a_request().asked("03-04 09:00", question="secret").offered("03-04 10:00", reference="secret")
    life.refused("03-04 11:00", explanation="secret", evidence=("secret",)).disputed(
        "03-04 12:00", reason="secret"
    )
    life.sent(DecideDispute, "03-04 13:00", reason="secret").sent(Close, "03-04 14:00", reason="secret")

    assert "secret" not in repr(life.events)


def test_a_whole_life_is_numbered_without_a_hole_and_every_notice_has_a_key_of_its_own() -> None:
    life = (
        a_request().asked("03-04 09:00").fixed("03-20 12:00").fix_rejected("03-21 12:00").held("03-22 12:00")
    )
    life.until("04-30 00:00").sent(Release, "04-30 09:00").paid("04-30 09:01")
    life.care_ended("04-30 09:02").renewal_cancelled("04-30 09:03")

    check_journal(life.events, life.notices, 0, life.state.seq)
    check_state(life.state)
    assert [notice.kind for notice in life.notices].count(NoticeKind.OPERATOR_REMINDER) == 5
