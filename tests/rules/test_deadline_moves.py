"""A deadline that was told moves for a named cause only: a reopening, a correction (R7, R8)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from business_care.calendar import Closure
from business_care.commands import ClockName, ClosureEnded, CorrectDeadline
from business_care.people import Actor
from business_care.policy import Policy
from business_care.state import AcknowledgementStatus, Deadline, RevisionCause
from tests.rules.builders import (
    ACKNOWLEDGE_BY,
    AGENT,
    OPENED,
    OPERATOR,
    RESOLVE_BY,
    SELLER,
    SYSTEM,
    local,
)
from tests.rules.lives import Life, a_request

TOLD = local("02-20 09:00")
A_WEEK = Closure(id="K1", start=date(2031, 3, 3), end=date(2031, 3, 9), notified_at=TOLD)
TWO_DAYS = Closure(id="K2", start=date(2031, 3, 10), end=date(2031, 3, 11), notified_at=TOLD)
IN_SUMMER = Closure(id="K3", start=date(2031, 8, 4), end=date(2031, 8, 22), notified_at=TOLD)


def acknowledgement(life: Life) -> Deadline:
    deadline = life.state.acknowledgement.deadline
    assert deadline is not None
    return deadline


def resolution(life: Life) -> Deadline:
    deadline = life.state.resolution.deadline
    assert deadline is not None
    return deadline


def reopened(life: Life, at: str, closure_id: str = "K1", **fields: object) -> Life:
    given = {"closure_id": closure_id, "notified_at": local(at), **fields}
    return life.sent(ClosureEnded, at, **given)


class TestAnEarlyReopening:
    def test_brings_the_acknowledgement_to_the_end_of_the_first_business_day_after_the_notice(self) -> None:
        life = a_request(closures=[A_WEEK])
        before = acknowledgement(life).due

        reopened(life, "03-05 11:00")

        assert before == local("03-11 00:00")
        assert acknowledgement(life).due == local("03-07 00:00")
        assert resolution(life).due == RESOLVE_BY
        assert life.happened == ["closure_ended", "deadline_changed"]
        assert life.told == ["deadline_changed to seller", "deadline_changed to customer"]

    def test_is_kept_with_its_cause_its_author_and_what_was_told_before(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-05 11:00")

        (revision,) = acknowledgement(life).revisions
        assert revision.cause is RevisionCause.EARLY_REOPENING
        assert revision.by == AGENT
        assert (revision.previous_due, revision.due) == (local("03-11 00:00"), local("03-07 00:00"))
        assert revision.previous_plan.due == local("03-11 00:00")
        plan = life.plans[-1]
        assert (plan.clock, plan.revision, plan.due, plan.by) == ("acknowledgement", 1, revision.due, AGENT)

    @pytest.mark.parametrize("by", [AGENT, SELLER, OPERATOR, SYSTEM], ids=lambda actor: actor.role)
    def test_may_be_told_by_seller_operator_and_programs(self, by: Actor) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-05 11:00", by=by)

        assert acknowledgement(life).due == local("03-07 00:00")

    def test_is_kept_for_later_requests(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-05 11:00")

        (cut,) = life.cuts
        assert (cut.closure_id, cut.seller_id, cut.notified_at) == ("K1", "S1", local("03-05 11:00"))

    def test_reminds_at_noon_of_the_new_last_day(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-05 11:00").until("03-06 12:00")

        assert life.told == ["acknowledgement_reminder to seller"]

    def test_that_takes_no_day_of_the_count_back_moves_nothing(self) -> None:
        life = reopened(a_request(closures=[A_WEEK, IN_SUMMER]), "03-05 11:00", "K3")

        assert acknowledgement(life).due == local("03-11 00:00")
        assert acknowledgement(life).revisions == ()
        assert life.happened == ["closure_ended"]

    def test_never_moves_the_deadline_later(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-10 11:00")

        assert acknowledgement(life).due == local("03-11 00:00")

    def test_of_two_closures_in_one_breath_counts_both(self) -> None:
        policy = Policy(acknowledge_business_days=2)
        life = a_request(closures=[A_WEEK, TWO_DAYS], policy=policy)
        before = acknowledgement(life).due
        life.unanswered = True
        reopened(life, "03-06 11:00")
        reopened(life, "03-06 11:00", "K2")
        life.unanswered = False

        life.take()

        assert before == local("03-14 00:00")
        moves = [revision.due for revision in acknowledgement(life).revisions]
        assert moves == [local("03-13 00:00"), local("03-11 00:00")]
        assert acknowledgement(life).due == local("03-11 00:00")

    def test_of_overlapping_closures_gives_their_days_back_with_the_last_of_them(self) -> None:
        overlapping = TWO_DAYS.model_copy(update={"start": date(2031, 3, 6)})
        life = reopened(a_request(closures=[A_WEEK, overlapping]), "03-04 11:00", "K2")
        after_one = acknowledgement(life).due

        reopened(life, "03-04 12:00", "K1")

        assert after_one == local("03-11 00:00")
        assert acknowledgement(life).due == local("03-06 00:00")

    def test_of_overlapping_closures_gives_nothing_back_with_the_first_of_them(self) -> None:
        twice = A_WEEK.model_copy(update={"id": "K2"})
        life = reopened(a_request(closures=[A_WEEK, twice]), "03-04 11:00", "K2")
        after_one = acknowledgement(life)

        reopened(life, "03-05 11:00", "K1")

        assert (after_one.due, after_one.revisions) == (local("03-11 00:00"), ())
        assert acknowledgement(life).due == local("03-07 00:00")

    def test_changes_nothing_once_the_request_was_acknowledged(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]).acknowledged("03-05 10:00"), "03-05 11:00")

        assert acknowledgement(life).due == local("03-11 00:00")
        assert len(life.cuts) == 1

    def test_that_is_counted_only_after_an_act_leaves_the_promise_kept(self) -> None:
        life = a_request(closures=[A_WEEK])
        life.unanswered = True
        reopened(life, "03-07 09:00", notified_at=local("03-04 09:00")).acknowledged("03-07 09:00")
        life.unanswered = False

        life.take()

        assert life.state.acknowledgement.status is AcknowledgementStatus.MET
        assert acknowledgement(life).due == local("03-11 00:00")

    def test_that_is_told_late_may_find_the_promise_broken(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-07 09:00", notified_at=local("03-04 09:00"))

        assert life.until("03-07 09:00").state.acknowledgement.status is AcknowledgementStatus.BREACHED
        assert acknowledgement(life).due == local("03-06 00:00")

    @pytest.mark.parametrize("closures", [[], [A_WEEK]], ids=["no closure binds", "another one binds"])
    def test_of_a_closure_that_does_not_bind_the_request_is_refused(self, closures: list[Closure]) -> None:
        life = a_request(closures=closures)

        assert life.code(ClosureEnded, "03-05 11:00", closure_id="K9") == "unknown_closure"

    def test_leaves_a_correction_of_the_operator_s_alone_when_it_gives_no_day_back(self) -> None:
        life = a_request(closures=[A_WEEK, IN_SUMMER])
        later = local("03-13 00:00")
        life.sent(CorrectDeadline, "03-04 09:00", clock=ClockName.ACKNOWLEDGEMENT, due=later)

        reopened(life, "03-05 11:00", "K3")

        assert acknowledgement(life).due == later

    def test_comes_before_a_later_correction_of_the_operator_s_when_it_gives_days_back(self) -> None:
        life = a_request(closures=[A_WEEK])
        life.sent(CorrectDeadline, "03-04 09:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("03-13 00:00"))

        reopened(life, "03-05 11:00")

        assert acknowledgement(life).due == local("03-07 00:00")
        assert len(acknowledgement(life).revisions) == 2


class TestACorrectionOfTheOperators:
    @pytest.mark.parametrize("clock", list(ClockName))
    def test_moves_one_deadline_and_tells_both_parties(self, clock: ClockName) -> None:
        life = a_request().sent(CorrectDeadline, "03-04 09:00", clock=clock, due=local("03-20 00:00"))

        moved = acknowledgement(life) if clock is ClockName.ACKNOWLEDGEMENT else resolution(life)
        (revision,) = moved.revisions
        assert moved.due == local("03-20 00:00")
        assert (revision.cause, revision.by) == (RevisionCause.OPERATOR_CORRECTION, OPERATOR)
        assert revision.previous_due == moved.plan.due
        assert life.happened == ["correct_deadline", "deadline_changed"]
        assert life.told == ["deadline_changed to seller", "deadline_changed to customer"]

    def test_is_in_force_from_then_on(self) -> None:
        life = a_request().acknowledged("03-04 09:00")
        life.sent(CorrectDeadline, "03-05 09:00", due=local("03-20 00:00"))

        life.until("03-20 00:15")

        assert life.state.resolution.missed_at == local("03-20 00:15")

    def test_to_where_it_stands_already_is_no_revision(self) -> None:
        life = a_request().sent(CorrectDeadline, "03-04 09:00", due=RESOLVE_BY)

        assert resolution(life).revisions == ()
        assert life.happened == ["correct_deadline"]
        assert life.told == []

    def test_keeps_every_revision(self) -> None:
        life = a_request()
        for day in ("20", "21", "22"):
            life.sent(CorrectDeadline, "03-04 09:00", due=local(f"03-{day} 00:00"))

        previous = [revision.previous_due for revision in resolution(life).revisions]
        assert previous == [RESOLVE_BY, local("03-20 00:00"), local("03-21 00:00")]

    def test_saves_a_request_whose_deadline_has_passed_within_the_grace(self) -> None:
        life = a_request().acknowledged("03-04 09:00")

        life.sent(CorrectDeadline, "04-17 00:10", due=local("05-02 00:00")).until("04-18 00:00")

        assert life.state.refund.status is None

    @pytest.mark.parametrize(
        ("due", "accepted"),
        [
            pytest.param(OPENED, False, id="the request itself"),
            pytest.param(OPENED + timedelta(seconds=1), True, id="just after the request"),
            pytest.param(OPENED + timedelta(days=3653), True, id="ten years"),
            pytest.param(OPENED + timedelta(days=3653, seconds=1), False, id="more than ten years"),
        ],
    )
    def test_stays_within_ten_years_of_the_request(self, due: object, accepted: bool) -> None:
        life = a_request()
        life.unanswered = True

        if accepted:
            assert resolution(life.sent(CorrectDeadline, "03-04 09:00", due=due)).due == due
        else:
            assert life.code(CorrectDeadline, "03-04 09:00", due=due) == "due_out_of_range"


@pytest.mark.parametrize(
    "passes",
    [
        pytest.param(lambda: a_request().asked("03-04 09:00"), id="waiting for the customer"),
        pytest.param(lambda: a_request(closures=[A_WEEK]), id="a closure"),
        pytest.param(lambda: a_request().held("03-04 09:00"), id="a hold"),
        pytest.param(lambda: a_request().refused("03-04 09:00").disputed("03-05 09:00"), id="a dispute"),
    ],
)
def test_nothing_else_moves_the_thirty_days(passes: Callable[[], Life]) -> None:
    life = passes()

    assert resolution(life).due == RESOLVE_BY
    assert resolution(life).revisions == ()


def test_a_closure_moves_the_first_deadline_and_not_the_second() -> None:
    open_house, closed = a_request(), a_request(closures=[A_WEEK])

    assert acknowledgement(open_house).due == ACKNOWLEDGE_BY
    assert acknowledgement(closed).due == local("03-11 00:00")
    assert resolution(open_house).due == resolution(closed).due
