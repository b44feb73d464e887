"""A seller's licences in the records, and requests on them that are opened, moved and watched."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count

from sqlalchemy import func, select
from temporalio.client import Client

from adapters.public_holidays import PublicHolidays
from adapters.records.migrations.run import upgrade
from adapters.records.money_tables import LEDGER_REFUNDS
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import read_records
from business_care.commands import ClockName, Command, CorrectDeadline, OrderRefund
from business_care.listing import RequestFilter
from business_care.people import Actor, Role
from business_care.policy import Policy
from business_care.request import CareRequestOpening
from business_care.views import CommandAnswer, RequestView
from gateway.client import CareGateway

OPERATOR = Actor(role=Role.OPERATOR, id="O1")
PRICE, CURRENCY = 12_900, "EUR"
"""Each licence costs a cent more than the one before it, so that no refund can pass for another's."""
LOOK_EVERY_SECONDS = 0.05
AT_A_TIME = 10
PATIENCE = timedelta(seconds=120)


@dataclass(frozen=True)
class Opened:
    """A request, the licence that it is about, its customer, and what was paid for it."""

    request_id: str
    licence_id: str
    customer_id: str
    price: int


class Requests:
    """Opens requests, each on a licence of its own, and does to them what the operator does."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._planner = PublicHolidays()
        self._numbers = count(1)
        self._gateway = cache(self._gateway_to)

    @classmethod
    async def prepared(cls, url: str, licences: int) -> None:
        """Records with so many licences; nothing that happens by itself waits for late arrivals."""
        await upgrade(url)
        async with Records.open(url) as records:
            await load(
                records.database, read_records(_sold(licences)), policy=Policy(arrival_grace_minutes=0)
            )

    async def open(self, client: Client) -> Opened:
        """A request that has just been opened, and taken note of."""
        number = next(self._numbers)
        opened = Opened(f"R{number}", _licence(number), f"C{number}", PRICE + number)
        await self._gateway(client).open_request(
            CareRequestOpening(
                request_id=opened.request_id, licence_id=opened.licence_id, opened_at=datetime.now(UTC)
            )
        )
        return opened

    async def order_refund(self, client: Client, opened: Opened) -> None:
        """The operator orders the refund: it is due at once."""
        await self.send(client, opened, OrderRefund(command_id="refund", by=OPERATOR, reason="measured"))

    async def move_deadline(self, client: Client, opened: Opened, clock: ClockName, due: datetime) -> None:
        """The operator corrects a deadline."""
        command = CorrectDeadline(
            command_id=f"move-{clock}", by=OPERATOR, clock=clock, due=due, reason="measured"
        )
        await self.send(client, opened, command)

    async def recorded(self, request_id: str, is_so: Callable[[RequestView], bool]) -> None:
        """Wait until the records show it."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while True:
                view = await self._records.directory.view(request_id)
                if view is not None and is_so(view):
                    return
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def all_recorded(self) -> Sequence[RequestView]:
        """Every request as the records show it now."""
        return await self._records.directory.list_requests(RequestFilter(limit=1000))

    async def refunds_of(self, opened: Opened) -> int:
        """How often the money of the licence has moved."""
        query = select(func.count()).where(LEDGER_REFUNDS.c.licence_id == opened.licence_id)
        async with self._records.database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def send(self, client: Client, opened: Opened, command: Command) -> CommandAnswer:
        """Anybody's command, as `CareGateway.send` sends it."""
        return await self._gateway(client).send(opened.request_id, command)

    def _gateway_to(self, client: Client) -> CareGateway:
        of = self._records
        return CareGateway(
            client,
            of.directory,
            of.commands,
            of.closures,
            of.switches,
            of.deactivations,
            of.recoveries,
            planner=self._planner,
            patience=PATIENCE,
        )


def _licence(number: int) -> str:
    return f"L{number}"


def _sold(licences: int) -> dict[str, object]:
    today = datetime.now(UTC).date()
    return {
        "sellers": [
            {
                "id": "S1",
                "name": "Studio Uno",
                "email": "agents@studio-uno.example",
                "calendar": {"country": "FR", "timezone": "Europe/Paris"},
            }
        ],
        "products": [{"id": "P1", "seller_id": "S1", "name": "Mega menu"}],
        "licences": [_bought(number, today) for number in range(1, licences + 1)],
    }


def _bought(number: int, today: date) -> dict[str, object]:
    return {
        "id": _licence(number),
        "product_id": "P1",
        "customer_id": f"C{number}",
        "customer_email": "shop@customer.example",
        "purchased_at": datetime.now(UTC) - timedelta(days=100),
        "price": {"amount": PRICE + number, "currency": CURRENCY},
        "payment_ref": f"pay-{number}",
        "care": {
            "starts_on": today - timedelta(days=100),
            "ends_on": today + timedelta(days=200),
            "auto_renew": True,
        },
    }
