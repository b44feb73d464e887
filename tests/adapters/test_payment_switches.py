"""The kill switch of automatic payments, for all or for one seller (R44)."""

from collections.abc import Sequence

import pytest

from adapters.payments.intents import RefundIntents
from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.deactivation.charges import RENEWAL_CHARGE
from business_care.listing import PaymentState, PaymentSwitch
from business_care.views import CareStateName
from tests.adapters.care_world import OPENED_AT, OPERATOR, a_file, a_licence, a_step, a_view, an_order

STOP, RESUME = PaymentState.STOPPED, PaymentState.RESUMED


def switch(state: PaymentState, seller_id: str | None = None) -> PaymentSwitch:
    return PaymentSwitch(state=state, seller_id=seller_id, at=OPENED_AT, by=OPERATOR)


@pytest.mark.parametrize(
    ("switches", "stopped"),
    [
        pytest.param([], False, id="never touched"),
        pytest.param([switch(STOP)], True, id="stopped for all"),
        pytest.param([switch(STOP, "S1")], True, id="stopped for this seller"),
        pytest.param([switch(STOP, "S2")], False, id="stopped for another seller"),
        pytest.param([switch(STOP), switch(RESUME)], False, id="resumed for all"),
        pytest.param(
            [switch(STOP), switch(RESUME, "S1")], True, id="one seller can't be let through a stop for all"
        ),
        pytest.param(
            [switch(STOP, "S1"), switch(RESUME)], True, id="resuming for all leaves a seller's own stop"
        ),
    ],
)
async def test_payments_are_stopped_for_all_or_for_a_seller(
    records: Records, switches: Sequence[PaymentSwitch], stopped: bool
) -> None:
    payments = OncePayments(records.database, LedgerProvider(records.database))

    for each in switches:
        await records.switches.set_payments(each)

    assert await payments.stopped("S1") is stopped


async def test_every_switch_is_listed_as_it_stands(records: Records) -> None:
    for each in (switch(STOP, "S1"), switch(STOP), switch(RESUME, "S1")):
        await records.switches.set_payments(each)

    assert await records.switches.payment_switches() == [switch(STOP), switch(RESUME, "S1")]


async def test_the_requests_that_wait_for_a_payment_are_those_with_a_refund_due(records: Records) -> None:
    for view in (
        a_view("R-due", state=CareStateName.REFUND_DUE),
        a_view("R-due-elsewhere", state=CareStateName.REFUND_DUE, seller_id="S2"),
        a_view("R-held", state=CareStateName.REFUND_HELD),
        a_view("R-in-progress"),
    ):
        await records.care.store(a_step(view))

    assert await records.switches.waiting_for_payment("S1") == ["R-due"]
    assert await records.switches.waiting_for_payment(None) == ["R-due", "R-due-elsewhere"]


async def test_a_payment_that_was_stopped_on_its_way_waits_too_and_one_at_the_provider_does_not(
    records: Records,
) -> None:
    await load(records.database, a_file(licences=(a_licence("L1"), a_licence("L2"))))
    payments = OncePayments(records.database, LedgerProvider(records.database))
    await payments.pay_back(an_order("L2"), OPENED_AT)

    await records.care.store(a_step(a_view("R-stopped", state=CareStateName.REFUND_PENDING)))
    await records.care.store(a_step(a_view("R-sent", state=CareStateName.REFUND_PENDING, licence_id="L2")))

    assert await records.switches.waiting_for_payment(None) == ["R-stopped"]


async def test_a_renewal_charge_that_was_given_back_is_not_the_price_that_a_request_waits_for(
    records: Records,
) -> None:
    await load(records.database, a_file())
    of_a_renewal = an_order().model_copy(update={"purpose": f"{RENEWAL_CHARGE}ch_1", "request_id": "D1"})
    await RefundIntents(records.database).begin_attempt(of_a_renewal)

    await records.care.store(a_step(a_view("R-stopped", state=CareStateName.REFUND_PENDING)))

    assert await records.switches.waiting_for_payment(None) == ["R-stopped"]
