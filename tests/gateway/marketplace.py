"""A marketplace whose programs go through the gateway: real server, real records, one worker, real time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from sqlalchemy import update
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowHandle

from adapters.embedded_server import DevServer, dev_server
from adapters.public_holidays import PublicHolidays
from adapters.records.money_tables import SIMULATED_CHARGES
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import read_records
from adapters.settings import BillingProviderName, PaymentProviderName
from business_care.deactivation.views import DeactivationView
from business_care.people import Actor, Role
from business_care.policy import Policy
from business_care.request import CareRequestOpening
from business_care.views import RequestView
from console.assembly import Providers, care_worker, parties
from gateway.client import PATIENCE, CareGateway
from gateway.products import ProductGateway
from tests.empty_records import empty_records
from tests.gateway.shelf import Product
from workflows.names import (
    CARE_REQUEST,
    SEARCH_ATTRIBUTES,
    TASK_QUEUE,
    care_request_id,
    product_deactivation_id,
)

OPENED_AT = datetime(2031, 3, 3, 9, tzinfo=UTC)
"""A Monday, 10:00 in Paris; the seller's calendar is that of France."""
ACKNOWLEDGE_BY = datetime(2031, 3, 4, 23, tzinfo=UTC)
RESOLVE_BY = datetime(2031, 4, 15, 22, tzinfo=UTC)
NOON = datetime(2031, 3, 3, 11, tzinfo=UTC)
"""The gateway's clock. The requests themselves live at the real time, long before their deadlines."""

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PROVIDERS = Providers(PaymentProviderName.SIMULATED, BillingProviderName.SIMULATED, 1000)
"""A payment provider and a billing service that do as they are told."""

