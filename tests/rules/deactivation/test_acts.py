"""What seller and operator may do about a deactivation that stands (R53, R54)."""

from collections.abc import Callable

import pytest

from business_care.commands import Command, PaymentsResumed
from business_care.deactivation.commands import Impose, MakePermanent, Reactivate, RetryFailed, Revoke
from business_care.deactivation.words import DeactivationKind
from business_care.people import Actor
from tests.rules.builders import AGENT, OPERATOR, SELLER, local
from tests.rules.deactivation.builders import ENDS, PERMANENT, PLANNED_FOR, TEMPORARY, totals
from tests.rules.deactivation.lives import Life, a_deactivation, off

NOW = "03-05 10:00"
SOON = "03-10 09:59:59"


def planned(**order: object) -> Life:
    return a_deactivation(takes_effect_at=PLANNED_FOR, **order)


class TestWhatAnOperatorSwitchedOff:
    @pytest.mark.parametrize("by", [SELLER, AGENT], ids=["seller", "agent"])
    @pytest.mark.parametrize(
        ("life", "command"),
        [
            pytest.param(lambda: off(by=OPERATOR), Reactivate, id="reactivate what was ordered"),
            pytest.param(lambda: off(by=OPERATOR), MakePermanent, id="make permanent what was ordered"),
            pytest.param(lambda: planned(by=OPERATOR), MakePermanent, id="make permanent what is planned"),
            pytest.param(lambda: planned(by=OPERATOR), Revoke, id="revoke what is planned"),
            pytest.param(
                lambda: planned(by=OPERATOR, kind=PERMANENT), Revoke, id="revoke what is planned for good"
            ),
            pytest.param(
                lambda: off().sent(Impose, "03-04 10:00"), Reactivate, id="reactivate what was imposed"
            ),
            pytest.param(
                lambda: off().sent(Impose, "03-04 10:00"), MakePermanent, id="make permanent what was imposed"
            ),
            pytest.param(
                lambda: planned().sent(Impose, "03-04 10:00"),
                Reactivate,
                id="reactivate what was imposed early",
            ),
        ],
    )
    def test_is_not_the_sellers_to_change(
        self, life: Callable[[], Life], command: type[Command], by: Actor
    ) -> None:
        violation = life().violation(command, NOW, by=by)

        assert violation.code == "imposed_by_operator"
        assert str(violation).startswith(f"by.role: {by.role} may not send {command.NAME} here")

    @pytest.mark.parametrize(
        ("life", "command", "phase"),
        [
            pytest.param(lambda: off(by=OPERATOR), Reactivate, "reactivating", id="reactivate"),
            pytest.param(lambda: off(by=OPERATOR), MakePermanent, "retiring", id="make permanent"),
            pytest.param(lambda: planned(by=OPERATOR), Revoke, "ended", id="revoke"),
            pytest.param(lambda: off().sent(Impose, "03-04 10:00"), Reactivate, "reactivating", id="imposed"),
        ],
    )
    def test_is_any_operators_to_change(
        self, life: Callable[[], Life], command: type[Command], phase: str
    ) -> None:
        assert life().sent(command, NOW, by=OPERATOR).state.phase == phase

    def test_is_imposed_once(self) -> None:
        assert off(by=OPERATOR).code(Impose, NOW) == "wrong_state"
        assert off().sent(Impose, "03-04 10:00").code(Impose, NOW, kind=PERMANENT) == "wrong_state"


class TestReactivating:
    @pytest.mark.parametrize("by", [SELLER, AGENT, OPERATOR], ids=["seller", "agent", "operator"])
    def test_what_the_seller_ordered_is_for_the_seller_and_the_operator(self, by: Actor) -> None:
        life = off(until=ENDS).sent(Reactivate, NOW, by=by)

        assert life.happened == ["reactivate"]
        assert life.state.phase == "reactivating"
        assert life.state.until is None
        assert life.state.outcome is None

    def test_is_over_when_product_and_bundles_are_back(self) -> None:
        life = off().sent(Reactivate, NOW).carried_out()

        assert life.happened == ["on_sale", "bundle_on_sale", "bundle_on_sale", "ended"]
        assert (life.state.phase, life.state.outcome) == ("ended", "reactivated")
        assert life.state.ended_at == local(NOW)


