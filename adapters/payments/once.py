"""The price of a licence is paid back once, whatever number of requests, crashes and retries ask (R41)."""

from datetime import datetime

from adapters.payments.intents import Intent, RefundIntents
from adapters.records.database import Database
from adapters.records.disputes import is_disputed
from adapters.records.refund_marks import IntentStatus
from adapters.records.switches import payments_stopped
from business_care.ports import PaymentProvider
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundOrder

_LOST = RefundAnswer(kind=RefundAnswerKind.REFUSED, reason="unknown_to_provider")
"""It was pending once, and now the provider knows none: what may have been paid is not sent again (R42)."""

_DISPUTED = RefundAnswer(kind=RefundAnswerKind.REFUSED, reason="charge_disputed")
"""The customer's bank holds the payment or has taken of it, which the request may not know (R44)."""


class OncePayments:
    """The port `Payments`: looks before it pays, and keeps its intent before it asks.

    The key that the provider gets is made from licence and purpose, so that requests that ask at the same
    instant ask for one and the same refund. Providers forget keys after about 24 hours, which is why nothing
    is sent again before the provider was asked whether it is there already.
    """

    def __init__(self, database: Database, provider: PaymentProvider) -> None:
        self._database = database
        self._intents = RefundIntents(database)
        self._provider = provider

    async def stopped(self, seller_id: str) -> bool:
        async with self._database.glancing() as connection:
            return await payments_stopped(connection, seller_id)

    async def look_up(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        return await self._look_up(order, await self._intents.find(order), at)

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        existing = await self._look_up(order, await self._intents.find(order), at)
        if existing is not None:
            return existing
        if (barred := await self._barred(order)) is not None:
            return barred
        intent = await self._intents.begin_attempt(order)
        if (answered := intent.answer_without_asking() or intent.answer_instead_of_paying(order)) is not None:
            return answered
        intended = intent.order_as_intended(order)
        if intent.status is IntentStatus.PENDING:
            answer = await self._provider.find_refund(intended, at) or _LOST
        else:
            answer = await self._provider.create_refund(intended, at)
        await self._intents.keep_answer(order, answer, at)
        return answer

    async def _barred(self, order: RefundOrder) -> RefundAnswer | None:
        """What is told where the records allow no payment by a program: the kill switch first."""
        async with self._database.reading() as connection:
            if await payments_stopped(connection, order.seller_id):
                return RefundAnswer(kind=RefundAnswerKind.STOPPED)
            return _DISPUTED if await is_disputed(connection, order.payment_ref) else None

    async def _look_up(self, order: RefundOrder, intent: Intent | None, at: datetime) -> RefundAnswer | None:
        if intent is not None and (settled := intent.answer_without_asking()) is not None:
            return settled
        # The payment of the first attempt holds the refund, whatever the records name by now.
        intended = order if intent is None else intent.order_as_intended(order)
        found = await self._provider.find_refund(intended, at)
        if found is not None:
            await self._intents.keep_answer(order, found, at)
            if found.kind is RefundAnswerKind.SUCCEEDED:
                return found
        if intent is None:
            return found
        return intent.answer_instead_of_paying(order) or found
