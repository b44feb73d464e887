"""Brings what a payment provider tells by itself to whoever it concerns (R42, R44)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from business_care.commands import Chargeback, ChargebackStatus, Command, RefundSettled, SettlementStatus
from business_care.errors import ErrorCode, RuleViolation, StepFailed
from business_care.people import Actor, Role
from business_care.ports import RequestDirectory
from business_care.provider_news import ChargebackNews, RefundNews
from business_care.recovery.state import LateFailure
from business_care.recovery.views import RecoveryView
from business_care.refund import PURCHASE_PRICE, RefundStatus
from business_care.values import Identifier, Value
from business_care.views import CommandAnswer
from gateway.closed import RequestAddressee
from gateway.delivering import Courier
from gateway.raw_command import RawCommand
from gateway.recoveries import RecoveryGateway

THE_PROVIDER = Actor(role=Role.SYSTEM, id="payment_provider")

_TOO_LATE = frozenset({ErrorCode.REQUEST_CLOSED, ErrorCode.WRONG_STATE})
"""How a request answers to whom the money has come already, as far as it knows."""

_NOTHING_LEFT_TO_TELL = frozenset(
    {ErrorCode.REQUEST_CLOSED, ErrorCode.WRONG_STATE, ErrorCode.COMMAND_ID_REUSED, ErrorCode.REFUND_UNDER_WAY}
)
"""How a request answers that knows the news already, or for which they come too late."""

_SAY_IT_WITHOUT_THE_INSTANT = frozenset({ErrorCode.OCCURRED_AT_OUT_OF_RANGE, ErrorCode.COMMAND_ID_REUSED})
"""The provider's clock is not ours; or the news was told before, and taken without its instant."""


class NewsRefused(StepFailed):
    """A request did not take news about money that it does not know yet: they have to be told again."""


class NewsTold(Value):
    """Whom a provider's news concerned; nobody, where all of it was known or none of it is ours."""

    requests: tuple[Identifier, ...] = ()
    left_to_operator: tuple[Identifier, ...] = ()
    """Requests whose payment a bank has taken back in part: they stay held until an operator says whose price
    it was."""
    recovery: RecoveryView | None = None


