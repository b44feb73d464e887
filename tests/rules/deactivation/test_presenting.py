"""What others see of a deactivation: the view, the answer to a command, the progress (R60, R62)."""

import inspect
from collections.abc import Callable
from typing import Protocol, get_type_hints

import pytest

from business_care.deactivation import ports
from business_care.deactivation.commands import Impose, MakePermanent, Reactivate, Revoke
from business_care.deactivation.moves import order_refused
from business_care.deactivation.presenting import answer, view
from business_care.deactivation.state import ordered_state
from business_care.deactivation.views import DeactivationAnswer, DeactivationView
from business_care.deactivation.words import DeactivationPhase
from business_care.errors import ErrorCode, RuleViolation
from tests.rules.builders import AGENT, OPERATOR, SELLER, local
from tests.rules.deactivation.builders import (
    ENDS,
    ORDERED,
    PERMANENT,
    PLANNED_FOR,
    TEMPORARY,
    an_order,
    complete,
    totals,
)
from tests.rules.deactivation.lives import Life, a_deactivation, off

NOW = "03-05 10:00"
LATER = "03-20 10:00"


def planned() -> Life:
    return a_deactivation(takes_effect_at=PLANNED_FOR, until=ENDS)


class TestTheView:
    def test_of_an_order_that_is_being_looked_up_knows_what_the_order_says(self) -> None:
        shown = view(ordered_state(an_order(by=AGENT, until=ENDS)))

        assert shown == DeactivationView(
            deactivation_id="D1",
            product_id="P1",
            kind=TEMPORARY,
            state=DeactivationPhase.ORDERED,
            ordered_by=AGENT,
            until=local(ENDS),
        )

    def test_of_what_is_off_tells_since_when_and_until_when(self) -> None:
        shown = view(off(until=ENDS).state)

        assert (shown.state, shown.product, shown.seller_id) == ("offline", "offline", "S1")
        assert shown.ordered_at == shown.takes_effect_at == shown.in_effect_since == local(ORDERED)
        assert shown.until == local(ENDS)
        assert (shown.imposed, shown.ordered_by) == (False, SELLER)

    @pytest.mark.parametrize(
        ("life", "due"),
        [
            pytest.param(planned, PLANNED_FOR, id="planned"),
            pytest.param(lambda: off(until=ENDS), ENDS, id="until a planned end"),
            pytest.param(off, None, id="without an end"),
            pytest.param(lambda: off(until=ENDS).sent(Reactivate, NOW), None, id="reactivating"),
            pytest.param(lambda: off(until=ENDS).sent(Impose, NOW), None, id="imposed"),
            pytest.param(lambda: planned().sent(Revoke, NOW), None, id="revoked"),
        ],
    )
    def test_tells_what_is_due_next(self, life: Callable[[], Life], due: str | None) -> None:
        expected = local(due) if due else None

        shown = view(life().state)

        assert (shown.next_due_at, shown.next_wake_at) == (expected, expected)

    @pytest.mark.parametrize(
        ("life", "also", "wakes"),
        [
            pytest.param(planned, NOW, NOW, id="before what is due"),
            pytest.param(planned, LATER, PLANNED_FOR, id="after what is due"),
            pytest.param(lambda: off(kind=PERMANENT), LATER, LATER, id="with nothing due"),
            pytest.param(lambda: planned().sent(Revoke, NOW), LATER, None, id="never, once it has ended"),
        ],
    )
    def test_tells_when_the_workflow_wakes_for_something_else(
        self, life: Callable[[], Life], also: str, wakes: str | None
    ) -> None:
        shown = view(life().state, also_wakes_at=local(also))

        assert shown.next_wake_at == (local(wakes) if wakes else None)

    def test_of_a_temporary_deactivation_has_no_renewals(self) -> None:
        assert view(off().state).renewals is None
        assert view(a_deactivation(kind=PERMANENT, takes_effect_at=PLANNED_FOR).state).renewals is None

    def test_of_a_permanent_one_has_them_with_what_failed(self) -> None:
        life = off(kind=PERMANENT).renewals_came_to(totals(cancelled=98, failed=2))

        shown = view(life.state)

        assert shown.renewals is not None
        assert (shown.renewals.done, shown.renewals.failed, shown.renewals.opted_out) == (98, 2, 7)
        assert [failed.licence_id for failed in shown.failed] == ["L1", "L2"]
        assert shown.permanent_since == local(ORDERED)

    def test_of_a_refused_order_tells_the_code(self) -> None:
        refused = order_refused(
            ordered_state(an_order()), RuleViolation(ErrorCode.UNKNOWN_PRODUCT, "no"), local(ORDERED)
        )

        shown = view(refused.state)

        assert (shown.outcome, shown.refused, shown.ended_at) == (
            "refused",
            "unknown_product",
            local(ORDERED),
        )

    def test_repeats_nothing_that_people_wrote(self) -> None:
        life = off(reason="secret").sent(Impose, NOW, reason="secret")

        assert "secret" not in view(life.state).model_dump_json()


class TestTheAnswer:
    def test_tells_how_the_deactivation_stands_after_the_command(self) -> None:
        life = planned().sent(MakePermanent, NOW)

        told = answer(life.state, complete(MakePermanent, "cmd-1"), life.now)

        assert told == DeactivationAnswer(
            command="make_permanent",
            command_id="cmd-1",
            decided_at=local(NOW),
            deactivation_id="D1",
            product_id="P1",
            state=DeactivationPhase.PLANNED,
            kind=PERMANENT,
            takes_effect_at=local(PLANNED_FOR),
        )

    def test_tells_the_outcome_and_who_has_the_say(self) -> None:
        life = a_deactivation(by=OPERATOR, takes_effect_at=PLANNED_FOR).sent(Revoke, NOW, by=OPERATOR)

        told = life.applied["cmd-1"].answer

        assert (told.outcome, told.state, told.imposed, told.duplicate) == ("revoked", "ended", True, False)


PORTS = [
    port
    for _, port in inspect.getmembers(ports, inspect.isclass)
    if issubclass(port, Protocol) and port.__module__ == ports.__name__
]
VERBS = [(port, name) for port in PORTS for name, verb in vars(port).items() if inspect.isfunction(verb)]


@pytest.mark.parametrize(
    ("port", "name"),
    [(port, name) for port, name in VERBS if not name.startswith("_")],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_a_port_takes_and_gives_values_whose_types_are_all_named(port: type, name: str) -> None:
    verb = vars(port)[name]

    hints = get_type_hints(verb, vars(ports))

    assert set(hints) == set(inspect.signature(verb).parameters) - {"self"} | {"return"}
    assert inspect.getdoc(verb)
