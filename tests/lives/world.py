"""A marketplace in which requests and products are lived through: real server, real records, skipped time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from adapters.embedded_server import SkippingServer, skipping_server
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.report import LicenceStanding, SentRefund
from adapters.records.seed import load
from adapters.records.seed_file import read_records
from business_care.deactivation.views import DeactivationView
from business_care.listing import PaymentState, PaymentSwitch
from business_care.people import Actor, Role
from business_care.policy import Policy
from business_care.request import CareRequestOpening, RequestKind
from business_care.views import CareStateName, RequestView
from console.assembly import SIMULATED, Parties, WorkerSize, care_worker, parties
from gateway.precedence import CROWD, LOOK_EVERY
from tests.adapters.care_world import a_step, a_view
from tests.empty_records import empty_records
from tests.lives.catalogue import Bought, Licence, paris
from tests.lives.living import LivingRequest
from tests.lives.out_of_order import CalendarThatMayFail, Outages, RecordsThatMayFail
from tests.lives.shelf import Shelf, Sold, Stocked
from tests.lives.switching_off import LivingDeactivation
from workflows.names import (
    CARE_REQUEST,
    PRODUCT_DEACTIVATION,
    SEARCH_ATTRIBUTES,
    TASK_QUEUE,
    care_request_id,
    product_deactivation_id,
)

MONDAY = paris("2031-03-03 10:00")
"""When most requests are opened, with these two deadlines."""
ACKNOWLEDGE_BY = paris("2031-03-05 00:00")
RESOLVE_BY = paris("2031-04-16 00:00")

GRACE = timedelta(minutes=15)
A_MOMENT = timedelta(seconds=20)
"""After an instant at which something happens: long enough for it to be done on a busy machine.

