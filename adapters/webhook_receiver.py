"""A small HTTP server that hears what a payment provider tells, and answers when it has been delivered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from adapters.logs import get_logger
from adapters.payments.news import Deliver, News, Read, UnreadableNews
from business_care.errors import RuleViolation, StepFailed

PATH: Final = "/stripe"
SIGNATURE: Final = "Stripe-Signature"
LARGEST_BODY: Final = 256 * 1024
SECONDS_TO_SEND_A_BODY: Final = 10

log = get_logger("webhooks")


class PortNotFree(StepFailed):
    """Nothing can be heard at this address: another program has it, or it is none of this machine's."""


@dataclass(frozen=True)
class WebhookReceiver:
    """Reads, delivers, answers: 200 only when nothing needs to be told again.

    400: not from the provider, or not to be understood; 413: too large; 408: too slow; 503: could not be
    delivered, tell it again. Logs hold ids and codes only (R62).
    """

    read: Read
    deliver: Deliver

    async def hear(self, request: web.Request) -> web.Response:
        """Answer one request."""
        try:
            async with asyncio.timeout(SECONDS_TO_SEND_A_BODY):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        except web.RequestPayloadError:  # packed otherwise than it says, or cut off
            return _refused(UnreadableNews("body_not_readable"))
        try:
            told = self.read(body, request.headers.get(SIGNATURE))
        except UnreadableNews as unreadable:
            return _refused(unreadable)
        delivered = [await self._deliver(news) for news in told]
        return web.Response(status=200 if all(delivered) else 503)

    async def _deliver(self, news: News) -> bool:
        """Whether the news need not be told again."""
        try:
            await self.deliver(news)
        except RuleViolation as refused:
            log.info("webhook.news_refused", news_id=news.news_id, code=refused.code)
            return True  # told again, it would be refused again
        except StepFailed as failed:
            log.warning("webhook.not_delivered", news_id=news.news_id, failure=type(failed).__name__)
            return False
        log.info("webhook.delivered", news_id=news.news_id, status=news.status)
        return True


def _refused(unreadable: UnreadableNews) -> web.Response:
    log.warning("webhook.refused", code=unreadable.code)
    return web.Response(status=400, text=unreadable.code)


@asynccontextmanager
async def receiving(receiver: WebhookReceiver, host: str, port: int) -> AsyncIterator[int]:
    """Hear what is posted to `PATH` as long as the block lasts; gives the port, chosen when it was 0.

    Raises `PortNotFree`. At the end what is being delivered is finished.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post(PATH, receiver.hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise PortNotFree(f"nothing can be heard at {host}:{port}: {error.strerror}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
