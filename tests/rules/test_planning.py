"""What is to be counted for a request, and answers that come when it has moved on (R8, R9)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from business_care.calendar import Closure
from business_care.clocks import next_wake
from business_care.commands import ClockName, ClosureEnded, CorrectDeadline, Release, Withdraw
from business_care.planning import Need, Recount, ReminderPlan, WindowPlan, needs, recounted, window_planned
from business_care.policy import Policy
from business_care.state import TaskKind, WindowKind
from business_care.turn import Step
from business_care.values import known
from tests.rules.builders import OPENED, PLACE, local
from tests.rules.lives import Life, a_request
from tests.rules.planner import answer, counted
from tests.rules.test_deadline_moves import A_WEEK, reopened


def uncounted(closures: tuple[Closure, ...] = (), policy: Policy | None = None) -> Life:
    life = a_request(closures=closures, policy=policy)
    life.unanswered = True
    return life


def only_need(life: Life) -> Need:
    (need,) = needs(life.state)
    return need


def answered_late(life: Life, need: Need) -> Step:
    return answer(life.state, need, life.now)


def test_nothing_is_to_be_counted_while_nothing_has_changed() -> None:
    assert needs(a_request().state) == ()


@pytest.mark.parametrize(
    ("opened", "kind", "days"),
    [
        pytest.param(lambda life: life.fixed("03-04 09:00"), WindowKind.VERIFICATION, 4, id="verification"),
        pytest.param(lambda life: life.refused("03-04 09:00"), WindowKind.DISPUTE, 8, id="dispute"),
    ],
)
def test_a_window_is_counted_from_the_act_in_the_seller_s_calendar(
    opened: Callable[[Life], Life], kind: WindowKind, days: int
) -> None:
    policy = Policy(verification_business_days=4, dispute_business_days=8)
    life = opened(uncounted(policy=policy))

    need = only_need(life)

    assert isinstance(need, WindowPlan)
    assert (need.of, need.start, need.business_days) == (kind, local("03-04 09:00"), days)
    assert (need.place, need.profile, need.remind_before) == (PLACE, policy.profile, (1,))


def test_a_window_does_not_end_before_it_is_counted() -> None:
    life = uncounted().fixed("03-04 09:00").until("04-10 00:00")

    assert next_wake(life.state, ClockName.RESOLUTION) is None
    assert not life.state.is_closed


def test_the_end_of_a_window_is_kept_as_it_was_told() -> None:
    life = a_request().fixed("03-04 09:00")

    told = life.plans[-1]
    assert (told.clock, told.due) == (WindowKind.VERIFICATION, local("03-12 00:00"))


def test_a_reminder_of_the_operator_is_counted_for_each_thing_that_waits() -> None:
    life = uncounted().held("03-04 09:00")

    need = only_need(life)

    assert isinstance(need, WindowPlan)
    assert (need.of, need.start, need.business_days) == (TaskKind.HOLD, local("03-04 09:00"), 5)


def test_the_reminders_of_a_corrected_deadline_are_counted_back_from_it() -> None:
    life = uncounted().sent(CorrectDeadline, "03-04 09:00", due=local("05-05 00:00"))

    need = only_need(life)

    assert isinstance(need, ReminderPlan)
    assert (need.clock, need.due, need.remind_before) == ("resolution", local("05-05 00:00"), (10, 5, 1))


def test_the_acknowledgement_has_its_reminder_at_noon_and_no_other() -> None:
    life = uncounted()
    life.sent(CorrectDeadline, "03-04 09:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("03-07 00:00"))

    need = only_need(life)

    assert isinstance(need, ReminderPlan)
    assert need.remind_before == ()


def test_a_reopening_is_counted_with_the_closure_and_its_notice() -> None:
    life = reopened(uncounted((A_WEEK,)), "03-05 11:00")

    need = only_need(life)

    assert isinstance(need, Recount)
    assert (need.closure_id, need.notified_at, need.closures) == ("K1", local("03-05 11:00"), (A_WEEK,))


class TestAnAnswerThatComesTooLate:
    def test_about_a_window_that_was_replaced_changes_nothing(self) -> None:
        life = uncounted().fixed("03-04 09:00")
        need = only_need(life)
        life.fixed("03-05 09:00", reference="v2")

        assert answered_late(life, need).state == life.state

    def test_about_a_window_that_is_gone_changes_nothing(self) -> None:
        life = uncounted().fixed("03-04 09:00")
        need = only_need(life)
        life.fix_rejected("03-05 09:00")

        step = answered_late(life, need)

        assert (step.state, step.plans) == (life.state, ())

    def test_about_a_task_that_is_done_changes_nothing(self) -> None:
        life = uncounted().held("03-04 09:00")
        need = only_need(life)
        life.sent(Release, "03-05 09:00")

        assert answered_late(life, need).state == life.state

    def test_about_a_task_that_began_again_changes_nothing(self) -> None:
        life = uncounted().held("03-04 09:00")
        need = only_need(life)
        life.sent(Release, "03-05 09:00").held("03-06 09:00")

        assert answered_late(life, need).state == life.state

    def test_about_a_deadline_that_was_moved_again_changes_nothing(self) -> None:
        life = uncounted().sent(CorrectDeadline, "03-04 09:00", due=local("05-05 00:00"))
        need = only_need(life)
        life.sent(CorrectDeadline, "03-04 10:00", due=local("05-06 00:00"))

        assert answered_late(life, need).state == life.state

    def test_about_anything_of_a_closed_request_changes_nothing(self) -> None:
        life = reopened(uncounted((A_WEEK,)), "03-05 11:00").fixed("03-05 12:00").held("03-05 13:00")
        life.sent(CorrectDeadline, "03-05 14:00", due=local("05-05 00:00"))
        wanted = needs(life.state)
        life.sent(Withdraw, "03-06 09:00")

        states = {answered_late(life, need).state.model_dump_json() for need in wanted}

        assert len(wanted) == 4
        assert states == {life.state.model_dump_json()}
        assert needs(life.state) == ()

    def test_about_a_reopening_that_was_counted_already_changes_nothing(self) -> None:
        life = reopened(a_request(closures=[A_WEEK]), "03-05 11:00")

        assert recounted(life.state, counted(OPENED, 1), life.now).state == life.state


def test_an_answer_about_one_task_leaves_the_others_alone() -> None:
    life = uncounted().refused("03-04 09:00").disputed("03-04 10:00").held("03-04 11:00")
    dispute, hold = needs(life.state)
    assert isinstance(hold, WindowPlan)
    assert dispute != hold

    step = window_planned(life.state, hold, counted(hold.start, 5), life.now)

    assert [task.reminder is None for task in step.state.tasks] == [True, False]


def test_what_the_situation_guarantees_is_there() -> None:
    given: timedelta | None = timedelta(days=1)

    assert known(given) == timedelta(days=1)
    with pytest.raises(LookupError):
        known(None)


def test_a_reopening_is_noted_and_nothing_counted_when_the_acknowledgement_has_come() -> None:
    life = uncounted((A_WEEK,)).acknowledged("03-05 10:00")

    life.sent(ClosureEnded, "03-05 11:00")

    assert needs(life.state) == ()
    assert life.happened == ["closure_ended"]