class TestMakingPermanent:
    @pytest.mark.parametrize("by", [SELLER, AGENT, OPERATOR], ids=["seller", "agent", "operator"])
    def test_what_is_off_retires_it_from_then_on(self, by: Actor) -> None:
        life = off(until=ENDS).sent(MakePermanent, NOW, by=by)

        assert life.happened == ["make_permanent"]
        assert (life.state.phase, life.state.kind, life.state.until) == ("retiring", PERMANENT, None)
        assert life.state.permanent_since == local(NOW)
        assert not life.state.imposed

    def test_runs_the_missing_steps_only(self) -> None:
        life = off().sent(MakePermanent, NOW)
        assert (life.state.product, life.state.bundles, life.state.wanted) == (
            "offline",
            "offline",
            "retired",
        )

        life.carried_out()

        assert life.happened == ["retired", "bundle_retired", "bundle_retired"]

    def test_what_is_planned_keeps_its_instant(self) -> None:
        life = planned(until=ENDS).sent(MakePermanent, NOW)

        assert (life.state.phase, life.state.kind, life.state.until) == ("planned", PERMANENT, None)
        assert life.state.permanent_since is None
        assert life.until(PLANNED_FOR).state.permanent_since == local(PLANNED_FOR)

    def test_what_is_planned_can_be_revoked_until_then(self) -> None:
        life = planned().sent(MakePermanent, NOW).sent(Revoke, SOON)

        assert life.state.outcome == "revoked"

    @pytest.mark.parametrize(
        "life", [lambda: planned(kind=PERMANENT), lambda: planned().sent(MakePermanent, NOW)]
    )
    def test_what_is_permanent_is_not_possible(self, life: Callable[[], Life]) -> None:
        violation = life().violation(MakePermanent, NOW)

        assert violation.code == "wrong_state"
        assert "this one is permanent already" in str(violation)

    def test_what_is_permanent_is_not_possible_whoever_imposed_it(self) -> None:
        assert planned(by=OPERATOR, kind=PERMANENT).code(MakePermanent, NOW) == "wrong_state"

    def test_does_not_reach_back_before_sales_had_ended(self) -> None:
        life = planned().until("03-10 11:00")

        life.sent_first(MakePermanent, "03-10 11:00", occurred_at="03-10 09:00")

        assert life.state.permanent_since == local(PLANNED_FOR)


class TestRevoking:
    @pytest.mark.parametrize("kind", [TEMPORARY, PERMANENT])
    def test_before_the_planned_instant_ends_it_and_tells_nobody(self, kind: DeactivationKind) -> None:
        life = planned(kind=kind).sent(Revoke, SOON)

        assert life.happened == ["revoke", "ended"]
        assert life.ever_told == []
        assert (life.state.outcome, life.state.product) == ("revoked", None)

    @pytest.mark.parametrize(
        "at",
        [
            pytest.param(PLANNED_FOR, id="at that very instant"),
            pytest.param("03-10 10:00:01", id="afterwards"),
        ],
    )
    @pytest.mark.parametrize("kind", [TEMPORARY, PERMANENT])
    def test_once_it_has_taken_effect_is_too_late(self, kind: DeactivationKind, at: str) -> None:
        life = planned(kind=kind)

        standing_still = life.code(Revoke, at)
        in_effect = life.until(at).code(Revoke, at)

        assert (standing_still, in_effect) == ("nothing_to_revoke", "nothing_to_revoke")

    def test_with_a_clock_that_is_ahead_of_the_planned_instant_is_too_late(self) -> None:
        violation = planned().violation(Revoke, "03-10 09:59:00", occurred_at=PLANNED_FOR)

        assert violation.code == "nothing_to_revoke"
        assert str(violation) == (
            "revoke occurred at 2031-03-10T09:00:00+00:00; it was possible before 2031-03-10T09:00:00+00:00"
        )

    def test_by_a_delayed_message_does_not_undo_what_has_happened(self) -> None:
        life = planned().until("03-10 10:05")

        assert life.code(Revoke, "03-10 10:05", occurred_at=SOON) == "nothing_to_revoke"

    def test_too_late_is_too_late_for_the_operators_order_as_well(self) -> None:
        assert (
            planned(by=OPERATOR).code(Revoke, "03-10 09:59", occurred_at=PLANNED_FOR) == "nothing_to_revoke"
        )


