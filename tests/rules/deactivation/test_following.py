"""What happens by itself, and how product and bundles follow, whatever is accepted meanwhile (R50-R55)."""

from collections.abc import Callable

import pytest

from business_care.deactivation.commands import Impose, MakePermanent, Reactivate
from business_care.deactivation.moves import bundles_followed, product_switched, time_passed
from business_care.deactivation.views import BundleChange
from business_care.deactivation.words import DeactivationKind, SaleState
from tests.rules.builders import local
from tests.rules.deactivation.builders import (
    ENDS,
    OFFLINE,
    ON_SALE,
    PERMANENT,
    PLANNED_FOR,
    RETIRED,
    TEMPORARY,
)
from tests.rules.deactivation.lives import Life, a_deactivation, off

NOW = "03-05 10:00"


class TestByItself:
    @pytest.mark.parametrize(
        ("kind", "phase"), [(TEMPORARY, "offline"), (PERMANENT, "retiring")], ids=["temporary", "permanent"]
    )
    def test_what_is_planned_takes_effect_at_its_instant(self, kind: DeactivationKind, phase: str) -> None:
        life = a_deactivation(kind=kind, takes_effect_at=PLANNED_FOR)
        assert life.until("03-10 09:59:59").state.phase == "planned"

        life.until(PLANNED_FOR)

        assert life.happened == ["in_effect"]
        assert life.state.phase == phase
        assert life.state.in_effect_since == local(PLANNED_FOR)

    def test_what_is_temporary_ends_at_its_planned_end(self) -> None:
        life = off(until=ENDS)
        assert life.until("03-17 09:59:59").state.phase == "offline"

        life.until(ENDS)

        assert life.happened == ["planned_end_reached"]
        assert life.events[-1].detail == {"until": local(ENDS).isoformat()}
        assert (life.state.phase, life.state.until) == ("reactivating", None)

    def test_what_was_late_is_still_dated_by_the_plan(self) -> None:
        life = a_deactivation(kind=PERMANENT, takes_effect_at=PLANNED_FOR)

        life.take(time_passed(life.state, local("03-12 10:00")))

        assert life.state.permanent_since == local(PLANNED_FOR)
        assert life.events[-1].at == local("03-12 10:00")

    @pytest.mark.parametrize(
        "life",
        [
            pytest.param(lambda: a_deactivation(takes_effect_at=PLANNED_FOR), id="planned for later"),
            pytest.param(off, id="off without an end"),
            pytest.param(lambda: off(until=ENDS).sent(Reactivate, NOW), id="reactivated before its end"),
            pytest.param(
                lambda: off(until=ENDS).sent(MakePermanent, NOW), id="made permanent before its end"
            ),
            pytest.param(lambda: off(until=ENDS).sent(Impose, NOW), id="imposed before its end"),
        ],
    )
    def test_nothing_happens_before_its_time_or_without_one(self, life: Callable[[], Life]) -> None:
        state = life().state

        step = time_passed(state, local("03-10 09:59"))

        assert step.state == state
        assert step.events == ()


