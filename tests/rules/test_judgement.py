"""The order of judgement: role, party, duplicate, instant, state, content; the first that fails counts
(R60)."""

from datetime import timedelta

import pytest

from business_care.commands import (
    ALL_COMMANDS,
    Acknowledge,
    AskCustomer,
    Close,
    Command,
    ConfirmFix,
    Fix,
    OfferUpdate,
    PaymentsResumed,
    RefundSettled,
    RejectFix,
    Withdraw,
)
from business_care.errors import RuleViolation
from business_care.judgement import judge
from business_care.people import Actor, Role
from business_care.policy import Policy
from business_care.state import opened_state
from business_care.turn import Step
from tests.rules.builders import (
    ACTORS,
    AGENT,
    CUSTOMER,
    OPENED,
    OPERATOR,
    SELLER,
    SYSTEM,
    an_opening,
    complete,
    local,
)
from tests.rules.lives import Life, a_request

NOW = "03-05 10:00"
STRANGER = Actor(role=Role.AGENT, id="A9", seller_id="S9")
ANOTHER_CUSTOMER = Actor(role=Role.CUSTOMER, id="C9")
TOO_EARLY = OPENED - timedelta(seconds=1)
ROLES = {
    "agent seller": "acknowledge fix offer_update refuse withdraw_refusal ask_customer",
    "customer": "confirm_fix reject_fix accept_update withdraw dispute_refusal",
    "operator": "decide_dispute hold release order_refund record_refund correct_deadline close",
    "customer operator": "reclassify",
    "customer system": "customer_replied",
    "operator system": "chargeback",
    "system": "refund_settled payments_resumed",
    "agent seller operator system": "closure_ended",
}

SENT_BY: dict[Role, type[Command]] = {
    Role.AGENT: OfferUpdate,
    Role.CUSTOMER: Withdraw,
    Role.OPERATOR: Close,
    Role.SYSTEM: PaymentsResumed,
}


def refusing() -> Life:
    """A request that has applied `cmd-1`, and in which a fix cannot be confirmed."""
    return a_request().acknowledged("03-04 09:00")


class TestEachStepComesBeforeTheNext:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            pytest.param(
                {"by": ANOTHER_CUSTOMER, "command_id": "cmd-1", "occurred_at": TOO_EARLY, "reference": " "},
                "role_not_allowed",
                id="the role before the party",
            ),
            pytest.param(
                {"by": STRANGER, "command_id": "cmd-1", "occurred_at": TOO_EARLY, "reference": " "},
                "not_your_request",
                id="the party before the duplicate",
            ),
            pytest.param(
                {"command_id": "cmd-1", "occurred_at": TOO_EARLY, "reference": " "},
                "command_id_reused",
                id="the duplicate before the instant",
            ),
            pytest.param(
                {"occurred_at": TOO_EARLY, "reference": " "},
                "occurred_at_out_of_range",
                id="the instant before the state",
            ),
            pytest.param({"reference": " "}, "request_closed", id="the state before the content"),
        ],
    )
    def test_in_a_closed_request(self, fields: dict[str, object], code: str) -> None:
        life = refusing().sent(Withdraw, "03-05 09:00")

        assert life.code(Fix, NOW, **fields) == code

    def test_the_state_before_the_content(self) -> None:
        assert refusing().code(RejectFix, NOW, reason=" ") == "wrong_state"

    def test_the_deadline_before_the_content(self) -> None:
        life = a_request().fixed("04-16 12:00")

        assert life.code(Fix, "04-17 12:00", automated=True, reference=" ") == "deadline_passed"

    def test_an_automatic_reply_before_what_it_says(self) -> None:
        assert refusing().code(Fix, NOW, automated=True, reference=" ") == "automatic_reply"


class TestARole:
    @pytest.mark.parametrize("command", ALL_COMMANDS, ids=lambda command: command.NAME)
    def test_may_do_what_the_table_of_roles_says(self, command: type[Command]) -> None:
        allowed = {
            Role(role)
            for roles, names in ROLES.items()
            if command.NAME in names.split()
            for role in roles.split()
        }

        life = refusing()
        refused = {
            role
            for role, actor in ACTORS.items()
            if _code(life, complete(command, "cmd-9", by=actor)) == "role_not_allowed"
        }

        assert refused == set(Role) - allowed

    def test_is_named_with_those_that_may(self) -> None:
        violation = refusing().violation(Fix, NOW, by=CUSTOMER)

        assert str(violation) == "by.role: customer may not send fix; allowed: agent, seller"


