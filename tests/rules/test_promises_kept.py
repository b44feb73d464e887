"""How a seller kept the two promises in a month."""

import pytest

from business_care.commands import RefusalGround
from business_care.promises import CountedRequest, PromisesKept, Spread, promises_kept
from business_care.refund import Money
from business_care.state import AcknowledgementStatus, Outcome

HOUR, DAY = 3600, 24 * 3600
MET, LATE, MISSED = (
    AcknowledgementStatus.MET,
    AcknowledgementStatus.MET_LATE,
    AcknowledgementStatus.BREACHED,
)


def a_request(acknowledgement: AcknowledgementStatus = MET, **fields: object) -> CountedRequest:
    counted = {"month": "2031-03", "seller_id": "S1", "acknowledgement": acknowledgement}
    return CountedRequest.model_validate({**counted, **fields})


def the_line(*requests: CountedRequest) -> PromisesKept:
    (line,) = promises_kept(requests)
    return line


def test_each_month_and_seller_has_a_line_in_order_of_time_and_then_of_sellers() -> None:
    requests = [
        a_request(month="2031-04"),
        a_request(seller_id="S2"),
        a_request(),
        a_request(seller_id=None),
    ]

    lines = [(line.month, line.seller_id) for line in promises_kept(requests)]

    assert lines == [("2031-03", None), ("2031-03", "S1"), ("2031-03", "S2"), ("2031-04", "S1")]


def test_the_first_promise_is_kept_kept_late_or_missed() -> None:
    line = the_line(a_request(MET), a_request(MET), a_request(LATE), a_request(MISSED))

    assert (line.acknowledged_in_time, line.acknowledged_late, line.acknowledgement_missed) == (2, 1, 1)


def test_a_request_without_entitlement_counts_on_nobodys_account() -> None:
    line = the_line(
        a_request(AcknowledgementStatus.NOT_DUE, outcome=Outcome.NOT_ENTITLED),
        a_request(),
    )

    assert (line.opened, line.not_entitled) == (1, 1)


@pytest.mark.parametrize("outcome", [Outcome.RESOLVED, Outcome.SETTLED])
def test_the_second_promise_is_kept_by_a_fix_or_by_an_update_that_was_accepted(outcome: Outcome) -> None:
    assert the_line(a_request(outcome=outcome, closed_after=DAY)).resolved_in_time == 1


def test_a_request_that_was_refunded_after_its_deadline_has_missed_it() -> None:
    line = the_line(a_request(outcome=Outcome.REFUNDED, resolution_missed=True))

    assert (line.resolved_in_time, line.resolution_missed) == (0, 1)


def test_requests_under_way_and_those_that_ended_otherwise_are_told_apart() -> None:
    line = the_line(
        a_request(),
        a_request(outcome=Outcome.WITHDRAWN),
        a_request(outcome=Outcome.CLOSED_BY_OPERATOR),
    )

    assert (line.opened, line.still_open, line.ended_otherwise) == (3, 1, 2)


def test_refusals_count_by_their_ground_once_they_stand() -> None:
    line = the_line(
        a_request(outcome=Outcome.REFUSED, ground=RefusalGround.MODIFIED_SOURCE),
        a_request(outcome=Outcome.REFUSED, ground=RefusalGround.DIFFERENT_SITE),
        a_request(outcome=Outcome.REFUSED, ground=RefusalGround.MODIFIED_SOURCE),
        a_request(ground=RefusalGround.MODIFIED_SOURCE),
    )

    assert line.refused == {RefusalGround.DIFFERENT_SITE: 1, RefusalGround.MODIFIED_SOURCE: 2}


def test_money_given_back_is_added_up_by_currency() -> None:
    line = the_line(
        a_request(outcome=Outcome.REFUNDED, paid_back=Money(amount=12_900, currency="EUR")),
        a_request(outcome=Outcome.REFUNDED, paid_back=Money(amount=100, currency="EUR")),
        a_request(outcome=Outcome.REFUNDED, paid_back=Money(amount=9_900, currency="USD")),
        a_request(outcome=Outcome.REFUNDED),
    )

    assert line.refunded == 3
    assert line.paid_back == {"EUR": 13_000, "USD": 9_900}


def test_times_to_acknowledge_are_in_hours_the_slow_end_by_nearest_rank() -> None:
    line = the_line(*(a_request(acknowledged_after=hours * HOUR) for hours in range(1, 101)))

    assert line.hours_to_acknowledge == Spread(median=50, p95=95)


@pytest.mark.parametrize(
    ("hours", "median", "p95"),
    [
        pytest.param([7], 7, 7, id="one"),
        pytest.param([1, 9], 1, 9, id="two: the middle is a time that was measured"),
        pytest.param([9, 1, 5], 5, 9, id="three, in any order"),
    ],
)
def test_a_few_times_have_a_middle_and_a_slow_end_too(hours: list[int], median: int, p95: int) -> None:
    line = the_line(*(a_request(acknowledged_after=given * HOUR) for given in hours))

    assert line.hours_to_acknowledge == Spread(median=median, p95=p95)


def test_times_to_resolve_are_in_days_of_requests_that_were_resolved_or_settled() -> None:
    line = the_line(
        a_request(outcome=Outcome.RESOLVED, closed_after=36 * HOUR),
        a_request(outcome=Outcome.WITHDRAWN, closed_after=HOUR),
        a_request(),
    )

    assert line.days_to_resolve == Spread(median=1.5, p95=1.5)


def test_nothing_acknowledged_and_nothing_resolved_has_no_times() -> None:
    line = the_line(a_request(MISSED))

    assert line.hours_to_acknowledge == line.days_to_resolve == Spread()
