"""A marketplace whose processes hold different keys: one server, one set of records, workers and callers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from adapters.embedded_server import DevServer, dev_server
from adapters.encryption.converter import data_converter
from adapters.encryption.keys import Keyring, read_keys
from adapters.encryption.uses import KeyUses
from adapters.public_holidays import PublicHolidays
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.settings import BillingProviderName
from business_care.commands import Acknowledge, AskCustomer
from business_care.people import Actor, Role
from business_care.request import CareRequestOpening
from console.assembly import Parties, Providers, WorkerSize, care_worker, parties
from gateway.client import CareGateway
from tests.empty_records import empty_records
from tests.lives.catalogue import Bought, Licence
from workflows.names import SEARCH_ATTRIBUTES

K1 = "k1:" + "QUFB" * 10 + "QUE="
K2 = "k2:" + "QkJC" * 10 + "QkI="
OTHER_K1 = "k1:" + "Q0ND" * 10 + "Q0M="
"""Three keys of 32 bytes, the last one under the id of the first."""

OPENED_AT = datetime(2031, 3, 3, 9, tzinfo=UTC)
NOT_KEPT = WorkerSize(cached_workflows=0, graceful_shutdown=timedelta(seconds=1))
"""A worker that replays every workflow for every step, as a fresh one would."""
KEPT = WorkerSize(graceful_shutdown=timedelta(seconds=1))
"""One that remembers every workflow."""


def keyring(keys: str) -> Keyring:
    return read_keys(keys) if keys else Keyring()


@dataclass
class Locked:
    """Hands out clients, workers and gateways, each with keys of its own; '' is none."""

    server: DevServer
    records: Records
    parties: Parties
    uses: KeyUses = field(default_factory=KeyUses)
    """What all workers' codecs have noted."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    @asynccontextmanager
    async def begun(cls, folder: Path) -> AsyncIterator["Locked"]:
        url = await empty_records(folder / "records.db")
        async with Records.open(url) as records, dev_server(SEARCH_ATTRIBUTES, http_port=0) as server:
            yield cls(server, records, parties(records, Providers(billing=BillingProviderName.SIMULATED)))

    def client(self, keys: str, uses: KeyUses | None = None) -> Client:
        config = self.server.client.config()
        config["data_converter"] = data_converter(keyring(keys), uses)
        return Client(**config)

    @asynccontextmanager
    async def working(self, keys: str, size: WorkerSize = NOT_KEPT) -> AsyncIterator[None]:
        async with care_worker(self.client(keys, self.uses), self.parties, size):
            yield

    def gateway(self, keys: str, patience: float = 30) -> CareGateway:
        return CareGateway(
            client=self.client(keys),
            directory=self.records.directory,
            commands=self.records.commands,
            closures=self.records.closures,
            switches=self.records.switches,
            deactivations=self.records.deactivations,
            recoveries=self.records.recoveries,
            planner=PublicHolidays(),
            patience=timedelta(seconds=patience),
            clock=lambda: OPENED_AT + timedelta(hours=2),
        )

    async def opening(self, subject: str | None = None, shop_url: str | None = None) -> CareRequestOpening:
        """How a request is opened on a licence of its own."""
        licence = Licence(next(self._numbers))
        await load(self.records.database, Bought().records(licence))
        return CareRequestOpening(
            request_id=f"R{licence.number}",
            licence_id=licence.id,
            opened_at=OPENED_AT,
            subject=subject,
            shop_url=shop_url,
        )


def agent_of(opening: CareRequestOpening) -> Actor:
    return Actor(role=Role.AGENT, id="A1", seller_id=opening.licence_id.replace("L", "S"))


def acknowledge(opening: CareRequestOpening, message: str = "We are on it") -> Acknowledge:
    return Acknowledge(command_id="ack", by=agent_of(opening), message=message)


def question(opening: CareRequestOpening) -> AskCustomer:
    return AskCustomer(command_id="ask", by=agent_of(opening), question="Which theme?")


def payloads_in(message: Message) -> Iterator[tuple[str, Payload]]:
    """Every payload below a message, with the fields and keys that lead to it."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            parts = [(f"{descriptor.name}.{key}", part) for key, part in value.items()]
        else:
            parts = [(descriptor.name, part) for part in ([value] if isinstance(value, Message) else value)]
        for name, part in parts:
            if isinstance(part, Payload):
                yield name, part
            elif isinstance(part, Message):
                yield from ((f"{name}.{path}", payload) for path, payload in payloads_in(part))