class TestProductAndBundles:
    @pytest.mark.parametrize(
        ("life", "wanted"),
        [
            pytest.param(lambda: a_deactivation(takes_effect_at=PLANNED_FOR), ON_SALE, id="planned"),
            pytest.param(a_deactivation, OFFLINE, id="temporary"),
            pytest.param(lambda: a_deactivation(kind=PERMANENT), RETIRED, id="permanent"),
            pytest.param(lambda: off().sent(Reactivate, NOW), ON_SALE, id="reactivating"),
            pytest.param(lambda: off().sent(MakePermanent, NOW), RETIRED, id="made permanent"),
            pytest.param(lambda: off().sent(Impose, NOW, kind=PERMANENT), RETIRED, id="imposed for good"),
        ],
    )
    def test_have_to_stand_where_the_deactivation_has_come_to(
        self, life: Callable[[], Life], wanted: SaleState
    ) -> None:
        assert life().state.wanted is wanted

    @pytest.mark.parametrize(
        ("life", "events", "rules"),
        [
            pytest.param(
                a_deactivation,
                ["offline", "bundle_offline", "bundle_offline"],
                ["R55", "R52", "R52"],
                id="for a while",
            ),
            pytest.param(
                lambda: a_deactivation(kind=PERMANENT),
                ["retired", "bundle_retired", "bundle_retired"],
                ["R55", "R52", "R52"],
                id="for good",
            ),
            pytest.param(
                lambda: off().sent(Reactivate, NOW),
                ["on_sale", "bundle_on_sale", "bundle_on_sale", "ended"],
                ["R53", "R52", "R52", "R53"],
                id="back",
            ),
        ],
    )
    def test_are_noted_with_every_bundle_that_has_moved(
        self, life: Callable[[], Life], events: list[str], rules: list[str]
    ) -> None:
        carried_out = life().carried_out()

        last = carried_out.events[-len(events) :]
        assert carried_out.happened == events
        assert [event.rule for event in last] == rules
        assert [event.detail for event in last[1:3]] == [{"bundle_id": "B1"}, {"bundle_id": "B2"}]

    def test_a_step_that_comes_twice_is_noted_once(self) -> None:
        life = off()

        life.product_switched()
        assert (life.happened, life.told) == ([], [])

        life.bundles_followed()
        assert (life.happened, life.told) == ([], [])

    def test_a_product_without_bundles_ends_its_deactivation_as_well(self) -> None:
        life = a_deactivation().product_switched().bundles_followed()

        life.sent(Reactivate, NOW).product_switched().bundles_followed()

        assert life.happened == ["ended"]


class TestARaceWithAStepUnderWay:
    """A command is accepted after a step began, and before it is told what came of it."""

    def test_sales_were_being_stopped_when_the_product_was_reactivated(self) -> None:
        life = a_deactivation().sent(Reactivate, NOW)

        life.take(product_switched(life.state, OFFLINE, life.now)).carried_out()

        assert life.ever_told == ["deactivated temporary", "reactivated"]
        assert [event.name for event in life.events[3:]] == [
            "offline",
            "on_sale",
            "bundle_on_sale",
            "bundle_on_sale",
            "ended",
        ]

    def test_sales_had_not_been_stopped_at_all_when_the_product_was_reactivated(self) -> None:
        life = a_deactivation().sent(Reactivate, NOW)

        life.product_switched().bundles_followed()

        assert life.state.outcome == "reactivated"
        assert life.ever_told == []
        assert [event.name for event in life.events] == ["ordered", "in_effect", "reactivate", "ended"]

    def test_bundles_were_going_offline_when_the_product_was_reactivated(self) -> None:
        life = a_deactivation().product_switched().sent(Reactivate, NOW)

        life.take(bundles_followed(life.state, OFFLINE, BundleChange(changed=("B1",)), life.now))

        assert life.state.outcome is None
        assert life.carried_out().state.outcome == "reactivated"

    def test_bundles_do_not_come_back_before_their_product(self) -> None:
        life = off().sent(Reactivate, NOW)

        life.take(bundles_followed(life.state, ON_SALE, BundleChange(), life.now))

        assert life.state.outcome is None

    @pytest.mark.parametrize(
        "life", [lambda: a_deactivation(takes_effect_at=PLANNED_FOR), off], ids=["planned", "off"]
    )
    def test_bundles_on_sale_end_only_what_is_being_reactivated(self, life: Callable[[], Life]) -> None:
        state = life().state.model_copy(update={"product": ON_SALE})

        step = bundles_followed(state, ON_SALE, BundleChange(), local(NOW))

        assert step.state.outcome is None

    def test_sales_were_being_stopped_for_a_while_when_it_became_permanent(self) -> None:
        life = a_deactivation().sent(MakePermanent, NOW)

        life.take(product_switched(life.state, OFFLINE, life.now)).carried_out()

        assert life.ever_told == ["deactivated permanent"]
        assert (life.state.product, life.state.bundles) == (RETIRED, RETIRED)

    def test_bundles_were_going_offline_when_it_became_permanent(self) -> None:
        life = a_deactivation().product_switched().sent(MakePermanent, NOW)

        life.take(
            bundles_followed(life.state, OFFLINE, BundleChange(changed=("B1",)), life.now)
        ).carried_out()

        assert (life.state.product, life.state.bundles) == (RETIRED, RETIRED)
        assert life.state.phase == "retiring"
