"""Refunds by Stripe: the port `PaymentProvider` over the official library."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import stripe

from adapters.payments.payments_held import PaymentRefusal
from adapters.payments.stripe_answers import answer_of, best_answer, is_of, made_refund, metadata_of
from adapters.payments.stripe_failures import RefusedByStripe, StripeRefusal, translated
from adapters.payments.stripe_money import from_stripe, to_stripe
from business_care.errors import TemporarilyUnavailable
from business_care.reconciliation import MadeRefund
from business_care.refund import Money, RefundAnswer, RefundAnswerKind, RefundOrder

PAGE: Final = 100
"""Refunds of one payment that come with one answer: the most that Stripe gives."""

_INTENT: Final = "pi_"
_CHARGES: Final = ("ch_", "py_")


class StripeProvider:
    """Looks before it pays, every time: Stripe forgets a key after 24 hours, and then it pays again (R41)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        payment_ref = order.payment_ref
        if payment_ref is None or not payment_ref.startswith((_INTENT, *_CHARGES)):
            return None  # nothing was ever sent for it
        try:
            with translated():
                return best_answer(
                    [refund for refund in await self._refunds(payment_ref) if is_of(refund, order)]
                )
        except RefusedByStripe as refused:
            if refused.code == PaymentRefusal.UNKNOWN_PAYMENT:
                return None
            raise TemporarilyUnavailable(f"Stripe does not tell the refunds ({refused.code})") from None

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        try:
            payment_ref = _payment_ref(order)
            amount = _amount(order.money)
            if (found := await self.find_refund(order, at)) is not None:
                return found
            _check(order.money, await self._paid(payment_ref))
            with translated():
                return answer_of(await self._create(order, payment_ref, amount))
        except RefusedByStripe as refused:
            # It may be refused because it was made already: by another worker, an instant ago.
            return await self.find_refund(order, at) or _refused(refused.code)

    async def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        try:
            with translated():
                listed = await self._v1.refunds.list_async({"limit": PAGE})
                async for refund in listed.auto_paging_iter():
                    if (made := made_refund(refund)) is not None:
                        yield made
        except RefusedByStripe as refused:
            raise TemporarilyUnavailable(f"Stripe does not tell the refunds ({refused.code})") from None

    async def check(self) -> None:
        """See whether Stripe answers and takes the key. Raises `TemporarilyUnavailable`."""
        try:
            with translated():
                await self._v1.refunds.list_async({"limit": 1})
        except RefusedByStripe as refused:
            raise TemporarilyUnavailable(f"Stripe refuses to answer ({refused.code})") from None

    async def _refunds(self, payment_ref: str) -> list[stripe.Refund]:
        if payment_ref.startswith(_INTENT):
            listed = await self._v1.refunds.list_async({"payment_intent": payment_ref, "limit": PAGE})
        else:
            listed = await self._v1.refunds.list_async({"charge": payment_ref, "limit": PAGE})
        return [refund async for refund in listed.auto_paging_iter()]

    async def _paid(self, payment_ref: str) -> Money | None:
        """What was received with the payment, whatever has been given back of it since.

        What is left of it is for Stripe alone to say, in the instant in which it pays: here our own refund,
        made meanwhile, would count against itself.
        """
        with translated():
            if payment_ref.startswith(_INTENT):
                intent = await self._v1.payment_intents.retrieve_async(payment_ref)
                return from_stripe(intent.amount_received, intent.currency)
            charge = await self._v1.charges.retrieve_async(payment_ref)
            return from_stripe(charge.amount_captured, charge.currency)

    async def _create(self, order: RefundOrder, payment_ref: str, amount: int) -> stripe.Refund:
        params: stripe.params.RefundCreateParams = {"amount": amount, "metadata": metadata_of(order)}
        if payment_ref.startswith(_INTENT):
            params["payment_intent"] = payment_ref
        else:
            params["charge"] = payment_ref
        return await self._v1.refunds.create_async(params, {"idempotency_key": order.idempotency_key})


def _payment_ref(order: RefundOrder) -> str:
    if order.payment_ref is None:
        raise RefusedByStripe(StripeRefusal.PAYMENT_REF_MISSING)
    if not order.payment_ref.startswith((_INTENT, *_CHARGES)):
        raise RefusedByStripe(StripeRefusal.PAYMENT_REF_NOT_OF_STRIPE)
    return order.payment_ref


def _amount(money: Money) -> int:
    amount = to_stripe(money)
    if amount is None:
        raise RefusedByStripe(StripeRefusal.AMOUNT_NOT_REPRESENTABLE)
    return amount


def _check(money: Money, paid: Money | None) -> None:
    """A refund at Stripe names no currency: it is paid in the payment's, whatever the order says."""
    if paid is None:
        raise RefusedByStripe(StripeRefusal.AMOUNT_NOT_REPRESENTABLE)
    if money.currency != paid.currency:
        raise RefusedByStripe(PaymentRefusal.OTHER_CURRENCY)
    if money.amount > paid.amount:
        raise RefusedByStripe(PaymentRefusal.ABOVE_PAYMENT)


def _refused(code: str) -> RefundAnswer:
    return RefundAnswer(kind=RefundAnswerKind.REFUSED, reason=code)