def _code(life: Life, command: Command) -> str | None:
    try:
        judge(life.state, command, local(NOW), {})
    except RuleViolation as violation:
        return violation.code
    return None


class TestAParty:
    @pytest.mark.parametrize(
        ("command", "by", "code"),
        [
            pytest.param(Fix, AGENT, None, id="agent of the seller"),
            pytest.param(Fix, SELLER, None, id="the seller"),
            pytest.param(Fix, Actor(role=Role.SELLER, id="S1", seller_id="S1"), None, id="the seller, twice"),
            pytest.param(Fix, STRANGER, "not_your_request", id="agent of another seller"),
            pytest.param(Fix, Actor(role=Role.AGENT, id="A1"), "not_your_request", id="agent of nobody"),
            pytest.param(
                Fix, Actor(role=Role.AGENT, id="S1"), "not_your_request", id="agent named as seller"
            ),
            pytest.param(Fix, Actor(role=Role.SELLER, id="S2"), "not_your_request", id="another seller"),
            pytest.param(
                Fix, Actor(role=Role.SELLER, id="S1", seller_id="S2"), "not_your_request", id="at odds"
            ),
            pytest.param(Withdraw, CUSTOMER, None, id="the customer"),
            pytest.param(
                Withdraw, Actor(role=Role.CUSTOMER, id="C2"), "not_your_request", id="another customer"
            ),
            pytest.param(Close, Actor(role=Role.OPERATOR, id="anybody"), None, id="any operator"),
            pytest.param(PaymentsResumed, SYSTEM, None, id="any program"),
        ],
    )
    def test_acts_in_its_own_requests_only(self, command: type[Command], by: Actor, code: str | None) -> None:
        assert _code(refusing(), complete(command, "cmd-9", by=by)) == code

    def test_is_not_judged_before_the_facts_are_known(self) -> None:
        life = Life(opened_state(an_opening()), OPENED)

        assert _code(life, complete(Fix, by=STRANGER)) == "wrong_state"


class TestACommandId:
    def test_with_the_same_body_answers_as_the_first_time(self) -> None:
        life = refusing()
        first = life.applied["cmd-1"]

        again = life.repeats(Acknowledge, NOW, command_id="cmd-1")

        assert again == first
        assert again.answer.decided_at == local("03-04 09:00")

    def test_is_known_after_the_end(self) -> None:
        life = refusing().sent(Withdraw, "03-05 09:00")

        again = life.repeats(Withdraw, NOW, command_id="cmd-2")

        assert again.answer.outcome == "withdrawn"

    def test_makes_no_difference_between_a_missing_and_an_empty_field(self) -> None:
        life = refusing()

        again = life.repeats(Acknowledge, NOW, command_id="cmd-1", automated=False, occurred_at=None)

        assert again == life.applied["cmd-1"]

    @pytest.mark.parametrize(
        ("command", "fields"),
        [
            pytest.param(Acknowledge, {"message": "Something else."}, id="another text"),
            pytest.param(Acknowledge, {"by": SELLER}, id="another person"),
            pytest.param(Acknowledge, {"occurred_at": "03-04 09:00"}, id="an instant that was not given"),
            pytest.param(AskCustomer, {}, id="another command"),
        ],
    )
    def test_with_another_body_is_refused(self, command: type[Command], fields: dict[str, object]) -> None:
        life = refusing()

        assert life.code(command, NOW, command_id="cmd-1", **fields) == "command_id_reused"

    def test_of_a_command_that_was_refused_is_judged_anew(self) -> None:
        life = a_request()
        assert life.code(Acknowledge, "03-04 08:00", command_id="cmd-1", message=" ") == "empty_message"

        life.sent(Acknowledge, "03-04 09:00", command_id="cmd-1")

        assert life.state.acknowledgement.status == "met"


