"""What others see of a request: the status, the answer to a command, the deadlines."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from business_care.commands import Chargeback, ChargebackStatus, ClockName, Close, CorrectDeadline, Withdraw
from business_care.opening import facts_found
from business_care.presenting import answer, deadlines_view, next_due_at, next_wake_at, state_name, view
from business_care.state import opened_state
from business_care.views import OpenedAnswer
from tests.rules.builders import ACKNOWLEDGE_BY, OPENED, RESOLVE_BY, an_opening, complete, local, the_facts
from tests.rules.lives import Life, a_question, a_request

LOST = {"status": ChargebackStatus.LOST}


def unopened() -> Life:
    return Life(opened_state(an_opening()), OPENED)


def not_entitled() -> Life:
    life = unopened()
    return life.take(facts_found(life.state, the_facts(care_active=False), OPENED))


LIVES: dict[str, tuple[Callable[[], Life], str]] = {
    "before anything was looked up": (unopened, "opening"),
    "nobody has acted": (a_request, "awaiting_acknowledgement"),
    "acknowledged": (lambda: a_request().acknowledged("03-04 09:00"), "in_progress"),
    "the first promise broken": (lambda: a_request().until("03-05 00:00"), "in_progress"),
    "a fix delivered": (lambda: a_request().fixed("03-04 09:00"), "verifying"),
    "refused": (lambda: a_request().refused("03-04 09:00"), "refused"),
    "disputed": (lambda: a_request().refused("03-04 09:00").disputed("03-04 10:00"), "disputed"),
    "a question at thirty days": (lambda: a_question().until("04-17 00:15"), "question_overdue"),
    "the refund due": (lambda: a_request().until("04-17 00:15"), "refund_due"),
    "the refund held": (lambda: a_request().until("04-17 00:15").held("04-17 09:00"), "refund_held"),
    "the refund requested": (
        lambda: a_request().refund_ordered("03-04 09:00").refund_requested("03-04 09:01"),
        "refund_pending",
    ),
    "the refund refused": (
        lambda: a_request().refund_ordered("03-04 09:00").manual("03-04 09:01"),
        "refund_manual",
    ),
    "the money moved": (
        lambda: a_request().refund_ordered("03-04 09:00").paid("03-04 09:01"),
        "refund_pending",
    ),
    "charged back": (lambda: a_request().sent(Chargeback, "03-04 09:00", **LOST), "refund_pending"),
    "withdrawn": (lambda: a_request().sent(Withdraw, "03-04 09:00"), "closed"),
    "never entitled": (not_entitled, "closed"),
}


@pytest.mark.parametrize(("lived", "name"), LIVES.values(), ids=list(LIVES))
def test_the_state_is_said_in_one_word_and_the_whole_view_survives_json(
    lived: Callable[[], Life], name: str
) -> None:
    state = lived().state

    shown = view(state)

    assert state_name(state) == shown.state == name
    assert type(shown).model_validate_json(shown.model_dump_json()) == shown
    assert type(state).model_validate_json(state.model_dump_json()) == state


def test_a_request_that_nothing_is_known_of_shows_how_it_was_opened() -> None:
    shown = view(unopened().state)

    assert (shown.request_id, shown.licence_id, shown.opened_at) == ("R1", "L1", OPENED)
    assert (shown.seller_id, shown.refund, shown.next_due_at, shown.next_wake_at) == (None, None, None, None)


def test_a_request_that_was_never_entitled_shows_no_deadlines() -> None:
    shown = view(not_entitled().state)

    assert (shown.acknowledgement.status, shown.acknowledgement.due) == ("not_due", None)
    assert (shown.resolution.due, shown.outcome) == (None, "not_entitled")


def test_a_refusal_shows_its_ground_and_its_window() -> None:
    shown = view(a_request().refused("03-04 09:00").state)

    assert shown.resolution.ground == "modified_source"
    assert shown.resolution.window is not None
    assert (shown.resolution.window.kind, shown.resolution.window.due) == ("dispute", local("03-19 00:00"))


def test_a_fix_shows_its_reference_and_a_window_that_is_still_being_counted() -> None:
    life = a_request()
    life.unanswered = True

    shown = view(life.fixed("03-04 09:00").state)

    assert shown.resolution.fix_reference == "v2.4.1"
    assert shown.resolution.window is not None
    assert shown.resolution.window.due is None
    assert shown.next_due_at is None


def test_a_refund_shows_how_much_and_why() -> None:
    shown = view(a_request().until("04-17 00:15").state)

    assert shown.refund is not None
    assert (shown.refund.amount, shown.refund.currency, shown.refund.status) == (12900, "EUR", "due")
    assert (shown.refund.cause, shown.refund.due_at) == ("resolution_missed", local("04-17 00:15"))
    assert shown.breached


def test_what_waits_for_the_operator_says_since_when_and_when_it_is_remembered() -> None:
    life = a_request().held("03-03 12:00")

    (task,) = view(life.state).waits_for_operator
    assert (task.kind, task.since, task.next_reminder_at) == (
        "hold",
        local("03-03 12:00"),
        local("03-11 00:00"),
    )


def test_a_task_whose_reminder_is_still_being_counted_says_so() -> None:
    life = a_request()
    life.unanswered = True

    (task,) = view(life.held("03-03 12:00").state).waits_for_operator

    assert task.next_reminder_at is None


def test_revisions_of_both_deadlines_are_counted_together() -> None:
    life = a_request()
    for clock in ClockName:
        life.sent(CorrectDeadline, "03-04 09:00", clock=clock, due=local("03-20 00:00"))

    assert view(life.state).revisions == 2


@pytest.mark.parametrize(
    ("lived", "breached"),
    [
        pytest.param(lambda: a_request().acknowledged("03-04 09:00"), False, id="kept"),
        pytest.param(lambda: a_request().acknowledged("03-05 09:00"), True, id="late"),
        pytest.param(
            lambda: a_request().acknowledged("03-04 09:00").until("04-17 00:15"),
            True,
            id="thirty days missed",
        ),
        pytest.param(
            lambda: a_question().acknowledged("03-04 09:00").until("04-17 00:15"), False, id="a question"
        ),
    ],
)
def test_a_request_is_breached_while_a_broken_promise_stands(
    lived: Callable[[], Life], breached: bool
) -> None:
    assert view(lived().state).breached is breached


class TestTheNextDeadline:
    @pytest.mark.parametrize(
        ("lived", "due"),
        [
            pytest.param(a_request, ACKNOWLEDGE_BY, id="the first promise"),
            pytest.param(lambda: a_request().acknowledged("03-04 09:00"), RESOLVE_BY, id="the thirty days"),
            pytest.param(lambda: a_request().fixed("03-20 12:00"), local("03-28 00:00"), id="the window"),
            pytest.param(
                lambda: a_question().acknowledged("03-04 09:00").until("04-17 00:15"),
                local("04-25 00:00"),
                id="the operator",
            ),
            pytest.param(lambda: a_request().refund_ordered("03-04 09:00"), None, id="a payment"),
            pytest.param(lambda: a_request().sent(Close, "03-04 09:00"), None, id="nobody"),
        ],
    )
    def test_is_that_of_whoever_is_to_act(self, lived: Callable[[], Life], due: object) -> None:
        assert next_due_at(lived().state) == due

    def test_of_the_operator_comes_after_the_sellers(self) -> None:
        life = a_request().acknowledged("03-03 11:00").held("03-03 12:00")

        assert next_due_at(life.state) == RESOLVE_BY


class TestTheNextWakeUp:
    def test_is_the_earliest_of_both_clocks(self) -> None:
        life = a_request()

        assert next_wake_at(life.state) == local("03-04 12:00")
        assert view(life.state).next_wake_at == local("03-04 12:00")

    def test_may_be_one_of_the_workflow_s(self) -> None:
        life = a_request().refund_ordered("03-04 09:00")
        look_again = local("03-04 09:05")

        assert view(life.state).next_wake_at is None
        assert view(life.state, look_again).next_wake_at == look_again

    def test_never_comes_after_the_end(self) -> None:
        life = a_request().sent(Close, "03-04 09:00")

        assert next_wake_at(life.state) is None
        assert view(life.state, local("03-04 09:05")).next_wake_at is None

    def test_lies_ahead_once_everything_that_was_due_has_happened(self) -> None:
        life = a_request().until("03-20 00:00")

        at = next_wake_at(life.state)
        assert at is not None
        assert at > life.now


class TestTheAnswers:
    def test_to_a_command_show_both_deadlines_and_where_the_request_stands(self) -> None:
        life = a_request().acknowledged("03-04 09:00")

        given = answer(life.state, complete(Close), local("03-04 09:00"))

        assert (given.command, given.command_id, given.duplicate) == ("close", "cmd-1", False)
        assert (given.state, given.acknowledgement) == ("in_progress", "met")
        assert (given.acknowledge_by, given.resolve_by) == (ACKNOWLEDGE_BY, RESOLVE_BY)
        assert (given.refund, given.outcome, given.decided_at) == (None, None, local("03-04 09:00"))

    def test_to_the_opening_show_both_deadlines(self) -> None:
        given = OpenedAnswer.of(view(a_request().state))

        assert (given.acknowledge_by, given.resolve_by) == (ACKNOWLEDGE_BY, RESOLVE_BY)
        assert (given.state, given.outcome) == ("awaiting_acknowledgement", None)


class TestTheDeadlines:
    def test_are_explained_day_by_day(self) -> None:
        shown = deadlines_view(a_request().fixed("03-20 12:00").state)

        assert shown.acknowledgement is not None
        assert shown.resolution is not None
        assert shown.window is not None
        assert shown.resolution.plan.days[-1].counted_as == 30
        assert shown.window.due == local("03-28 00:00")

    def test_show_their_revisions(self) -> None:
        life = a_request().sent(CorrectDeadline, "03-04 09:00", due=RESOLVE_BY + timedelta(days=7))

        shown = deadlines_view(life.state).resolution
        assert shown is not None
        assert [revision.previous_due for revision in shown.revisions] == [RESOLVE_BY]

    def test_are_empty_before_they_are_planned(self) -> None:
        shown = deadlines_view(unopened().state)

        assert (shown.acknowledgement, shown.resolution, shown.window) == (None, None, None)

    def test_leave_out_a_window_that_is_still_being_counted(self) -> None:
        life = a_request()
        life.unanswered = True

        assert deadlines_view(life.fixed("03-04 09:00").state).window is None
