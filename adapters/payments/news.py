"""News from a payment provider: read by its own edge, told to whoever hears of it."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from business_care.provider_news import ChargebackNews, RefundNews

News: TypeAlias = RefundNews | ChargebackNews

Deliver: TypeAlias = Callable[[News], Awaitable[None]]
"""Raises `RuleViolation` for news that are refused for good, `StepFailed` for what was not delivered."""

Read: TypeAlias = Callable[[bytes, str | None], tuple[News, ...]]
"""A body and its signature to news, none for what is no concern of ours. Raises `UnreadableNews`."""


class UnreadableNews(Exception):
    """Not from the provider, too old, or not to be understood; the code says which. Never delivered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class HearsNews(Protocol):
    """Who takes the news: the gateway of requests."""

    async def hear_of_refund(self, news: RefundNews) -> object:
        """How a refund ended. Raises `RuleViolation`, `StepFailed`."""
        ...

    async def hear_of_chargeback(self, news: ChargebackNews) -> object:
        """What became of a disputed payment. Raises `RuleViolation`, `StepFailed`."""
        ...


def told_to(hearer: HearsNews) -> Deliver:
    """Delivers each piece of news to where its kind belongs."""

    async def deliver(news: News) -> None:
        match news:
            case RefundNews():
                await hearer.hear_of_refund(news)
            case ChargebackNews():
                await hearer.hear_of_chargeback(news)

    return deliver