class TestTheInstantOfAnAct:
    @pytest.mark.parametrize(
        ("by", "occurred", "accepted"),
        [
            pytest.param(AGENT, local("03-05 10:02:00"), True, id="two minutes ahead"),
            pytest.param(AGENT, local("03-05 10:02:01"), False, id="more than two minutes ahead"),
            pytest.param(AGENT, local("03-04 10:00:00"), True, id="24 hours old"),
            pytest.param(AGENT, local("03-04 09:59:59"), False, id="more than 24 hours old"),
            pytest.param(OPERATOR, local("03-03 10:00:00"), True, id="operator, as old as the request"),
            pytest.param(OPERATOR, local("03-03 09:59:59"), False, id="operator, older than the request"),
            pytest.param(OPERATOR, local("03-05 10:02:01"), False, id="operator, in the future"),
            pytest.param(SYSTEM, local("03-03 10:00:00"), True, id="program, as old as the request"),
            pytest.param(SYSTEM, local("03-03 09:59:59"), False, id="program, older than the request"),
            pytest.param(CUSTOMER, local("03-04 09:59:59"), False, id="customer, more than 24 hours old"),
        ],
    )
    def test_lies_between_the_request_and_now(self, by: Actor, occurred: object, accepted: bool) -> None:
        given = complete(SENT_BY[by.role], "cmd-9", by=by, occurred_at=occurred)

        assert _code(refusing(), given) == (None if accepted else "occurred_at_out_of_range")

    def test_is_not_older_than_the_request_however_young_that_is(self) -> None:
        life = a_request()

        assert (
            life.code(Acknowledge, "03-03 11:00", occurred_at="03-03 09:59:59") == "occurred_at_out_of_range"
        )

    @pytest.mark.parametrize(("hours", "accepted"), [(0, False), (1, False), (2, True)])
    def test_may_be_as_old_as_the_policy_says(self, hours: int, accepted: bool) -> None:
        life = a_request(policy=Policy(max_backdating_hours=hours))
        given = complete(OfferUpdate, occurred_at=local("03-05 08:00"))

        assert (_code(life, given) is None) is accepted

    def test_is_that_of_its_arrival_when_none_is_given(self) -> None:
        life = a_request().acknowledged("03-04 09:00")

        assert life.state.acknowledgement.acted_at == local("03-04 09:00")
        assert life.events[-1].occurred_at == local("03-04 09:00")

    def test_is_told_with_what_is_allowed(self) -> None:
        violation = refusing().violation(Fix, NOW, occurred_at="03-05 10:30")

        assert "2031-03-05T09:30:00+00:00 was given" in str(violation)
        assert "2031-03-05T09:02:00+00:00" in str(violation)


class TestACommandThatHadToWaitForItsFacts:
    @pytest.mark.parametrize(
        ("occurred", "status"),
        [
            pytest.param(None, "met", id="dated by its arrival"),
            pytest.param("03-03 12:00", "met", id="a day old when it arrived"),
            pytest.param("03-04 09:02", "met", id="two minutes ahead when it arrived"),
        ],
    )
    def test_is_dated_and_measured_from_its_arrival(self, occurred: str | None, status: str) -> None:
        said = complete(Acknowledge, occurred_at=local(occurred) if occurred else None)

        step = judge(a_request().state, said, local("03-07 09:00"), {}, arrived_at=local("03-04 09:00"))

        assert isinstance(step, Step)
        assert step.state.acknowledgement.status == status
        assert step.state.acknowledgement.acted_at == local(occurred or "03-04 09:00")
        assert step.events[-1].at == local("03-07 09:00")

    def test_may_not_have_occurred_after_its_arrival(self) -> None:
        said = complete(Acknowledge, occurred_at=local("03-04 09:03"))

        with pytest.raises(RuleViolation) as refused:
            judge(a_request().state, said, local("03-07 09:00"), {}, arrived_at=local("03-04 09:00"))

        assert refused.value.code == "occurred_at_out_of_range"


def test_a_refused_command_says_what_is_possible_instead() -> None:
    wrong = refusing().violation(ConfirmFix, NOW)
    closed = refusing().sent(Withdraw, "03-05 09:00").violation(Fix, NOW)
    paying = a_request().refund_ordered("03-04 09:00").paid("03-04 10:00").violation(Fix, NOW)
    unplaced = a_request().violation(RefundSettled, NOW)

    assert "confirm_fix is not possible while the request is in_progress; possible now: acknowledge" in str(
        wrong
    )
    assert str(closed) == "the request is closed with the outcome withdrawn"
    assert str(paying) == "fix comes too late: the refund is succeeded; possible now: payments_resumed"
    assert unplaced.code == "wrong_state"