@dataclass(frozen=True)
class Settling:
    """Tells requests how their refunds ended, and begins a recovery where a failure comes too late."""

    courier: Courier[CommandAnswer]
    directory: RequestDirectory
    recoveries: RecoveryGateway
    clock: Callable[[], datetime]

    async def hear_of_refund(self, news: RefundNews) -> NewsTold:
        """Tell every request that waits for the refund; a failure, only the first that still can take it.

        A second one would ask the operator for a second payment. It waits for the first one's (R41). A
        success that is told after the failure is old: news come in any order, and what has failed stays so.

        Raises:
            StepFailed: somebody could not be told; all others were.
        """
        failed = news.status is SettlementStatus.FAILED
        if not failed and await self.directory.refund_has_failed(news.licence_id):
            return NewsTold()
        settled = RefundSettled(
            command_id=_command_id(news.news_id),
            by=THE_PROVIDER,
            occurred_at=min(news.occurred_at, self.clock()),
            status=news.status,
        )
        waiting = await self._waiting(news)
        told = await (self._tell_first(waiting, settled) if failed else self._tell_all(waiting, settled))
        recovery = None
        if failed and not told:
            recovery = await self.recoveries.begin(
                LateFailure(
                    licence_id=news.licence_id,
                    purpose=news.purpose,
                    reference=news.reference,
                    reason=news.reason,
                    failed_at=news.occurred_at,
                )
            )
        return NewsTold(requests=told, recovery=recovery)

    async def hear_of_chargeback(self, news: ChargebackNews) -> NewsTold:
        """Tell every open request on a licence that was bought with the payment (R44).

        What is lost in part ends none of them: nobody but an operator knows whose price the bank has paid.
        Until then they are held. News come in any order: a dispute that has ended does not begin again, and
        none frees what another one holds.

        Raises:
            StepFailed: somebody could not be told; all others were.
        """
        standing = await self.directory.keep_dispute(news)
        frees_nobody = news.status is ChargebackStatus.WON and standing.others_hold
        if standing.is_over or frees_nobody:
            return NewsTold()
        concerned = tuple(await self.directory.paid_with(news.payment_ref))
        told = Chargeback(
            command_id=_command_id(news.news_id),
            by=THE_PROVIDER,
            occurred_at=min(news.occurred_at, self.clock()),
            status=news.status,
        )
        if news.status is ChargebackStatus.LOST and not await self._took_all(news):
            await self._tell_all(concerned, told.model_copy(update={"status": ChargebackStatus.OPENED}))
            return NewsTold(left_to_operator=concerned)
        return NewsTold(requests=await self._tell_all(concerned, told))

    async def begin_if_late(
        self, request_id: str, command: Command | RawCommand, refused: RuleViolation
    ) -> RuleViolation:
        """The refusal of a message, which names the recovery that it began: a failure that came too late."""
        if refused.code not in _TOO_LATE:
            return refused
        given = command.read() if isinstance(command, RawCommand) else command
        if not isinstance(given, RefundSettled) or given.status is not SettlementStatus.FAILED:
            return refused
        view = await self.directory.view(request_id)
        if view is None or view.refund is None or view.refund.status is not RefundStatus.SUCCEEDED:
            return refused
        failure = LateFailure(
            licence_id=view.licence_id, purpose=PURCHASE_PRICE, failed_at=given.occurred(self.clock())
        )
        recovery = await self.recoveries.begin(failure)
        if recovery is None:
            return refused
        return RuleViolation(
            refused.code,
            f"{refused.message}; the refund is recovered by hand as {recovery.recovery_id}, "
            f"which is {recovery.state}",
        )

    async def _took_all(self, news: ChargebackNews) -> bool:
        if news.amount is None:
            return not news.is_unclear
        prices = await self.directory.prices_paid_with(news.payment_ref)
        in_its_currency = all(price.currency == news.amount.currency for price in prices)
        return in_its_currency and news.amount.amount >= sum(price.amount for price in prices)

    async def _waiting(self, news: RefundNews) -> tuple[str, ...]:
        if news.purpose != PURCHASE_PRICE:
            return ()  # a renewal's charge that is given back: whoever waits for it asks (R56)
        return tuple(await self.directory.waiting_for_settlement(news.licence_id))

    async def _tell_first(self, requests: Sequence[str], command: RefundSettled) -> tuple[str, ...]:
        for request_id in requests:
            if await self._tell(request_id, command):
                return (request_id,)
        return ()

    async def _tell_all(
        self, requests: Sequence[str], command: RefundSettled | Chargeback
    ) -> tuple[str, ...]:
        """Those that took it. One that can't be told keeps the news from no other; it is told again."""
        told, failures = [], []
        for request_id in requests:
            try:
                if await self._tell(request_id, command):
                    told.append(request_id)
            except StepFailed as failure:
                failures.append(failure)
        if failures:
            raise failures[0]
        return tuple(told)

    async def _tell(self, request_id: str, command: RefundSettled | Chargeback) -> bool:
        """Whether the request took it, now or when it was told before.

        Where the provider's clock and ours disagree too much, it counts as of its arrival: no news about
        money is lost over a clock.

        Raises:
            StepFailed: it could not be told, or was refused for another reason than what is known already.
        """
        whom = RequestAddressee(request_id, self.directory)
        refused: RuleViolation | None = None
        for told in (command, command.model_copy(update={"occurred_at": None})):
            try:
                await self.courier.ask(whom, told)
            except RuleViolation as violation:
                refused = violation
                if violation.code not in _SAY_IT_WITHOUT_THE_INSTANT:
                    break
            else:
                return True
        if refused is None or refused.code in _NOTHING_LEFT_TO_TELL:
            return False
        raise NewsRefused(f"request {request_id} refused the provider's news: {refused.code}") from refused


def _command_id(news_id: str) -> str:
    """The same id for the same news: told again it is a duplicate, not a second act (R60)."""
    return f"provider-news-{sha256(news_id.encode()).hexdigest()[:32]}"
