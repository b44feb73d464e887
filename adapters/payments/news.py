"""News from a payment provider: read by its own edge, told to whoever hears of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

from adapters.logs import get_logger
from business_care.provider_news import ChargebackNews, RefundNews

News: TypeAlias = RefundNews | ChargebackNews

Deliver: TypeAlias = Callable[[News], Awaitable[None]]
"""Raises `RuleViolation` for news that are refused for good, `StepFailed` for what was not delivered."""

Read: TypeAlias = Callable[[bytes, str | None], tuple[News, ...]]
"""A body and its signature to news, none for what is no concern of ours. Raises `UnreadableNews`."""


log = get_logger("webhooks")


class UnreadableNews(Exception):
    """Not from the provider, too old, or not to be understood; the code says which. Never delivered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ChargebackTold(Protocol):
    """What came of the news of a chargeback."""

    @property
    def left_to_operator(self) -> Sequence[str]:
        """Requests that stay held until an operator says whose price a bank took back in part."""
        ...


class HearsNews(Protocol):
    """Who takes the news: the gateway of requests."""

    async def hear_of_refund(self, news: RefundNews) -> object:
        """How a refund ended. Raises `RuleViolation`, `StepFailed`."""
        ...

    async def hear_of_chargeback(self, news: ChargebackNews) -> ChargebackTold:
        """What became of a disputed payment. Raises `RuleViolation`, `StepFailed`."""
        ...


def told_to(hearer: HearsNews) -> Deliver:
    """Delivers each piece of news to where its kind belongs."""

    async def deliver(news: News) -> None:
        match news:
            case RefundNews():
                await hearer.hear_of_refund(news)
            case ChargebackNews():
                told = await hearer.hear_of_chargeback(news)
                for request_id in told.left_to_operator:
                    log.warning("webhook.dispute_of_a_part", news_id=news.news_id, request_id=request_id)

    return deliver
