"""The process of a refund: waits while it may not be paid, pays once, settles, and ends the care
(R41-R44)."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.payment_steps import PaymentSteps, PaymentSwitchQuestion, RefundStep
from activities.record_steps import LicenceAct, RecordSteps
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundStatus
from business_care.settlement import (
    SETTLED,
    care_ended,
    refund_answered,
    refund_order,
    renewal_cancelled,
    request_refund,
)
from workflows.clock import now
from workflows.life import Life
from workflows.options import (
    KILL_SWITCH_FIRST_LOOK,
    KILL_SWITCH_SLOWEST_LOOK,
    PAYING,
    SETTLEMENT_POLL,
    asking_the_provider,
    call_off,
    surely,
)

_WANTS_ATTENTION = frozenset({RefundStatus.DUE, RefundStatus.PENDING}) | SETTLED


class RefundProcess:
    """Pays one request's price back, if ever it is due."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._resumed = 0
        self.is_paying = False
        """Whether a step of the refund is under way: no new run may take over meanwhile."""

    def payments_resumed(self) -> None:
        """The kill switch was lifted: look again at once (R44)."""
        self._resumed += 1

    async def run(self) -> None:
        """Do what the refund's status asks for, until the life rests."""
        while True:
            await workflow.wait_condition(lambda: self._life.rests or self._status in _WANTS_ATTENTION)
            if self._life.rests:
                return
            self.is_paying = True
            if self._status is RefundStatus.DUE:
                await self._request()
            elif self._status is RefundStatus.PENDING:
                await self._await_settlement()
            else:
                await self._end_care()
            self.is_paying = False

    @property
    def _status(self) -> RefundStatus | None:
        return self._life.state.refund.status

    async def _request(self) -> None:
        await self._until_it_may_be_asked_for(RefundStatus.DUE)
        if self._status is not RefundStatus.DUE or self._life.rests:
            return
        # Between this look at the state and the closed door nothing is awaited: no command can slip through.
        self._life.take(request_refund(self._life.state, now()))
        await self._pay()

    async def _pay(self) -> None:
        while self._status is RefundStatus.PENDING and not self._life.rests:
            answer = await self._ask_to_pay()
            if answer is None:
                continue
            self._life.take(refund_answered(self._life.state, answer, now()))
            if answer.kind is not RefundAnswerKind.STOPPED:
                return
            await self._until_it_may_be_asked_for(RefundStatus.PENDING)

    async def _ask_to_pay(self) -> RefundAnswer | None:
        """Ask under the licence's one key. None when a day of tries came to nothing, or another answer came
        first."""
        step = RefundStep(order=refund_order(self._life.state), at=now())
        options = PAYING.copy()
        options["summary"] = f"refund licence {step.order.licence_id}"
        paying = workflow.start_activity_method(PaymentSteps.pay_back, step, **options)
        await workflow.wait_condition(lambda: paying.done() or self._status is not RefundStatus.PENDING)
        if not paying.done():
            await call_off(paying)
            return None
        try:
            return await paying
        except ActivityError:
            return await asking_the_provider(
                PaymentSteps.look_up_refund, step, "look what came of the refund"
            )

    async def _await_settlement(self) -> None:
        """Ask once a day, unless the provider tells before (R42)."""
        asks_at = self._life.state.refund.requested_at or now()
        while asks_at <= now():
            asks_at += SETTLEMENT_POLL
        if await self._changed_within(asks_at - now(), "ask how the refund settled"):
            return
        step = RefundStep(order=refund_order(self._life.state), at=now())
        answer = await asking_the_provider(PaymentSteps.look_up_refund, step, "ask how the refund settled")
        if answer is None:
            # It was stopped before anything was sent, perhaps by an earlier run: asking looks first again.
            await self._pay()
        else:
            self._life.take(refund_answered(self._life.state, answer, now()))

    async def _until_it_may_be_asked_for(self, status: RefundStatus) -> None:
        """Wait while the kill switch is on, looking again after 5 minutes, doubling to an hour (R44); then
        give way to a crowd of deadlines, but no longer than the first look at it says."""
        pause = KILL_SWITCH_FIRST_LOOK
        gives_way_until: datetime | None = None
        question = PaymentSwitchQuestion(seller_id=refund_order(self._life.state).seller_id)
        while self._status is status and not self._life.rests:
            resumed = self._resumed
            seen = await surely(PaymentSteps.payments_stopped, question, "look at the kill switch")
            if seen.stopped:
                if resumed == self._resumed:
                    await self._changed_within(pause, "look at the kill switch again")
                pause = min(2 * pause, KILL_SWITCH_SLOWEST_LOOK)
                continue
            gives_way = timedelta(seconds=seen.gives_way_seconds)
            gives_way_until = gives_way_until or now() + gives_way
            if not gives_way or gives_way_until <= now():
                return
            # No rule says at which second a refund is asked for: each waits for another part of that.
            part = min(workflow.random().random() * gives_way, gives_way_until - now())
            await self._changed_within(part, "give way to deadlines that end now")

    async def _changed_within(self, pause: timedelta, summary: str) -> bool:
        """Wait on a durable timer; whether the refund's status or the kill switch changed before it rang."""
        status, seen = self._status, self._resumed
        self._life.looks_again_at = now() + pause
        self.is_paying = False
        try:
            await workflow.wait_condition(
                lambda: self._status is not status or self._resumed != seen or self._life.rests,
                timeout=pause,
                timeout_summary=summary,
            )
        except TimeoutError:
            return False
        finally:
            self._life.looks_again_at = None
            self.is_paying = True
        return True

    async def _end_care(self) -> None:
        """In this order: end the care, cancel the renewal, tell both parties (R43)."""
        licence_id = refund_order(self._life.state).licence_id
        if not self._life.state.refund.care_ended:
            act = LicenceAct(licence_id=licence_id, at=now())
            await surely(RecordSteps.end_care, act, f"end the care of licence {licence_id}")
            self._life.take(care_ended(self._life.state, now()))
        act = LicenceAct(licence_id=licence_id, at=now())
        await surely(RecordSteps.cancel_renewal, act, f"cancel the renewal of licence {licence_id}")
        self._life.take(renewal_cancelled(self._life.state, now()))
