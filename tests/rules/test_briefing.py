"""Whoever looks at a run reads what is due when and why, and who may do what."""

from collections.abc import Callable
from datetime import date

import pytest

from business_care.briefing import awaited, briefing
from business_care.clocks import Wake, WakeKind, next_wake
from business_care.commands import AskCustomer, Chargeback, ChargebackStatus, ClockName, CorrectDeadline
from business_care.counting_plan import DayKind, ExplainedDay
from business_care.day_words import NAMED_DAYS, reason_of
from business_care.policy import OnMissedAcknowledgement, Policy
from business_care.refund import RefundStatus
from business_care.state import opened_state
from business_care.values import known
from tests.rules.builders import an_opening, local
from tests.rules.lives import Life, a_question, a_request
from tests.rules.test_presenting import LIVES

ACKNOWLEDGE = "Tue 4 Mar 2031 24:00 Europe/Madrid"
CORRECT = "Wed 16 Apr 2031 24:00 Europe/Madrid"


def told(life: Life, name: str) -> list[str]:
    """What the briefing says under a heading."""
    start = f"- **{name}**: "
    return [line.removeprefix(start) for line in briefing(life.state).splitlines() if line.startswith(start)]


def timers(life: Life) -> list[str]:
    """What the running timers say they wait for."""
    wakes = [next_wake(life.state, clock) for clock in ClockName]
    return [awaited(life.state, wake) for wake in wakes if wake is not None]


@pytest.mark.parametrize("lived", [lived for lived, _ in LIVES.values()], ids=list(LIVES))
def test_every_request_says_in_one_line_what_it_waits_for(lived: Callable[[], Life]) -> None:
    life = lived()

    assert len(told(life, "now")) == 1
    assert all(line.startswith("- **") for line in briefing(life.state).splitlines())


def test_a_deadline_is_told_as_the_end_of_a_local_day_with_the_reason_for_that_day() -> None:
    request = a_request()

    assert told(request, "acknowledge by") == [f"{ACKNOWLEDGE} (1 business day after Mon 3 Mar 2031)"]
    assert told(request, "correct by") == [
        f"{CORRECT} (30 business days after Mon 3 Mar 2031; 12 weekend days left out; "
        "public holidays left out: Fri 11 Apr 2031 (Divendres Sant), Mon 14 Apr 2031 (Dilluns de Pasqua))"
    ]


def test_a_long_row_of_days_that_were_left_out_is_counted_and_not_named() -> None:
    plan = known(a_request().state.acknowledgement.deadline).plan
    closed = tuple(
        ExplainedDay(date=date(2031, 3, 4 + day), kind=DayKind.CLOSURE, name="K1")
        for day in range(NAMED_DAYS + 1)
    )
    nameless = ExplainedDay(date=date(2031, 3, 12), kind=DayKind.SKIPPED_BY_CALENDAR)

    reason = reason_of(plan.model_copy(update={"days": (*plan.days, *closed, nameless)}))

    assert reason == (
        "1 business day after Mon 3 Mar 2031; 6 days of closure left out; "
        "dates that the place never had left out: Wed 12 Mar 2031"
    )


def test_a_deadline_that_an_operator_has_moved_is_told_as_his() -> None:
    to = local("03-06 15:00")
    request = a_request().sent(
        CorrectDeadline, "03-04 09:00", clock=ClockName.ACKNOWLEDGEMENT, due=to, reason="server was down"
    )

    assert told(request, "acknowledge by") == ["2031-03-06 14:00 UTC (moved by an operator)"]


def test_an_acknowledgement_and_a_broken_promise_are_told_with_their_instants() -> None:
    assert told(a_request().acknowledged("03-04 09:00"), "acknowledged") == ["met, 2031-03-04 08:00 UTC"]
    assert told(a_request().until("03-05 00:00"), "promise broken") == [
        "not acknowledged by 2031-03-04 23:00 UTC"
    ]


def test_an_open_window_says_until_when_and_what_silence_means() -> None:
    request = a_request().fixed("03-04 09:00")

    assert told(request, "now") == ["the customer tries the fix; silence confirms it"]
    assert told(request, "the customer verifies by") == [
        "Tue 11 Mar 2031 24:00 Europe/Madrid (5 business days after Tue 4 Mar 2031; 2 weekend days left out)"
    ]


