"""A marketplace that is watched: its worker answers Prometheus, and tells a collector of every step."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client, Interceptor

from adapters.embedded_server import dev_server
from adapters.logs import forwarding_runtime
from adapters.records.opened import OperatorDesk, Records
from adapters.settings import Language
from adapters.temporal import connect
from business_care.commands import Acknowledge, Command, ConfirmFix, Fix, OrderRefund
from business_care.people import Actor, Role
from business_care.views import CareStateName
from console.assembly import WorkerSize, care_worker, parties
from gateway.client import CareGateway
from tests.empty_records import empty_records
from tests.gateway.marketplace import NOON, PROVIDERS, Licence, Marketplace
from workflows.names import SEARCH_ATTRIBUTES

SIZE = WorkerSize(graceful_shutdown=timedelta(seconds=1))
OPERATOR = Actor(role=Role.OPERATOR, id="O1")
SUBJECT = "Menu empty"
"""What the customer wrote: nobody who watches may see it."""
WORDS = "We are on it, Madame Curie"


def free_address() -> str:
    """An address of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def metrics_in(text: str) -> list[Metric]:
    """The metrics of a text that Prometheus was answered with."""
    return list(text_string_to_metric_families(text))


async def eventually(url: str, name: str) -> None:
    """Wait until a metric is exported."""
    async with asyncio.timeout(30):
        while name not in await text_at(url):  # noqa: ASYNC110 -- nothing tells us when it changes
            await asyncio.sleep(0.2)


async def text_at(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


@dataclass(frozen=True)
class Watched:
    """The marketplace, the client of its worker, and where that worker answers Prometheus."""

    market: Marketplace
    client: Client
    metrics_url: str

    @classmethod
    @asynccontextmanager
    async def begun(cls, folder: Path, interceptors: Sequence[Interceptor] = ()) -> AsyncIterator["Watched"]:
        url, address = await empty_records(folder / "records.db"), free_address()
        async with Records.open(url) as records, dev_server(SEARCH_ATTRIBUTES) as server:
            client = await connect(
                {"TEMPORAL_ADDRESS": server.target},
                interceptors=interceptors,
                runtime=forwarding_runtime(address),
            )
            async with care_worker(client, parties(records, PROVIDERS), SIZE):
                market = Marketplace(server, records, client, url)
                yield cls(market, client, f"http://{address}/metrics")

    @property
    def gateway(self) -> CareGateway:
        return self.market.gateway(client=self.client)

    async def resolved(self) -> str:
        """A request that was acknowledged, fixed and confirmed."""
        licence, request_id = await self.opened()
        await self.send(request_id, Acknowledge(command_id="a", by=licence.agent, message=WORDS))
        await self.send(request_id, Fix(command_id="f", by=licence.agent, reference="v2"))
        await self.send(request_id, ConfirmFix(command_id="c", by=licence.customer))
        await self.market.run(request_id).result()
        return request_id

    async def refunded(self, pays: Sequence[str] = ()) -> str:
        """A request whose refund an operator has ordered, and the provider has paid."""
        _, request_id = await self.opened(pays)
        await self.send(request_id, OrderRefund(command_id="o", by=OPERATOR, reason=WORDS))
        await self.market.run(request_id).result()
        return request_id

    async def given_up(self) -> str:
        """A request that waits: its refund was refused, and a notice of it had nobody to go to."""
        _, request_id = await self.opened(["refused"])
        await self.send(request_id, OrderRefund(command_id="o", by=OPERATOR, reason=WORDS))
        async with asyncio.timeout(30):
            while not await self._is_manual(request_id):  # noqa: ASYNC110 -- as above
                await asyncio.sleep(0.1)
        notices = self.market.records.notices(OperatorDesk(address="operator@example", language=Language.EN))
        (notice, *_) = await notices.undelivered(1)
        await notices.mark_failed(notice.notice_id, NOON, "no_address")
        return request_id

    async def _is_manual(self, request_id: str) -> bool:
        return (await self.gateway.status(request_id)).state is CareStateName.REFUND_MANUAL

    async def opened(self, pays: Sequence[str] = ()) -> tuple[Licence, str]:
        licence = await self.market.licence(pays=pays)
        opening = self.market.opening(licence.id)
        await self.gateway.open_request(opening)
        return licence, opening.request_id

    async def send(self, request_id: str, command: Command) -> None:
        await self.gateway.send(request_id, command)
