"""A payment gives signs of life, and what came of it is written down even when nobody waits for it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from activities.payment_steps import PaymentSteps, RefundStep
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder
from tests.activities.parties import OPENED_AT, PlainPayments

ORDER = RefundOrder(
    licence_id="L1", request_id="R1", seller_id="S1", money=Money(amount=12900, currency="EUR")
)
STEP = RefundStep(order=ORDER, at=OPENED_AT)
CALLED_OFF = ActivityCancellationDetails(cancel_requested=True)
REQUEST_IS_GONE = ActivityCancellationDetails(not_found=True)
TAKEN_FOR_DEAD = ActivityCancellationDetails(timed_out=True)


@dataclass
class SlowPayments(PlainPayments):
    """Pays once it may go on; `written` is what is in the records then."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    written: list[str] = field(default_factory=list)

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        self.begun.set()
        await self.may_go_on.wait()
        self.written.append(order.licence_id)
        return await super().pay_back(order, at)


async def test_a_payment_gives_a_sign_of_life_before_the_provider_has_answered() -> None:
    payments, environment, signs = SlowPayments(), ActivityEnvironment(), asyncio.Event()
    environment.on_heartbeat = lambda *_details: signs.set()
    paying = asyncio.create_task(environment.run(PaymentSteps(payments).pay_back, STEP))

    await asyncio.wait_for(signs.wait(), 60)

    assert not paying.done()
    payments.may_go_on.set()
    await paying


@pytest.mark.parametrize("told", [CALLED_OFF, REQUEST_IS_GONE, TAKEN_FOR_DEAD], ids=str)
async def test_a_payment_that_nobody_waits_for_any_more_is_written_down_all_the_same(
    told: ActivityCancellationDetails,
) -> None:
    payments, environment = SlowPayments(), ActivityEnvironment()
    paying = asyncio.create_task(environment.run(PaymentSteps(payments).pay_back, STEP))
    await payments.begun.wait()

    environment.cancel(told)
    await asyncio.sleep(0)
    payments.may_go_on.set()
    answer = await paying

    assert answer.kind is RefundAnswerKind.SUCCEEDED
    assert payments.written == ["L1"]


async def test_a_worker_whose_grace_is_over_breaks_a_payment_off() -> None:
    payments, environment = SlowPayments(), ActivityEnvironment()
    paying = asyncio.create_task(environment.run(PaymentSteps(payments).pay_back, STEP))
    await payments.begun.wait()

    environment.cancel(ActivityCancellationDetails(worker_shutdown=True))

    with pytest.raises(asyncio.CancelledError):
        await paying
    assert payments.written == []


async def test_a_refund_that_waits_for_its_turn_gives_signs_of_life_and_is_then_paid() -> None:
    payments, environment, signs, turn = (
        PlainPayments(),
        ActivityEnvironment(),
        asyncio.Event(),
        asyncio.Event(),
    )
    environment.on_heartbeat = lambda *_details: signs.set()
    paying = asyncio.create_task(environment.run(PaymentSteps(payments, turn.wait).pay_back, STEP))
    await asyncio.wait_for(signs.wait(), 60)
    waited = not paying.done()

    turn.set()

    assert (waited, (await paying).kind) == (True, RefundAnswerKind.SUCCEEDED)


async def test_a_refund_that_is_called_off_while_it_waits_for_its_turn_is_never_begun() -> None:
    payments, environment, waits = SlowPayments(), ActivityEnvironment(), asyncio.Event()

    async def for_ever() -> None:
        waits.set()
        await asyncio.Event().wait()

    paying = asyncio.create_task(environment.run(PaymentSteps(payments, for_ever).pay_back, STEP))
    await asyncio.wait_for(waits.wait(), 60)

    environment.cancel(CALLED_OFF)

    with pytest.raises(asyncio.CancelledError):
        await paying
    assert not payments.begun.is_set()
