"""How a request begins: facts, care, deadlines, and what may come before them (R1, R15, R61)."""

from collections.abc import Callable

import pytest

from business_care.commands import Acknowledge, Close, Fix
from business_care.judgement import can_be_judged
from business_care.opening import deadlines_planned, facts_found, licence_unknown
from business_care.planning import needs, opening_plans
from business_care.policy import Policy
from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus, Outcome, Phase, opened_state
from tests.rules.builders import (
    ACKNOWLEDGE_BY,
    OPENED,
    PLACE,
    RESOLVE_BY,
    an_opening,
    complete,
    local,
    the_facts,
)
from tests.rules.lives import Life, a_question, a_request
from tests.rules.planner import counted


def unopened() -> Life:
    return Life(opened_state(an_opening()), OPENED)


def test_both_deadlines_are_counted_from_the_request_and_told_to_the_seller() -> None:
    life = a_request()

    told = life.notices[0].data
    assert [notice.kind for notice in life.notices] == ["request_opened"]
    assert life.notices[0].to.id == "S1"
    assert told["acknowledge_by"] == ACKNOWLEDGE_BY.isoformat()
    assert told["resolve_by"] == RESOLVE_BY.isoformat()
    assert (told["request_kind"], told["subject"]) == ("anomaly", "Menu empty on mobile")
    assert [(plan.clock, plan.due, plan.revision) for plan in life.plans] == [
        ("acknowledgement", ACKNOWLEDGE_BY, 0),
        ("resolution", RESOLVE_BY, 0),
    ]


def test_a_question_is_opened_with_both_clocks_too() -> None:
    life = a_question()

    assert life.notices[0].data["request_kind"] == "question"
    assert life.state.resolution.deadline is not None


def test_what_is_to_be_counted_follows_from_the_policy_and_the_place() -> None:
    policy = Policy(acknowledge_business_days=2, resolve_business_days=20, reminders_business_days=(3,))
    state = facts_found(opened_state(an_opening()), the_facts(policy), OPENED).state

    plans = opening_plans(state)

    assert (plans.acknowledge_business_days, plans.resolve_business_days) == (2, 20)
    assert plans.reminders_business_days == (3,)
    assert (plans.opened_at, plans.place, plans.profile) == (OPENED, PLACE, policy.profile)


def test_nothing_can_be_counted_before_the_facts_are_known() -> None:
    state = opened_state(an_opening())

    assert needs(state) == ()
    with pytest.raises(LookupError):
        opening_plans(state)


def test_deadlines_that_could_not_be_planned_at_once_are_counted_from_the_request_all_the_same() -> None:
    life = a_request(planned_at="03-10 09:00")

    assert life.state.acknowledgement.deadline is not None
    assert life.state.acknowledgement.deadline.due == ACKNOWLEDGE_BY
    assert life.until("03-10 09:00").state.acknowledgement.status is AcknowledgementStatus.BREACHED


def test_an_opening_that_took_longer_than_the_thirty_days_ends_in_a_refund() -> None:
    life = a_request(planned_at="04-20 09:00").until("04-20 09:00")

    assert life.state.refund.status is RefundStatus.DUE
    assert "resolution_reminder to seller" not in life.told
    assert "acknowledgement_reminder to seller" not in life.told


class TestWithoutCare:
    def test_a_request_ends_at_once_and_only_the_customer_is_told(self) -> None:
        life = unopened()

        life.take(facts_found(life.state, the_facts(care_active=False), OPENED))

        assert life.state.resolution.outcome is Outcome.NOT_ENTITLED
        assert life.state.acknowledgement.status is AcknowledgementStatus.NOT_DUE
        assert life.state.acknowledgement.deadline is None
        assert life.told == ["not_entitled to customer"]
        assert life.happened == ["opened", "closed"]
        assert life.notices[0].data == {"licence_id": "L1", "product_id": "P1"}

    def test_nothing_is_possible_any_more(self) -> None:
        life = unopened()
        life.take(facts_found(life.state, the_facts(care_active=False), OPENED))

        assert life.code(Acknowledge, "03-04 09:00") == "request_closed"


class TestAnUnknownLicence:
    def test_is_told_to_the_operator_once(self) -> None:
        life = unopened()

        life.take(licence_unknown(life.state, OPENED))
        life.take(licence_unknown(life.state, OPENED))

        assert life.told == ["licence_unknown to operator"]
        assert life.happened == ["licence_unknown"]
        assert life.state.resolution.phase is Phase.OPENING

    def test_that_turns_up_opens_the_request(self) -> None:
        life = unopened()
        life.take(licence_unknown(life.state, OPENED))

        life.take(facts_found(life.state, the_facts(), local("03-03 12:00")))

        assert not life.state.licence_unknown
        assert life.state.facts is not None

    def test_may_be_closed_by_the_operator(self) -> None:
        life = unopened().sent(Close, "03-20 09:00")

        assert life.state.resolution.outcome is Outcome.CLOSED_BY_OPERATOR
        assert life.state.acknowledgement.status is AcknowledgementStatus.NOT_DUE
        assert life.told == []
        assert life.happened == ["close", "closed"]

    def test_that_turns_up_after_the_operator_closed_changes_nothing(self) -> None:
        life = unopened().sent(Close, "03-20 09:00")
        closed = life.state

        life.take(facts_found(life.state, the_facts(), local("03-20 10:00")))
        life.take(
            deadlines_planned(life.state, counted(OPENED, 1), counted(OPENED, 30), local("03-20 10:00"))
        )

        assert life.state == closed


class TestACommandThatComesBeforeTheFacts:
    @pytest.mark.parametrize(
        ("lived", "judged"),
        [
            pytest.param(unopened, False, id="before the facts"),
            pytest.param(
                lambda: unopened().take(facts_found(opened_state(an_opening()), the_facts(), OPENED)),
                False,
                id="before the deadlines",
            ),
            pytest.param(a_request, True, id="after the deadlines"),
            pytest.param(lambda: unopened().sent(Close, "03-20 09:00"), True, id="after the end"),
        ],
    )
    def test_waits_for_them(self, lived: Callable[[], Life], judged: bool) -> None:
        state = lived().state

        assert can_be_judged(state, complete(Fix)) is judged
        assert can_be_judged(state, complete(Close))
