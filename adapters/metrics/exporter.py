"""Answers Prometheus over HTTP: the figures of the records, counted when it asks, and not too often."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from adapters.logs import get_logger
from adapters.metrics.families import families
from adapters.records.figures import Figures
from business_care.errors import StepFailed

PATH: Final = "/metrics"
FRESH_FOR_SECONDS: Final = 10.0

log = get_logger("metrics")


class AddressTaken(StepFailed):
    """Nothing can listen at this address: another program does, or it is none of this machine's."""


@dataclass
class Exporter:
    """Counts at most once in `fresh_for` seconds, however many ask.

    Raises what the records raise while they do not answer: figures of before would look like a standstill.
    """

    count: Callable[[], Awaitable[Figures]]
    fresh_for: float = FRESH_FOR_SECONDS
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _counted: Figures | None = None
    _counted_at: float = 0.0

    async def figures(self) -> Figures:
        """The figures, no older than `fresh_for` seconds."""
        async with self._counting:
            if self._counted is None or monotonic() - self._counted_at >= self.fresh_for:
                self._counted = None
                self._counted = await self.count()
                self._counted_at = monotonic()
            return self._counted

    async def answer(self, request: web.Request) -> web.Response:
        """The text that Prometheus reads; 503 while the records do not answer."""
        try:
            figures = await self.figures()
        except StepFailed as failed:
            log.warning("metrics.not_counted", failure=type(failed).__name__)
            return web.Response(status=503, text="the records do not answer\n")
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        registry = CollectorRegistry()
        registry.register(_Collected(figures))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})


@dataclass(eq=False)  # a registry keeps it as a key
class _Collected(Collector):
    figures: Figures

    def collect(self) -> list[Metric]:
        return list(families(self.figures))


@asynccontextmanager
async def exporting(exporter: Exporter, host: str, port: int) -> AsyncIterator[str]:
    """Answer at `PATH` as long as the block lasts; gives the address. Raises `AddressTaken`."""
    app = web.Application()
    app.router.add_get(PATH, exporter.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise AddressTaken(f"nothing can listen at {host}:{port}: {error.strerror}") from None
        yield f"http://{host}:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()