def test_a_request_for_help_that_took_too_long_is_not_taken_for_a_question_to_the_customer() -> None:
    assert told(a_question().until("04-17 00:15"), "now") == [
        "an operator must decide: the time is over, and a request for help is never refunded by itself"
    ]


def test_an_open_question_to_the_customer_is_told() -> None:
    request = a_request().sent(AskCustomer, "03-04 09:00", question="Which browser?")

    assert told(request, "now") == [
        "the seller must correct, or refuse on one of six grounds; a question to the customer is open"
    ]
    assert "browser" not in briefing(request.state)


def test_a_refund_that_people_must_pay_says_why_and_what_to_send() -> None:
    request = a_request().refund_ordered("03-04 09:00").manual("03-04 09:01")

    assert told(request, "now") == ["an operator must pay by hand, and then send record_refund"]
    assert told(request, "refund") == ["manual, 12900 EUR in minor units, because of operator_order"]
    assert told(request, "why by hand") == ["account_closed"]
    assert told(request, "waits for an operator") == [
        "manual_refund since 2031-03-04 08:01 UTC; next reminder 2031-03-11 23:00 UTC"
    ]
    assert told(request, "an operator may send") == ["record_refund, chargeback"]


def test_a_task_whose_reminder_is_still_being_counted_tells_since_when_it_waits() -> None:
    request = a_request().refund_ordered("03-04 09:00")
    request.unanswered = True
    request.manual("03-04 09:01")

    assert told(request, "waits for an operator") == ["manual_refund since 2031-03-04 08:01 UTC"]


def test_a_refund_whose_amount_is_not_known_yet_says_why_it_is_due() -> None:
    state = a_request().until("04-17 00:15").state
    without = state.model_copy(update={"refund": state.refund.model_copy(update={"money": None})})

    assert "- **refund**: due, because of resolution_missed" in briefing(without).splitlines()


def test_a_chargeback_is_told_beside_the_refund() -> None:
    request = a_request().sent(Chargeback, "03-04 09:00", status=ChargebackStatus.LOST)

    assert request.state.refund.status is RefundStatus.CHARGED_BACK
    assert told(request, "chargeback") == ["lost"]
    assert told(request, "now") == [
        "the money has moved; the care is ended, the renewal cancelled, and both are told"
    ]


def test_a_closed_request_tells_its_outcome_and_asks_nobody_for_anything() -> None:
    request = a_request().fixed("03-04 09:00").until("03-13 00:00")

    assert briefing(request.state).splitlines() == [
        "- **now**: nothing: the request is closed",
        "- **outcome**: resolved, 2031-03-11 23:15 UTC",
    ]


def test_timers_say_who_must_act_and_by_the_end_of_which_local_day() -> None:
    assert timers(a_request()) == [
        f"remind the seller: acknowledge by {ACKNOWLEDGE}",
        f"remind the seller: correct by {CORRECT}",
    ]
    assert timers(a_request().until("03-04 13:00"))[0] == f"acknowledge by {ACKNOWLEDGE}"
    assert timers(a_request().until("04-16 13:00")) == [
        f"correct by {CORRECT}, and 15 minutes for what is on its way"
    ]


def test_the_timers_of_a_window_say_what_the_customer_may_do_until_when() -> None:
    verifying = a_request().fixed("03-04 09:00")
    disputing = a_request().refused("03-04 09:00").until("03-18 13:00")

    assert timers(verifying) == [
        "remind the customer: the customer verifies by Tue 11 Mar 2031 24:00 Europe/Madrid"
    ]
    assert timers(disputing) == [
        "the customer disputes by Tue 18 Mar 2031 24:00 Europe/Madrid, and 15 minutes for what is on its way"
    ]


def test_words_for_a_timer_never_fail_even_where_nothing_is_counted_yet() -> None:
    unopened = opened_state(an_opening())

    assert [awaited(unopened, Wake(local("03-04 09:00"), kind)) for kind in WakeKind]


def test_the_timers_of_a_late_consequence_and_of_an_operator_s_reminder_are_told_too() -> None:
    policy = Policy(on_missed_acknowledgement=OnMissedAcknowledgement.REFUND)
    missed = a_request(policy=policy).until("03-05 00:00")

    assert timers(missed)[0] == f"pay back for the missed acknowledgement of {ACKNOWLEDGE}"
    assert timers(a_question().until("04-17 00:15")) == ["remind the operator 2031-04-24 22:00 UTC"]
