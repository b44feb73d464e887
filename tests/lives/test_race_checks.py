"""What the check of a race objects to, one broken promise at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.open_requests import Opened
from benchmarks.race_checks import Paid, Remains, violations
from benchmarks.race_histories import RaceHistory
from benchmarks.race_plans import Contest, RacePlan
from benchmarks.raced_fixes import Answer, Race, Verdict

A_MOMENT = timedelta(milliseconds=20)
DUE = datetime(2031, 4, 16, tzinfo=UTC)
REFUND = Paid(12_901, "EUR", "purchase_price", DUE + timedelta(milliseconds=40))
TOO_EARLY = replace(REFUND, requested_at=DUE - A_MOMENT)


def race(verdict: Verdict, code: str = "") -> Race:
    won = verdict is Verdict.ACKNOWLEDGED
    return Race(
        RacePlan(Contest.ALONE, (timedelta(),), timedelta(), is_dated=False),
        Opened("R1", "L1", "C1", 12_901),
        DUE,
        DUE,
        [Answer("fix-0", "fix", verdict, code, DUE - A_MOMENT, DUE + A_MOMENT, tries=1)],
        RaceHistory(
            "resolved" if won else "refunded", frozenset({"fix-0"} if won else ()), 0 if won else 1, (), 0
        ),
    )


FIX_WON = race(Verdict.ACKNOWLEDGED)
REFUND_WON = race(Verdict.REFUSED, "deadline_passed")
UNANSWERED = race(Verdict.UNKNOWN, "NoAnswer")


def timed(run: Race, sent_at: datetime, answered_at: datetime) -> Race:
    answers = [replace(answer, sent_at=sent_at, answered_at=answered_at) for answer in run.answers]
    return replace(run, answers=answers)


def fixed() -> Remains:
    return Remains({}, {}, {"R1": "resolved"}, {"R1": ["opened", "fix"]}, {"R1": frozenset({"fix-0"})})


def paid_back() -> Remains:
    journal = ["opened", "refund_due", "care_ended", "renewal_cancelled"]
    return Remains({"L1": [REFUND]}, {"L1": 1}, {"R1": "refunded"}, {"R1": journal}, {})


def with_payments(*paid: Paid) -> Remains:
    return replace(paid_back(), paid={"L1": list(paid)})


@pytest.mark.parametrize(
    ("run", "remains"),
    [
        pytest.param(FIX_WON, fixed(), id="an acknowledged fix"),
        pytest.param(REFUND_WON, paid_back(), id="a refund"),
        pytest.param(UNANSWERED, paid_back(), id="a refund, and a fix that nobody answered"),
        pytest.param(
            replace(UNANSWERED, history=FIX_WON.history), fixed(), id="a fix that was taken without an answer"
        ),
    ],
)
def test_one_of_both_is_as_it_should_be(run: Race, remains: Remains) -> None:
    assert violations([run], remains) == []


@pytest.mark.parametrize(
    ("run", "remains", "found"),
    [
        (FIX_WON, lambda: replace(fixed(), paid={"L1": [REFUND]}), "both"),
        (FIX_WON, paid_back, "both"),
        (FIX_WON, lambda: replace(fixed(), intents={"L1": 1}), "a refund was begun"),
        (FIX_WON, lambda: replace(fixed(), taken={}), "the records do not have it"),
        (FIX_WON, lambda: replace(fixed(), journals={}), "the journal does not have it"),
        (replace(FIX_WON, history=REFUND_WON.history), fixed, "the history does not have it"),
        (replace(FIX_WON, confirmation="request_closed"), fixed, "could not be confirmed"),
        (timed(FIX_WON, DUE, DUE + A_MOMENT), fixed, "ms after the deadline and acknowledged"),
        (timed(REFUND_WON, DUE - 2 * A_MOMENT, DUE - A_MOMENT), paid_back, "refused before the deadline"),
        (REFUND_WON, with_payments, "neither"),
        (REFUND_WON, lambda: with_payments(REFUND, REFUND), "2 times"),
        (REFUND_WON, lambda: with_payments(replace(REFUND, amount=12_900)), "12900 EUR was paid back"),
        (REFUND_WON, lambda: with_payments(replace(REFUND, currency="USD")), "12901 USD was paid back"),
        (REFUND_WON, lambda: with_payments(replace(REFUND, purpose="renewal")), "paid back as renewal"),
        (
            REFUND_WON,
            lambda: with_payments(replace(REFUND, requested_at=DUE - A_MOMENT)),
            "before the deadline",
        ),
        (REFUND_WON, lambda: replace(paid_back(), intents={}), "no intent"),
        (REFUND_WON, fixed, "taken all the same"),
        (REFUND_WON, lambda: replace(paid_back(), journals={"R1": ["refund_due"]}), "the care goes on"),
        (REFUND_WON, lambda: replace(paid_back(), outcomes={"R1": None}), "the request ended None"),
        (race(Verdict.REFUSED, "wrong_state"), paid_back, "refused as wrong_state"),
        (replace(UNANSWERED, history=None), lambda: Remains({}, {}, {}, {}, {}), "neither"),
    ],
)
def test_a_broken_promise_is_found(run: Race, remains: Callable[[], Remains], found: str) -> None:
    words = [one.words for one in violations([run], remains())]

    assert any(found in one for one in words), words


def test_a_failed_task_is_found() -> None:
    failed = RaceHistory("resolved", frozenset({"fix-0"}), 0, ("NON_DETERMINISTIC_ERROR",), 0)

    (violation,) = violations([replace(FIX_WON, history=failed)], fixed())

    assert violation.words == "a workflow task failed: NON_DETERMINISTIC_ERROR"


def test_two_senders_of_one_fix_must_hear_the_same() -> None:
    twice = replace(FIX_WON, answers=[*FIX_WON.answers, *REFUND_WON.answers])

    words = [one.words for one in violations([twice], fixed())]

    assert "fix-0 was acknowledged to one sender and refused to the other" in words
