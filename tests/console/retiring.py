"""A product whose renewals are cancelled under the eyes of whoever follows: records alone, no workflow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert

from adapters.billing.in_records import RenewalsInRecords
from adapters.records.deactivation_tables import RENEWAL_TROUBLES
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.renewal_counts import TroubleStatus
from adapters.records.seed import load
from adapters.records.seed_file import read_records
from business_care.deactivation import moves
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.presenting import view
from business_care.deactivation.renewals import CascadeOrder, WalkId, WalkOrder, WalkRange
from business_care.deactivation.state import DeactivationState, ordered_state
from business_care.deactivation.turn import DeactivationStep
from business_care.deactivation.views import BundleChange, DeactivationRecord
from business_care.deactivation.words import DeactivationKind, SaleState
from business_care.people import Actor, Role

NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)
CUSTOMERS = 8
SELLER = Actor(role=Role.SELLER, id="S1")


@dataclass
class Retiring:
    """The deactivation `d1` of product `P1`, step by step as its workflow would store it."""

    records: Records
    state: DeactivationState
    walked: int = 0

    @classmethod
    @asynccontextmanager
    async def begun(cls, url: str, kind: DeactivationKind) -> AsyncIterator["Retiring"]:
        """Sales and bundles are off; the renewals are still to come."""
        await upgrade(url)
        async with Records.open(url) as records:
            await load(records.database, read_records(_RECORDS))
            order = Deactivate(command_id="d1", by=SELLER, product_id="P1", kind=kind)
            begun = cls(records, ordered_state(order))
            await begun.take(moves.order_taken(begun.state, await records.deactivations.product("P1"), NOW))
            to = SaleState.OFFLINE if kind is DeactivationKind.TEMPORARY else SaleState.RETIRED
            await begun.take(moves.product_switched(begun.state, to, NOW))
            await begun.take(moves.bundles_followed(begun.state, to, BundleChange(), NOW))
            yield begun

    async def take(self, step: DeactivationStep) -> None:
        """Store a step; one that tells nothing new is not stored, as in the workflow."""
        self.state = step.state
        if step.events:
            await self.records.products.store(
                DeactivationRecord(
                    workflow_id="product-deactivation-P1",
                    run_id="run-1",
                    state=self.state,
                    view=view(self.state),
                    events=step.events,
                )
            )

    async def count(self) -> None:
        """The cascade begins: what there is to do is counted."""
        survey = await self._renewals.survey(self._cascade)
        await self.take(moves.renewals_counted(self.state, survey, NOW))

    async def cancel(self, more: int) -> None:
        """The next so many renewals are cancelled."""
        self.walked += more
        walk = WalkId(round=1, number=1)
        order = WalkOrder(cascade=self._cascade, walk=walk, range=WalkRange(), until_seen=self.walked)
        async for standing in self._renewals.walk(order):
            await self.take(moves.renewals_moved(self.state, standing.totals, None, NOW))

    async def fail(self, licence_id: str) -> None:
        """The billing service could not cancel this one."""
        await self._trouble(licence_id, TroubleStatus.FAILED, "card_blocked")

    async def wait_for_charge(self, licence_id: str, status: TroubleStatus) -> None:
        """A charge of this one is under way, or is still to be given back."""
        await self._trouble(licence_id, status, "refund_pending")

    async def _trouble(self, licence_id: str, status: TroubleStatus, code: str) -> None:
        row = {
            "deactivation_id": "d1",
            "licence_id": licence_id,
            "status": status,
            "code": code,
            "since": NOW,
        }
        async with self.records.database.writing() as connection:
            await connection.execute(insert(RENEWAL_TROUBLES).values(**row))
        totals = await self._renewals.settle(self._cascade)
        await self.take(moves.renewals_moved(self.state, totals, None, NOW))

    async def finish(self) -> None:
        """Nothing new was found."""
        await self.take(moves.renewals_done(self.state, NOW))

    @property
    def _renewals(self) -> RenewalsInRecords:
        return RenewalsInRecords(self.records.database)

    @property
    def _cascade(self) -> CascadeOrder:
        return CascadeOrder(
            deactivation_id="d1", product_id="P1", seller_id="S1", effective_at=NOW, at=datetime.now(UTC)
        )


_RECORDS: dict[str, object] = {
    "sellers": [{"id": "S1", "name": "Studio Uno", "email": "agents@studio-uno.example"}],
    "products": [{"id": "P1", "seller_id": "S1", "name": "Mega menu"}],
    "licences": [
        {
            "id": f"L{number}",
            "product_id": "P1",
            "customer_id": f"C{number}",
            "customer_email": "shop@customer.example",
            "purchased_at": datetime(2030, 6, 1, tzinfo=UTC),
            "price": {"amount": 12900, "currency": "EUR"},
            "care": {"starts_on": date(2030, 6, 1), "ends_on": date(2031, 5, 31)},
        }
        for number in range(1, CUSTOMERS + 1)
    ],
}
