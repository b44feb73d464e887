"""The order of judgement: readable, role, party, duplicate, instant, state, content; the first that fails
counts (R60)."""

import pytest

from business_care.commands import Command, PaymentsResumed
from business_care.deactivation.commands import (
    ALL_DEACTIVATION_COMMANDS,
    Deactivate,
    Impose,
    MakePermanent,
    Reactivate,
    Revoke,
)
from business_care.deactivation.judgement import judge
from business_care.deactivation.moves import order_refused
from business_care.deactivation.state import ordered_state
from business_care.deactivation.turn import DeactivationStep
from business_care.errors import RuleViolation
from business_care.people import Actor, Role
from tests.rules.builders import ACTORS, AGENT, CUSTOMER, OPERATOR, SELLER, SYSTEM, local
from tests.rules.deactivation.builders import (
    ENDS,
    ORDERED,
    OTHER_AGENT,
    OTHER_SELLER,
    PERMANENT,
    PLANNED_FOR,
    an_order,
    complete,
)
from tests.rules.deactivation.lives import Life, a_deactivation, off

NOW = "03-05 10:00"
TOO_EARLY = "03-03 09:59:59"
ROLES = {
    "agent seller operator": "deactivate reactivate make_permanent revoke",
    "operator": "impose retry_failed",
    "system": "payments_resumed",
}


def ended() -> Life:
    """A deactivation that has applied `cmd-1`, a reactivation, and is over."""
    return off().sent(Reactivate, "03-04 10:00").carried_out()


def code_of(life: Life, command: Command, at: str = NOW) -> str | None:
    try:
        judge(life.state, command, local(at), {})
    except RuleViolation as violation:
        return violation.code
    return None


class TestEachStepComesBeforeTheNext:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            pytest.param(
                {"product_id": "P2", "by": CUSTOMER, "command_id": "D1", "occurred_at": TOO_EARLY},
                "invalid_message",
                id="another product's message before the role",
            ),
            pytest.param(
                {"by": CUSTOMER, "command_id": "D1", "occurred_at": TOO_EARLY},
                "role_not_allowed",
                id="the role before the party",
            ),
            pytest.param(
                {"by": OTHER_SELLER, "command_id": "D1", "occurred_at": TOO_EARLY},
                "not_your_product",
                id="the party before the duplicate",
            ),
            pytest.param(
                {"command_id": "D1", "occurred_at": "01-01 10:00"},
                "command_id_reused",
                id="the duplicate before the instant",
            ),
            pytest.param(
                {"occurred_at": "01-01 10:00", "until": TOO_EARLY},
                "occurred_at_out_of_range",
                id="the instant before the state",
            ),
            pytest.param({"until": TOO_EARLY}, "deactivation_ended", id="the state before the content"),
        ],
    )
    def test_for_an_order(self, fields: dict[str, object], code: str) -> None:
        assert ended().code(Deactivate, NOW, **fields) == code

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            pytest.param(
                {"by": SELLER, "command_id": "cmd-1", "occurred_at": TOO_EARLY, "reason": " "},
                "role_not_allowed",
                id="the role before the duplicate",
            ),
            pytest.param(
                {"command_id": "cmd-1", "occurred_at": TOO_EARLY, "reason": " "},
                "command_id_reused",
                id="the duplicate before the instant",
            ),
            pytest.param(
                {"occurred_at": TOO_EARLY, "reason": " "},
                "occurred_at_out_of_range",
                id="the instant before the state",
            ),
            pytest.param({"reason": " "}, "deactivation_ended", id="the state before the content"),
        ],
    )
    def test_for_a_command(self, fields: dict[str, object], code: str) -> None:
        assert ended().code(Impose, NOW, **fields) == code

    def test_what_is_imposed_already_comes_before_a_missing_reason(self) -> None:
        assert off(by=OPERATOR).code(Impose, NOW, reason=" ") == "wrong_state"


