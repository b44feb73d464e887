"""The order: taken for now or for later, or refused with nothing done (R50, R53, R60)."""

import pytest

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.moves import order_refused, order_taken
from business_care.deactivation.state import DeactivationState, ProductFacts, ordered_state
from business_care.deactivation.words import DeactivationKind, DeactivationPhase
from business_care.errors import RuleViolation
from business_care.people import Actor
from tests.rules.builders import AGENT, CUSTOMER, OPERATOR, SELLER, SYSTEM, local
from tests.rules.deactivation.builders import (
    ENDS,
    OFFLINE,
    ORDERED,
    OTHER_AGENT,
    OTHER_SELLER,
    PERMANENT,
    PLANNED_FOR,
    RETIRED,
    TEMPORARY,
    an_order,
    the_product,
)
from tests.rules.deactivation.lives import Life, a_deactivation


def refusal(product: ProductFacts | None, order: Deactivate | None = None) -> RuleViolation:
    with pytest.raises(RuleViolation) as refused:
        order_taken(ordered_state(order or an_order()), product, local(ORDERED))
    return refused.value


class TestAnOrder:
    @pytest.mark.parametrize(
        ("kind", "phase"),
        [(TEMPORARY, DeactivationPhase.OFFLINE), (PERMANENT, DeactivationPhase.RETIRING)],
        ids=["temporary", "permanent"],
    )
    def test_without_an_instant_takes_effect_at_once(
        self, kind: DeactivationKind, phase: DeactivationPhase
    ) -> None:
        life = a_deactivation(kind=kind)

        assert life.happened == ["ordered", "in_effect"]
        assert life.state.phase is phase
        assert life.state.ordered_at == life.state.takes_effect_at == life.state.in_effect_since
        assert life.state.in_effect_since == local(ORDERED)
        assert life.state.permanent_since == (local(ORDERED) if kind is PERMANENT else None)

    def test_for_later_is_planned(self) -> None:
        life = a_deactivation(takes_effect_at=PLANNED_FOR, until=ENDS)

        assert life.happened == ["ordered"]
        assert life.state.phase is DeactivationPhase.PLANNED
        assert (life.state.takes_effect_at, life.state.until) == (local(PLANNED_FOR), local(ENDS))
        assert life.state.in_effect_since is None

    @pytest.mark.parametrize(
        ("at", "fields", "since"),
        [
            pytest.param(
                "03-03 16:00", {"occurred_at": "03-03 10:00"}, "03-03 10:00", id="arrives six hours late"
            ),
            pytest.param(
                "03-03 10:00", {"occurred_at": "03-03 10:01:30"}, "03-03 10:01:30", id="clock is ahead"
            ),
            pytest.param(
                "03-03 10:00", {"takes_effect_at": "03-01 10:00"}, "03-03 10:00", id="planned for the past"
            ),
            pytest.param(
                "03-03 10:05",
                {"occurred_at": "03-03 10:00", "takes_effect_at": "03-03 10:03"},
                "03-03 10:03",
                id="planned for an instant that passed on the way",
            ),
        ],
    )
    def test_takes_effect_as_of_the_instant_it_occurred_or_was_planned_for(
        self, at: str, fields: dict[str, object], since: str
    ) -> None:
        step = order_taken(ordered_state(an_order(**fields)), the_product(), local(at))

        assert step.state.phase is DeactivationPhase.OFFLINE
        assert step.state.in_effect_since == local(since)

    def test_is_dated_and_measured_from_its_arrival_when_the_look_up_takes_days(self) -> None:
        state = ordered_state(an_order(occurred_at="03-03 09:00"))
        undated = ordered_state(an_order())
        now, arrived = local("03-05 10:00"), local(ORDERED)

        step = order_taken(state, the_product(), now, arrived_at=arrived)
        by_arrival = order_taken(undated, the_product(), now, arrived_at=arrived)

        assert step.state.in_effect_since == local("03-03 09:00")
        assert by_arrival.state.in_effect_since == arrived
        assert by_arrival.events[0].at == now

    def test_is_in_the_journal_with_who_gave_it_and_what_it_says(self) -> None:
        life = a_deactivation(by=AGENT, takes_effect_at=PLANNED_FOR, until=ENDS)

        (event,) = life.events
        assert (event.name, event.rule, event.by, event.command_id) == ("ordered", "R50", AGENT, "D1")
        assert event.detail == {
            "kind": "temporary",
            "takes_effect_at": local(PLANNED_FOR).isoformat(),
            "until": local(ENDS).isoformat(),
        }

    def test_lets_commands_wait_until_the_product_was_looked_up(self) -> None:
        looked_up = ordered_state(an_order())

        taken = order_taken(looked_up, the_product(), local(ORDERED)).state
        refused = order_refused(looked_up, refusal(None), local(ORDERED)).state

        assert [state.is_known for state in (looked_up, taken, refused)] == [False, True, True]

    @pytest.mark.parametrize(
        ("by", "imposed"),
        [(SELLER, False), (AGENT, False), (OPERATOR, True)],
        ids=["seller", "agent", "operator"],
    )
    def test_of_the_operator_is_imposed(self, by: Actor, imposed: bool) -> None:
        assert a_deactivation(by=by).state.imposed is imposed