CLOSED = (date(2031, 3, 4), date(2031, 3, 28))
"""The closure of a seller that has one, announced in February."""
ACKNOWLEDGE_BY_AFTER_CLOSURE = datetime(2031, 3, 31, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Licence:
    """A licence in the records, with a seller and a customer that no other test touches."""

    number: int

    @property
    def id(self) -> str:
        return f"L{self.number}"

    @property
    def seller_id(self) -> str:
        return f"S{self.number}"

    @property
    def product_id(self) -> str:
        return f"P{self.number}"

    @property
    def closure_id(self) -> str:
        return f"K{self.number}"

    @property
    def agent(self) -> Actor:
        return Actor(role=Role.AGENT, id="A1", seller_id=self.seller_id)

    @property
    def seller(self) -> Actor:
        return Actor(role=Role.SELLER, id=self.seller_id)

    @property
    def customer(self) -> Actor:
        return Actor(role=Role.CUSTOMER, id=f"C{self.number}")


@dataclass
class Marketplace:
    """Makes licences, and opens requests on them through the gateway."""

    server: DevServer
    records: Records
    forgetful: Client
    """The same server after the retention of closed requests: it knows none of them any more."""
    records_url: str
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    @asynccontextmanager
    async def begun(cls, folder: Path, ui_port: int | None = None) -> AsyncIterator["Marketplace"]:
        url = await empty_records(folder / "records.db")
        async with (
            Records.open(url) as records,
            dev_server(SEARCH_ATTRIBUTES, ui_port=ui_port, http_port=0) as server,
            care_worker(server.client, parties(records, PROVIDERS)),
        ):
            yield cls(server, records, await _empty_namespace(server), url)

    def gateway(
        self,
        *,
        client: Client | None = None,
        patience: timedelta = PATIENCE,
        now: datetime = NOON,
    ) -> CareGateway:
        return CareGateway(
            client=client or self.server.client,
            directory=self.records.directory,
            commands=self.records.commands,
            closures=self.records.closures,
            switches=self.records.switches,
            deactivations=self.records.deactivations,
            recoveries=self.records.recoveries,
            clock=lambda: now,
            planner=PublicHolidays(),
            patience=patience,
        )

    def products(self, *, client: Client | None = None, patience: timedelta = PATIENCE) -> ProductGateway:
        """The gateway of products. Its clock is the real one, as that of the deactivations."""
        return ProductGateway(
            client=client or self.server.client,
            directory=self.records.deactivations,
            commands=self.records.commands,
            patience=patience,
        )

    async def product(self, *, customers: int = 0, bills: Sequence[Sequence[str]] = ()) -> Product:
        """A product on sale, in a bundle with another one, with customers who renew.

        `bills` tells how the billing service behaves for the first customer, the second, and so on.
        """
        product = Product(next(self._numbers), customers, bills)
        await load(self.records.database, read_records(product.records()))
        return product

    async def settle_charges(self, product: Product) -> None:
        """The hour is over after which the billing service knows what became of charges in flight."""
        charges = SIMULATED_CHARGES.c.licence_id.in_(product.licences)
        async with self.records.database.writing() as connection:
            await connection.execute(update(SIMULATED_CHARGES).where(charges).values(settles_at=LONG_AGO))

    async def licence(
        self, *, cared_for: bool = True, closed: bool = False, pays: Sequence[str] = ()
    ) -> Licence:
        """A licence that was sold; `pays` tells how the payment provider behaves when it is paid back."""
        licence = Licence(next(self._numbers))
        records = _records(licence, cared_for=cared_for, closed=closed)
        behaviour = {"licence_id": licence.id, "behave": list(pays)}
        await load(self.records.database, read_records({**records, "payment_provider": [behaviour]}))
        return licence

    async def policy(self, policy: Policy) -> None:
        """Requests that are opened from now on freeze this policy into themselves."""
        await load(self.records.database, read_records({}), policy=policy)

    def opening(self, licence_id: str, *, at: datetime = OPENED_AT) -> CareRequestOpening:
        """How a request on the licence is opened, under an id of its own."""
        return CareRequestOpening(
            request_id=f"R{next(self._numbers)}", licence_id=licence_id, opened_at=at, subject="Menu empty"
        )

    async def unattended(self, opening: CareRequestOpening) -> None:
        """Start a request on a task queue that no worker looks at."""
        await self.server.client.start_workflow(
            CARE_REQUEST, opening, id=care_request_id(opening.request_id), task_queue="nobody"
        )

    def run(self, request_id: str) -> WorkflowHandle[object, RequestView]:
        return self.server.client.get_workflow_handle(care_request_id(request_id), result_type=RequestView)

    async def lists(self, running: int) -> None:
        """Wait until the server's list, which lags behind, shows so many runs."""
        query = f"ExecutionStatus = 'Running' AND TaskQueue = '{TASK_QUEUE}'"
        for _ in range(200):
            if (await self.server.client.count_workflows(query)).count == running:
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"the server never listed {running} runs")

    def deactivation(self, product_id: str) -> WorkflowHandle[object, DeactivationView]:
        return self.server.client.get_workflow_handle(
            product_deactivation_id(product_id), result_type=DeactivationView
        )


async def _empty_namespace(server: DevServer) -> Client:
    await server.client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace="forgetful", workflow_execution_retention_period=Duration(seconds=86_400)
        )
    )
    return await Client.connect(
        server.target, namespace="forgetful", data_converter=server.client.data_converter
    )


def _records(licence: Licence, *, cared_for: bool, closed: bool) -> dict[str, object]:
    return {
        "sellers": [
            {
                "id": licence.seller_id,
                "name": "Studio Uno",
                "email": "agents@studio-uno.example",
                "calendar": {"country": "FR", "timezone": "Europe/Paris"},
            }
        ],
        "products": [{"id": licence.product_id, "seller_id": licence.seller_id, "name": "Mega menu"}],
        "licences": [
            {
                "id": licence.id,
                "product_id": licence.product_id,
                "customer_id": licence.customer.id,
                "customer_email": "shop@customer.example",
                "purchased_at": datetime(2020, 6, 1, tzinfo=UTC),
                "price": {"amount": 12900, "currency": "EUR"},
                "payment_ref": f"pay-{licence.number}",
                "care": {
                    "starts_on": date(2020, 6, 1),
                    "ends_on": date(2031, 5, 31) if cared_for else date(2031, 3, 2),
                    "auto_renew": False,
                },
            }
        ],
        "closures": [
            {
                "id": licence.closure_id,
                "seller_id": licence.seller_id,
                "start": CLOSED[0],
                "end": CLOSED[1],
                "notified_at": datetime(2031, 2, 20, tzinfo=UTC),
            }
        ]
        if closed
        else [],
    }