class TestImposing:
    @pytest.mark.parametrize(
        ("kind", "phase"), [(TEMPORARY, "offline"), (PERMANENT, "retiring")], ids=["temporary", "permanent"]
    )
    @pytest.mark.parametrize("ordered", [TEMPORARY, PERMANENT], ids=["for a while", "for good"])
    def test_what_is_planned_takes_effect_at_once_in_the_operators_kind(
        self, ordered: DeactivationKind, kind: DeactivationKind, phase: str
    ) -> None:
        life = planned(kind=ordered).sent(Impose, NOW, kind=kind)

        assert life.happened == ["impose", "in_effect"]
        assert (life.state.phase, life.state.kind, life.state.imposed) == (phase, kind, True)
        assert life.state.takes_effect_at == life.state.in_effect_since == local(NOW)
        assert life.state.permanent_since == (local(NOW) if kind is PERMANENT else None)

    @pytest.mark.parametrize(
        ("kind", "phase"), [(TEMPORARY, "offline"), (PERMANENT, "retiring")], ids=["temporary", "permanent"]
    )
    def test_what_is_off_stays_off_without_the_sellers_planned_end(
        self, kind: DeactivationKind, phase: str
    ) -> None:
        life = off(until=ENDS).sent(Impose, NOW, kind=kind)

        assert life.happened == ["impose"]
        assert (life.state.phase, life.state.kind, life.state.until) == (phase, kind, None)
        assert life.state.in_effect_since == local("03-03 10:00")
        assert life.until("04-01 10:00").state.phase == phase

    @pytest.mark.parametrize("reason", [None, "", " \n"], ids=["missing", "empty", "blank"])
    @pytest.mark.parametrize("life", [planned, off], ids=["planned", "off"])
    def test_needs_a_reason(self, life: Callable[[], Life], reason: str | None) -> None:
        assert life().code(Impose, NOW, reason=reason) == "reason_required"

    def test_replaces_the_sellers_reason(self) -> None:
        assert off().sent(Impose, NOW, reason="Unsafe.").state.reason == "Unsafe."


class TestTheOtherCommands:
    def test_retry_failed_says_how_many_and_sets_the_cascade_going_again(self) -> None:
        life = off(kind=PERMANENT).renewals_came_to(totals(cancelled=98, failed=2)).sent(RetryFailed, NOW)

        assert life.events[-1].detail == {"failed": "2"}
        assert life.state.phase == "retiring"
        assert life.state.cascade.retry_wanted

    def test_payments_resumed_is_noted_and_changes_nothing_else(self) -> None:
        life = off(kind=PERMANENT)
        before = life.state

        life.sent(PaymentsResumed, NOW)

        assert life.happened == ["payments_resumed"]
        assert life.state == before.model_copy(update={"seq": life.state.seq})


def test_nothing_that_people_wrote_stands_in_the_journal_or_in_an_answer() -> None:
    life = off(reason="secret").sent(Impose, NOW, reason="secret", kind=PERMANENT)

    assert "secret" not in repr(life.events)
    assert "secret" not in repr([command.answer for command in life.applied.values()])


class TestWhatWasPlannedComesFirst:
    """An act that occurs at the planned instant, or later, on a clock that is ahead of ours (R12)."""

    @pytest.mark.parametrize(
        ("life", "command", "said"),
        [
            pytest.param(lambda: off(until=ENDS), MakePermanent, {}, id="made permanent"),
            pytest.param(lambda: off(until=ENDS), Impose, {"kind": PERMANENT}, id="imposed"),
        ],
    )
    def test_at_the_planned_end(
        self, life: Callable[[], Life], command: type[Command], said: dict[str, object]
    ) -> None:
        violation = life().violation(command, "03-17 09:59", occurred_at=local(ENDS), **said)

        assert violation.code == "wrong_state"
        assert "what was planned came first" in str(violation)

    def test_at_the_instant_of_a_permanent_one_nothing_is_imposed_any_more(self) -> None:
        code = planned(kind=PERMANENT).code(Impose, "03-10 09:59", occurred_at=local(PLANNED_FOR))

        assert code == "wrong_state"

    def test_at_its_planned_instant_a_temporary_one_is_imposed_as_it_would_be_after_it(self) -> None:
        before = planned().sent(Impose, "03-10 09:59", occurred_at=local(PLANNED_FOR))
        after = planned().sent(Impose, PLANNED_FOR)

        assert before.state.phase == after.state.phase == "offline"
        assert before.state.imposed

    def test_a_moment_before_the_planned_end_it_becomes_permanent(self) -> None:
        life = off(until=ENDS).sent(MakePermanent, "03-17 09:59:59")

        assert life.state.phase == "retiring"


class TestWhatFailed:
    def test_is_tried_again_while_others_are_still_under_way(self) -> None:
        life = off(kind=PERMANENT).renewals_moved_to(totals(failed=2, in_flight=1))

        life.sent(RetryFailed, NOW)

        assert (life.state.phase, life.state.cascade.retry_wanted) == ("retiring", True)

    def test_is_not_tried_again_where_nothing_has_failed_or_a_retry_is_wanted_already(self) -> None:
        nothing = off(kind=PERMANENT).renewals_moved_to(totals(in_flight=1))
        wanted = off(kind=PERMANENT).renewals_moved_to(totals(failed=1)).sent(RetryFailed, NOW)

        assert nothing.code(RetryFailed, NOW) == "wrong_state"
        assert wanted.code(RetryFailed, NOW, command_id="again") == "wrong_state"