class TestARefusedOrder:
    @pytest.mark.parametrize(
        ("product", "order", "code"),
        [
            pytest.param(the_product(), {"by": CUSTOMER}, "role_not_allowed", id="customer"),
            pytest.param(the_product(), {"by": SYSTEM}, "role_not_allowed", id="program"),
            pytest.param(None, {"by": CUSTOMER}, "role_not_allowed", id="the role before the product"),
            pytest.param(None, {"by": OTHER_SELLER}, "unknown_product", id="unknown product"),
            pytest.param(None, {"by": OPERATOR}, "unknown_product", id="unknown to the operator too"),
            pytest.param(the_product(), {"by": OTHER_SELLER}, "not_your_product", id="another seller"),
            pytest.param(the_product(), {"by": OTHER_AGENT}, "not_your_product", id="another seller's agent"),
            pytest.param(
                the_product(deactivated_by="D0"),
                {"by": OTHER_SELLER, "occurred_at": "01-01 10:00"},
                "not_your_product",
                id="the party before the instant",
            ),
            pytest.param(
                the_product(deactivated_by="D0"),
                {"occurred_at": "03-02 09:59"},
                "occurred_at_out_of_range",
                id="the instant before the state",
            ),
            pytest.param(
                the_product(),
                {"occurred_at": "03-03 10:02:01"},
                "occurred_at_out_of_range",
                id="more than two minutes ahead",
            ),
            pytest.param(
                the_product(max_backdating_hours=1),
                {"occurred_at": "03-03 08:59"},
                "occurred_at_out_of_range",
                id="older than the policy allows",
            ),
            pytest.param(
                the_product(OFFLINE, deactivated_by="D0"),
                {"until": "03-01 10:00"},
                "already_deactivated",
                id="the state before the content",
            ),
            pytest.param(
                the_product(OFFLINE, deactivated_by="D0"),
                {"by": OPERATOR},
                "already_deactivated",
                id="by the operator, for whom impose is there",
            ),
            pytest.param(the_product(RETIRED), {}, "already_deactivated", id="off for good"),
            pytest.param(the_product(), {"until": ORDERED}, "until_out_of_range", id="ends when it begins"),
            pytest.param(
                the_product(),
                {"takes_effect_at": PLANNED_FOR, "until": "03-10 09:59:59"},
                "until_out_of_range",
                id="ends before it begins",
            ),
            pytest.param(
                the_product(),
                {"kind": PERMANENT, "until": ENDS},
                "until_out_of_range",
                id="an end of what is for good",
            ),
        ],
    )
    def test_answers_with_the_first_rule_that_it_breaks(
        self, product: ProductFacts | None, order: dict[str, object], code: str
    ) -> None:
        assert refusal(product, an_order(**order)).code == code

    def test_may_be_as_old_as_it_likes_when_it_is_the_operators(self) -> None:
        order = an_order(by=OPERATOR, occurred_at="02-01 10:00")

        step = order_taken(ordered_state(order), the_product(), local(ORDERED))

        assert step.state.in_effect_since == local("02-01 10:00")

    @pytest.mark.parametrize(
        ("product", "order", "said"),
        [
            pytest.param(None, {}, "product_id: there is no product P1", id="unknown"),
            pytest.param(
                the_product(),
                {"by": OTHER_AGENT},
                "by: agent A9 does not act for the seller of product P1",
                id="not yours",
            ),
            pytest.param(
                the_product(deactivated_by="D0"),
                {},
                "product P1 has deactivation D0, and one stands at a time; make_permanent, reactivate, "
                "revoke and impose are sent to that one",
                id="a second one",
            ),
            pytest.param(
                the_product(),
                {"until": ORDERED},
                "until: 2031-03-03T09:00:00+00:00 was given; allowed after 2031-03-03T09:00:00+00:00, "
                "when it takes effect",
                id="until",
            ),
            pytest.param(
                the_product(),
                {"occurred_at": "03-03 11:00", "by": OPERATOR},
                "occurred_at: 2031-03-03T10:00:00+00:00 was given; allowed to 2031-03-03T09:02:00+00:00",
                id="an instant without a beginning",
            ),
        ],
    )
    def test_says_what_was_given_and_what_is_allowed(
        self, product: ProductFacts | None, order: dict[str, object], said: str
    ) -> None:
        assert str(refusal(product, an_order(**order))) == said

    def test_has_done_nothing_and_ends(self) -> None:
        step = order_refused(ordered_state(an_order()), refusal(None), local(ORDERED))

        assert step.state.outcome == "refused"
        assert (step.state.product, step.state.bundles, step.state.in_effect_since) == (None, None, None)
        assert [event.name for event in step.events] == ["ended"]
        assert step.notices == ()

    def test_answers_with_its_own_code_when_it_comes_again_and_others_hear_that_it_has_ended(self) -> None:
        life = Life(the_refused_one(), local(ORDERED))

        again = life.violation(type(life.state.order), ORDERED, command_id="D1")
        another = life.violation(type(life.state.order), ORDERED, command_id="D2")

        assert (again.code, str(again)) == ("unknown_product", "product_id: there is no product P1")
        assert another.code == "deactivation_ended"


def the_refused_one() -> DeactivationState:
    return order_refused(ordered_state(an_order()), refusal(None), local(ORDERED)).state