class TestARole:
    @pytest.mark.parametrize("command", ALL_DEACTIVATION_COMMANDS, ids=lambda command: command.NAME)
    def test_may_do_what_the_table_of_roles_says(self, command: type[Command]) -> None:
        allowed = {
            Role(role)
            for roles, names in ROLES.items()
            if command.NAME in names.split()
            for role in roles.split()
        }

        refused = {
            role
            for role, actor in ACTORS.items()
            if code_of(off(), complete(command, "cmd-9", by=actor)) == "role_not_allowed"
        }

        assert refused == set(Role) - allowed


class TestAParty:
    @pytest.mark.parametrize(
        ("command", "by", "code"),
        [
            pytest.param(Reactivate, SELLER, None, id="the seller"),
            pytest.param(Reactivate, AGENT, None, id="agent of the seller"),
            pytest.param(Reactivate, OTHER_SELLER, "not_your_product", id="another seller"),
            pytest.param(Reactivate, OTHER_AGENT, "not_your_product", id="agent of another seller"),
            pytest.param(
                Reactivate, Actor(role=Role.AGENT, id="S1"), "not_your_product", id="agent named as seller"
            ),
            pytest.param(MakePermanent, OTHER_SELLER, "not_your_product", id="for good"),
            pytest.param(Revoke, OTHER_SELLER, "not_your_product", id="before the state"),
            pytest.param(Reactivate, Actor(role=Role.OPERATOR, id="anybody"), None, id="any operator"),
            pytest.param(PaymentsResumed, SYSTEM, None, id="any program"),
        ],
    )
    def test_acts_on_its_own_products_only(self, command: type[Command], by: Actor, code: str | None) -> None:
        assert code_of(off(), complete(command, "cmd-9", by=by)) == code

    def test_is_told_who_it_is_and_which_product(self) -> None:
        violation = off().violation(Reactivate, NOW, by=OTHER_AGENT)

        assert str(violation) == "by: agent A9 does not act for the seller of product P1"

    def test_is_not_known_where_the_order_was_refused(self) -> None:
        order = an_order()
        refused = order_refused(ordered_state(order), RuleViolation("unknown_product", "no"), local(ORDERED))

        life = Life(refused.state, local(ORDERED))

        assert life.code(Reactivate, NOW, by=OTHER_SELLER) == "deactivation_ended"
        assert life.code(Reactivate, NOW, occurred_at="03-03 10:00") == "occurred_at_out_of_range"


class TestACommandId:
    def test_of_the_order_with_the_same_body_answers_as_the_first_time(self) -> None:
        life = off(kind=PERMANENT)
        first = life.applied["D1"]

        again = life.repeats(Deactivate, NOW, command_id="D1", kind=PERMANENT)

        assert again == first
        assert again.answer_again() == first.answer.model_copy(update={"duplicate": True})
        assert again.answer.decided_at == local(ORDERED)

    def test_is_known_after_the_end(self) -> None:
        life = ended()

        order = life.repeats(Deactivate, NOW, command_id="D1")
        command = life.repeats(Reactivate, NOW, command_id="cmd-1")

        assert order.answer.state == "offline"
        assert command.answer.state == "reactivating"

    def test_makes_no_difference_between_a_missing_and_an_empty_field(self) -> None:
        life = off()

        again = life.repeats(Deactivate, NOW, command_id="D1", until=None, occurred_at=None)

        assert again == life.applied["D1"]

    @pytest.mark.parametrize(
        ("command", "fields"),
        [
            pytest.param(Deactivate, {"kind": PERMANENT}, id="another kind"),
            pytest.param(Deactivate, {"until": ENDS}, id="another end"),
            pytest.param(Deactivate, {"takes_effect_at": ORDERED}, id="an instant that was not given"),
            pytest.param(Deactivate, {"reason": "Another one."}, id="another reason"),
            pytest.param(Deactivate, {"by": OPERATOR}, id="another person"),
            pytest.param(Reactivate, {}, id="another command"),
        ],
    )
    def test_with_another_body_is_refused(self, command: type[Command], fields: dict[str, object]) -> None:
        assert off().code(command, NOW, command_id="D1", **fields) == "command_id_reused"

    def test_of_another_order_is_a_second_order(self) -> None:
        assert off().code(Deactivate, NOW, command_id="D2") == "already_deactivated"
        assert ended().code(Deactivate, NOW, command_id="D2") == "deactivation_ended"

    def test_of_a_command_that_was_refused_is_judged_anew(self) -> None:
        life = off()
        assert life.code(Impose, NOW, command_id="cmd-1", reason=" ") == "reason_required"

        life.sent(Impose, NOW, command_id="cmd-1")

        assert life.state.imposed


