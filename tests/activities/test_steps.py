"""Each step calls its port, hands on what came of it, and translates what went wrong."""

import json
from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from pydantic import TypeAdapter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calendar_steps import CalendarSteps
from activities.opening_steps import Found, OpeningSteps
from activities.payment_steps import PaymentsSeen, PaymentSteps, PaymentSwitchQuestion, RefundStep
from activities.record_steps import LicenceAct, RecordSteps
from business_care.calendar import CalendarErrorCode, CalendarRefused, Closure
from business_care.counting import DeadlinePlan
from business_care.errors import TemporarilyUnavailable
from business_care.opening import facts_found
from business_care.planning import Recount, opening_plans
from business_care.presenting import view
from business_care.refund import Money, RefundAnswerKind, RefundOrder
from business_care.request import CareRequestOpening
from business_care.state import opened_state
from business_care.views import RequestView
from tests.activities.parties import (
    FACTS,
    OPENED_AT,
    OPENING,
    PARIS,
    EveryDayPlanner,
    PlainPayments,
    PlainRecords,
    plan_of,
)

CLOSURE = Closure(id="K1", start=date(2031, 3, 4), end=date(2031, 3, 7))
ORDER = RefundOrder(
    licence_id="L1", request_id="R1", seller_id="S1", money=Money(amount=12900, currency="EUR")
)
STEP = RefundStep(order=ORDER, at=OPENED_AT)


def not_entitled() -> RequestView:
    state = facts_found(
        opened_state(OPENING), FACTS.model_copy(update={"care_active": False}), OPENED_AT
    ).state
    return view(state)


def looking_up(
    records: PlainRecords, planner: EveryDayPlanner | None = None
) -> Callable[[CareRequestOpening], Awaitable[Found]]:
    return OpeningSteps(records, planner or EveryDayPlanner()).look_up


class NoCalendar(EveryDayPlanner):
    """A planner without a calendar, be it for now or for good."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def plan(self, *_: object, **__: object) -> DeadlinePlan:
        raise self.failure


async def test_a_known_licence_is_found_with_its_facts_and_both_deadlines() -> None:
    found = await looking_up(PlainRecords())(OPENING)

    assert (found.facts, found.finished, found.licence_is_unknown) == (FACTS, None, False)
    assert found.deadlines is not None
    days = (found.deadlines.acknowledgement.business_days, found.deadlines.resolution.business_days)
    assert days == (1, 30)


@pytest.mark.parametrize(
    "failure",
    [
        CalendarRefused(CalendarErrorCode.UNKNOWN_COUNTRY, "no such country"),
        TemporarilyUnavailable("out of order"),
    ],
    ids=["refused", "out of order"],
)
async def test_a_calendar_that_is_out_of_order_holds_no_facts_back(failure: Exception) -> None:
    found = await looking_up(PlainRecords(), NoCalendar(failure))(OPENING)

    assert (found.facts, found.deadlines) == (FACTS, None)


async def test_nothing_is_counted_for_a_licence_without_care() -> None:
    records = PlainRecords(facts=FACTS.model_copy(update={"care_active": False}))

    found = await looking_up(records)(OPENING)

    assert (found.facts, found.deadlines) == (records.facts, None)


async def test_an_unknown_licence_is_an_answer_and_no_failure() -> None:
    found = await looking_up(PlainRecords(known=False))(OPENING)

    assert (found.facts, found.licence_is_unknown) == (None, True)


async def test_a_request_that_has_ended_is_found_without_asking_for_facts() -> None:
    records = PlainRecords(known=False, closed=not_entitled())

    found = await looking_up(records)(OPENING)

    assert (found.finished, found.licence_is_unknown) == (not_entitled(), False)
    assert records.did == []


async def test_care_and_renewal_end_at_the_instant_of_the_requests_life() -> None:
    records = PlainRecords()
    steps = RecordSteps(records)
    act = LicenceAct(licence_id="L1", at=OPENED_AT)

    await steps.end_care(act)
    await steps.cancel_renewal(act)

    at = OPENED_AT.isoformat()
    assert records.did == [f"end care of L1 at {at}", f"cancel renewal of L1 at {at}"]


async def test_closures_are_left_out_of_the_first_count_only() -> None:
    facts = FACTS.model_copy(update={"closures": (CLOSURE,)})
    wanted = opening_plans(facts_found(opened_state(OPENING), facts, OPENED_AT).state)

    plans = await OpeningSteps(PlainRecords(), EveryDayPlanner()).plan_opening(wanted)

    assert (plans.acknowledgement.business_days, plans.acknowledgement.closures) == (1, (CLOSURE,))
    assert (plans.resolution.business_days, plans.resolution.closures) == (30, ())


async def test_a_recount_leaves_the_ended_closure_out() -> None:
    wanted = Recount(
        plan=plan_of(1, [CLOSURE]),
        closures=(CLOSURE,),
        closure_id="K1",
        notified_at=OPENED_AT,
        place=PARIS,
        profile=FACTS.policy.profile,
    )

    assert (await CalendarSteps(EveryDayPlanner()).recount(wanted)).closures == ()


async def test_a_refund_is_asked_for_under_the_key_of_its_licence() -> None:
    answer = await ActivityEnvironment().run(PaymentSteps(PlainPayments()).pay_back, STEP)

    assert (answer.kind, answer.reference) == (RefundAnswerKind.SUCCEEDED, "refund-purchase_price-L1")


async def test_the_kill_switch_is_looked_at_for_the_seller() -> None:
    steps = PaymentSteps(PlainPayments())

    stopped = await steps.payments_stopped(PaymentSwitchQuestion(seller_id="S-stopped"))
    running = await steps.payments_stopped(PaymentSwitchQuestion(seller_id="S1"))

    assert (stopped, running) == (PaymentsSeen(stopped=True), PaymentsSeen(stopped=False))


async def test_who_looks_at_the_kill_switch_is_told_how_long_to_give_way() -> None:
    async def for_a_minute() -> int:
        return 60

    steps = PaymentSteps(PlainPayments(), seconds_to_give_way=for_a_minute)

    seen = await steps.payments_stopped(PaymentSwitchQuestion(seller_id="S1"))

    assert seen == PaymentsSeen(stopped=False, gives_way_seconds=60)


@pytest.mark.parametrize("stopped", [True, False])
def test_a_history_that_holds_the_kill_switch_alone_is_understood(stopped: bool) -> None:
    kept = json.dumps(stopped)

    assert TypeAdapter(PaymentsSeen).validate_json(kept) == PaymentsSeen(stopped=stopped)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda steps: steps.pay_back(STEP), id="paying"),
        pytest.param(lambda steps: steps.look_up_refund(STEP), id="looking up"),
        pytest.param(
            lambda steps: steps.payments_stopped(PaymentSwitchQuestion(seller_id="S1")), id="the kill switch"
        ),
    ],
)
async def test_an_outage_of_the_payment_side_is_translated(
    ask: Callable[[PaymentSteps], Awaitable[object]],
) -> None:
    with pytest.raises(ApplicationError) as failed:
        await ActivityEnvironment().run(ask, PaymentSteps(PlainPayments(out_of_order=True)))

    assert failed.value.type == "temporarily_unavailable"
