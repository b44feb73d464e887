"""Moving money, once (R41-R44)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import model_validator
from temporalio import activity

from activities.failures import translated
from activities.signs_of_life import alive, to_its_end
from business_care.ports import Payments
from business_care.refund import RefundAnswer, RefundOrder
from business_care.values import Identifier, Instant, Value


class RefundStep(Value):
    """A refund that is asked for, or asked after, at an instant of the request's life."""

    order: RefundOrder
    at: Instant


class PaymentSwitchQuestion(Value):
    """Whose kill switch is looked at."""

    seller_id: Identifier


class PaymentsSeen(Value):
    """Whether a refund may be asked for at this moment."""

    stopped: bool
    """The kill switch is on (R44)."""
    gives_way_seconds: int = 0
    """Many deadlines end just now: the refund gives way to them, for so many seconds at most. In earlier
    histories none did."""

    @model_validator(mode="before")
    @classmethod
    def _the_switch_alone(cls, seen: Any) -> Any:
        # Histories of before refunds gave way hold that.
        return {"stopped": seen} if isinstance(seen, bool) else seen


async def at_once() -> None:
    """No pace is kept."""


async def to_nobody() -> int:
    """There is nobody to give way to."""
    return 0


@dataclass(frozen=True)
class PaymentSteps:
    """The steps that need the payment side."""

    payments: Payments
    its_turn: Callable[[], Awaitable[object]] = at_once
    """What a payment waits for before it begins: seconds, never for good."""
    seconds_to_give_way: Callable[[], Awaitable[int]] = to_nobody
    """How long a refund gives way, at most; nought: to nobody."""

    # The name stands in histories, which know of nothing but the switch.
    @activity.defn
    async def payments_stopped(self, question: PaymentSwitchQuestion) -> PaymentsSeen:
        """Whether the kill switch is on (R44), and whether there is somebody to give way to."""
        with translated():
            stopped = await self.payments.stopped(question.seller_id)
            return PaymentsSeen(stopped=stopped, gives_way_seconds=await self.seconds_to_give_way())

    @activity.defn
    async def pay_back(self, step: RefundStep) -> RefundAnswer:
        """Look first, then ask once under the licence's key; safe to repeat (R41).

        What came of it is written down even when the workflow has called the payment off meanwhile; one that
        is called off while it waits for its turn has not begun.
        """
        async with alive():
            await self.its_turn()
            return await to_its_end(self.payments.pay_back(step.order, step.at))

    @activity.defn
    async def look_up_refund(self, step: RefundStep) -> RefundAnswer | None:
        """How the refund stands at the provider; None when there is none (R42)."""
        async with alive():
            return await self.payments.look_up(step.order, step.at)