class TestTheInstantOfAnAct:
    @pytest.mark.parametrize(
        ("command", "by", "occurred", "accepted"),
        [
            pytest.param(Reactivate, SELLER, "03-05 10:02:00", True, id="two minutes ahead"),
            pytest.param(Reactivate, SELLER, "03-05 10:02:01", False, id="more than two minutes ahead"),
            pytest.param(Reactivate, SELLER, "03-04 10:00:00", True, id="24 hours old"),
            pytest.param(Reactivate, AGENT, "03-04 09:59:59", False, id="more than 24 hours old"),
            pytest.param(Reactivate, OPERATOR, "03-03 10:00:00", True, id="operator, as old as the order"),
            pytest.param(Impose, OPERATOR, TOO_EARLY, False, id="operator, older than the order"),
            pytest.param(PaymentsResumed, SYSTEM, "03-03 10:00:00", True, id="program, as old as the order"),
            pytest.param(PaymentsResumed, SYSTEM, TOO_EARLY, False, id="program, older than the order"),
        ],
    )
    def test_lies_between_the_order_and_now(
        self, command: type[Command], by: Actor, occurred: str, accepted: bool
    ) -> None:
        given = complete(command, "cmd-9", by=by, occurred_at=occurred)

        assert code_of(off(), given) == (None if accepted else "occurred_at_out_of_range")

    def test_of_a_second_order_may_lie_before_the_first(self) -> None:
        given = complete(Deactivate, "D2", occurred_at="03-03 09:00")

        assert code_of(off(), given, at="03-03 11:00") == "already_deactivated"

    def test_is_that_of_its_arrival_when_the_command_had_to_wait(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR)
        arrived, now = local("03-04 10:00"), local("03-06 10:00")

        undated = judge(life.state, complete(Impose), now, {}, arrived_at=arrived)
        dated = judge(life.state, complete(Impose, occurred_at="03-04 10:02"), now, {}, arrived_at=arrived)

        assert isinstance(undated, DeactivationStep)
        assert isinstance(dated, DeactivationStep)
        assert undated.state.in_effect_since == arrived
        assert dated.state.in_effect_since == local("03-04 10:02")
        assert undated.events[0].at == now


class TestWhatWasDueBeforeTheAct:
    """Nothing ran for a while: a command comes before the clocks are looked at (R12)."""

    def test_has_happened_when_the_command_is_judged(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR)

        life.sent_first(Reactivate, "03-10 11:00")

        assert life.happened == ["in_effect", "reactivate"]
        assert life.state.in_effect_since == local(PLANNED_FOR)

    def test_has_happened_at_that_very_instant(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR)

        assert life.code(Revoke, PLANNED_FOR) == "nothing_to_revoke"

    def test_all_of_it(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR, until=ENDS)

        violation = life.violation(MakePermanent, "03-17 10:00")

        assert violation.code == "wrong_state"
        assert "while the deactivation is reactivating" in str(violation)

    def test_is_not_yet_done_for_an_act_that_occurred_before(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR)

        life.sent_first(Revoke, "03-10 11:00", occurred_at="03-10 09:59:59")

        assert life.state.outcome == "revoked"

    def test_is_not_ahead_of_time_for_a_clock_that_is(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR)

        assert life.code(Reactivate, "03-10 09:59:30", occurred_at="03-10 10:01") == "wrong_state"

    def test_is_one_journal_with_the_act(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR, until=ENDS)

        life.sent_first(MakePermanent, "03-12 10:00")

        assert [event.seq for event in life.events] == [1, 2, 3]
        assert [event.by for event in life.events] == [SELLER, None, SELLER]
        assert life.state.seq == 3