A skip whose target passes while the workflow is still at work goes on to the workflow's next timer.
"""


@dataclass
class World:
    """Makes licences and shelves, opens requests, switches products off, knows what became of the money."""

    server: SkippingServer
    records: Records
    outages: Outages
    parties: Parties
    records_url: str
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    @asynccontextmanager
    async def begun(
        cls, folder: Path, *, url: str | None = None, dynamic_config: Sequence[str] = ()
    ) -> AsyncIterator["World"]:
        """A world without a worker: nothing moves until one is there."""
        if url is None:
            url = await empty_records(folder / "records.db")
        else:
            await upgrade(url)
        outages = Outages()
        async with (
            Records.open(url) as records,
            skipping_server(SEARCH_ATTRIBUTES, dynamic_config=dynamic_config) as server,
        ):
            simulated = parties(records, SIMULATED)
            may_fail = replace(
                simulated,
                records=RecordsThatMayFail(simulated.records, outages),
                planner=CalendarThatMayFail(simulated.planner, outages),
            )
            yield cls(server, records, outages, may_fail, url)

    @asynccontextmanager
    async def working(self, size: WorkerSize | None = None) -> AsyncIterator[None]:
        """A worker does what there is to do."""
        size = size or WorkerSize(graceful_shutdown=timedelta(seconds=2))
        async with care_worker(self.server.client, self.parties, size):
            yield

    async def licence(self, bought: Bought | None = None, *, known: bool = True) -> Licence:
        """A licence that was bought as told; one that is not known has yet to enter the records."""
        licence = Licence(next(self._numbers))
        if known:
            await self.learns_of(licence, bought)
        return licence

    async def learns_of(self, licence: Licence, bought: Bought | None = None) -> None:
        """The licence enters the records."""
        await load(self.records.database, (bought or Bought()).records(licence))

    @asynccontextmanager
    async def policy(self, policy: Policy) -> AsyncIterator[None]:
        """Requests that are opened meanwhile freeze this policy into themselves."""
        await load(self.records.database, read_records({}), policy=policy)
        try:
            yield
        finally:
            await load(self.records.database, read_records({}), policy=Policy())

    @asynccontextmanager
    async def crowd_of_deadlines(self) -> AsyncIterator[None]:
        """As the records tell, first deadlines of many other requests have just ended, and are not kept."""
        ids = [f"late-{next(self._numbers)}" for _ in range(CROWD)]
        ended = datetime.now(UTC)
        for request_id in ids:
            view = a_view(request_id, state=CareStateName.AWAITING_ACKNOWLEDGEMENT, next_due_at=ended)
            await self.records.care.store(a_step(view))
        await asyncio.sleep(LOOK_EVERY.total_seconds())
        try:
            yield
        finally:
            for request_id in ids:
                await self.records.care.store(a_step(a_view(request_id, seq=2)))

    def opening(
        self,
        licence: Licence,
        *,
        at: datetime = MONDAY,
        kind: RequestKind = RequestKind.ANOMALY,
        shop_url: str = "https://shop.example",
    ) -> CareRequestOpening:
        """How a request on the licence is opened, under an id of its own."""
        return CareRequestOpening(
            request_id=f"R{next(self._numbers)}",
            licence_id=licence.id,
            opened_at=at,
            kind=kind,
            shop_url=shop_url,
            shop_version="8.1.2",
            subject="Menu empty on mobile",
        )

    async def opens(
        self,
        bought: Bought | None = None,
        *,
        at: datetime = MONDAY,
        kind: RequestKind = RequestKind.ANOMALY,
        shop_url: str = "https://shop.example",
    ) -> LivingRequest:
        """A request on a new licence that has just been opened, at `at` on its own clock."""
        licence = await self.licence(bought)
        return await self.opens_on(licence, self.opening(licence, at=at, kind=kind, shop_url=shop_url))

    async def opens_on(self, licence: Licence, opening: CareRequestOpening | None = None) -> LivingRequest:
        """A request on a licence that has just been opened."""
        request = await self.starts(licence, opening)
        await request.reaches(request.opening.opened_at + A_MOMENT)
        return request

    async def opens_late(
        self, licence: Licence, at: datetime, opening: CareRequestOpening | None = None
    ) -> LivingRequest:
        """A request of Monday whose workflow starts at a later instant only."""
        opening = opening or self.opening(licence)
        request = await self.starts_as(opening, licence, delay=at - datetime.now(UTC))
        await request.reaches(at + A_MOMENT)
        return request

    async def starts(self, licence: Licence, opening: CareRequestOpening | None = None) -> LivingRequest:
        """A request whose first step is still to come, when it is opened."""
        opening = opening or self.opening(licence)
        return await self.starts_as(opening, licence, delay=opening.opened_at - datetime.now(UTC))

    async def starts_as(
        self,
        opening: object,
        licence: Licence,
        *,
        request_id: str = "",
        delay: timedelta | None = None,
        reuse: WorkflowIDReusePolicy = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    ) -> LivingRequest:
        """A start with an opening of the test's own, readable or not."""
        if isinstance(opening, CareRequestOpening):
            request_id = opening.request_id
        handle = await self.server.client.start_workflow(
            CARE_REQUEST,
            opening,
            id=care_request_id(request_id),
            task_queue=TASK_QUEUE,
            result_type=RequestView,
            id_reuse_policy=reuse,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_delay=delay,
        )
        readable = opening if isinstance(opening, CareRequestOpening) else self.opening(licence)
        return LivingRequest(self.server, self.records, handle, readable, licence)

    async def stocks(self, stocked: Stocked | None = None) -> Shelf:
        """A seller's shelf, stocked as told."""
        shelf = Shelf(next(self._numbers))
        await load(self.records.database, (stocked or Stocked()).records(shelf))
        return shelf

    async def switches_off(
        self,
        sold: Sold,
        kind: str = "temporary",
        *,
        by: dict[str, object] | None = None,
        at: datetime = MONDAY,
        **said: object,
    ) -> LivingDeactivation:
        """A deactivation that has just been ordered, at `at` on its own clock, by the seller."""
        order = self.order(sold, kind, by=by, **said)
        deactivation = await self.orders(sold, order, delay=at - datetime.now(UTC))
        await deactivation.reaches(at + A_MOMENT)
        return deactivation

    def order(
        self,
        sold: Sold,
        kind: str = "temporary",
        *,
        by: dict[str, object] | None = None,
        **said: object,
    ) -> dict[str, object]:
        """An order as JSON, under an id of its own."""
        given = {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()
        }
        return {
            "command_id": f"D{next(self._numbers)}",
            "by": by or {"role": "seller", "id": sold.seller_id},
            "product_id": sold.product_id,
            "kind": kind,
            **given,
        }

    async def orders(
        self,
        sold: Sold,
        order: dict[str, object],
        *,
        delay: timedelta | None = None,
        workflow_id: str | None = None,
    ) -> LivingDeactivation:
        """Give an order to the deactivation that runs, or start one with it."""
        product_id = str(order["product_id"])
        handle = await self.server.client.start_workflow(
            PRODUCT_DEACTIVATION,
            order,
            id=workflow_id or product_deactivation_id(product_id),
            task_queue=TASK_QUEUE,
            result_type=DeactivationView,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_delay=delay,
        )
        return LivingDeactivation(self.server, self.records, handle, sold.seller_id, product_id, order)

    async def payments(self, state: PaymentState, seller_id: str | None) -> None:
        """The operator stops or resumes automatic payments."""
        by = Actor(role=Role.OPERATOR, id="O1")
        await self.records.switches.set_payments(
            PaymentSwitch(state=state, seller_id=seller_id, at=datetime.now(UTC), by=by)
        )

    async def refund_of(self, licence: Licence) -> SentRefund | None:
        """What was sent to the payment provider for a licence."""
        sent = [refund for refund in await self.records.report.refunds() if refund.licence_id == licence.id]
        assert len(sent) <= 1
        return sent[0] if sent else None

    async def standing(self, licence: Licence, at: datetime) -> LicenceStanding:
        """How care and renewal of a licence stand at an instant."""
        return (await self.records.report.licences(at))[licence.id]
