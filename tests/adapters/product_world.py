"""Builders for the tests of products that are switched off: catalogue and bundles, orders, stored steps."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import insert, update

from adapters.records.catalogue_tables import PRODUCTS
from adapters.records.database import Database
from adapters.records.deactivation_tables import RENEWAL_CASCADES, RENEWAL_TROUBLES, RENEWAL_WALKS
from adapters.records.journal_rows import notice_rows
from adapters.records.renewal_counts import TroubleStatus
from adapters.records.request_tables import NOTICES
from adapters.records.seed_file import BundleEntry, RecordsFile
from adapters.records.upsert import insert_missing
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.presenting import answer, view
from business_care.deactivation.state import DeactivationState, ordered_state
from business_care.deactivation.views import AppliedToDeactivation, DeactivationRecord
from business_care.deactivation.words import (
    DeactivationKind,
    DeactivationOutcome,
    DeactivationPhase,
    SaleState,
)
from business_care.events import Event, EventName
from business_care.notices import Notice, NoticeAbout, NoticeKind
from business_care.people import Actor, Recipient, Role
from business_care.reading import fingerprint
from tests.adapters.care_world import OPENED_AT, THE_SELLER, a_file, a_product, a_seller, a_sheet

ON_SALE, OFFLINE, RETIRED = SaleState.ON_SALE, SaleState.OFFLINE, SaleState.RETIRED
TEMPORARY, PERMANENT = DeactivationKind.TEMPORARY, DeactivationKind.PERMANENT
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""An instant that has passed on the machine's own clock, by which notices are sent."""
SELLER = Actor(role=Role.SELLER, id="S1")


def a_bundle(id: str, *product_ids: str, on_sale: bool = True) -> BundleEntry:  # noqa: A002
    return BundleEntry(id=id, name=f"Kit {id}", product_ids=product_ids, on_sale=on_sale)


def a_catalogue(
    *bundles: BundleEntry, products: Sequence[str] = ("P1", "P2", "P3"), seller_id: str = "S1"
) -> RecordsFile:
    """A seller, its products, and the bundles that are made of them."""
    sold = tuple(a_product(a_sheet(), id=product_id, seller_id=seller_id) for product_id in products)
    file = a_file(sellers=(a_seller(seller_id),), products=sold, licences=())
    return file.model_copy(update={"bundles": bundles})


def an_order_of(
    product_id: str = "P1", deactivation_id: str = "D1", kind: DeactivationKind = TEMPORARY
) -> Deactivate:
    return Deactivate(
        command_id=deactivation_id,
        by=SELLER,
        occurred_at=OPENED_AT,
        product_id=product_id,
        kind=kind,
        reason="Rework",
    )


def a_deactivation(
    order: Deactivate | None = None,
    *,
    seq: int = 1,
    phase: DeactivationPhase = DeactivationPhase.OFFLINE,
    outcome: DeactivationOutcome | None = None,
    ended_at: datetime | None = None,
    ordered_at: datetime = OPENED_AT,
) -> DeactivationState:
    changes = {
        "seq": seq,
        "phase": DeactivationPhase.ENDED if outcome else phase,
        "outcome": outcome,
        "ended_at": (ended_at or OPENED_AT) if outcome else None,
        "ordered_at": ordered_at,
    }
    return ordered_state(order or an_order_of()).model_copy(update=changes)


def a_record(state: DeactivationState | None = None, **kept: object) -> DeactivationRecord:
    state = state or a_deactivation()
    record = {
        "workflow_id": f"product-deactivation-{state.order.product_id}",
        "run_id": "run-1",
        "state": state,
        "view": view(state),
    }
    return DeactivationRecord.model_validate({**record, **kept})


def applied_to(state: DeactivationState) -> AppliedToDeactivation:
    """The order itself, as the first command that was accepted."""
    order = state.order
    return AppliedToDeactivation(
        command_id=order.command_id,
        command=order.NAME,
        sha256=fingerprint(order),
        by=order.by,
        answer=answer(state, order, OPENED_AT),
        body=order.model_dump(mode="json", exclude_none=True),
    )


def went_offline(seq: int = 1) -> Event:
    return Event(seq=seq, at=OPENED_AT, name=EventName.OFFLINE, rule="R55")


def told_seller(product_id: str = "P1", key: str = "1-0-deactivated") -> Notice:
    data = {"product_id": product_id, "kind": "temporary", "reason": "Rework"}
    return Notice(key=key, kind=NoticeKind.DEACTIVATED, to=THE_SELLER, at=OPENED_AT, data=data)


def told_customer(customer_id: str, product_id: str = "P1") -> Notice:
    return Notice(
        key=customer_id,
        kind=NoticeKind.RENEWAL_CANCELLED,
        to=Recipient(role=Role.CUSTOMER, id=customer_id),
        at=OPENED_AT,
        data={"product_id": product_id},
    )


async def given_renewals_told(database: Database, *customer_ids: str, deactivation_id: str = "D1") -> None:
    """What the walk of a deactivation leaves for these customers."""
    notices = [told_customer(customer_id) for customer_id in customer_ids]
    rows = notice_rows(NoticeAbout.RENEWALS, deactivation_id, notices, LONG_AGO)
    async with database.writing() as connection:
        await insert_missing(connection, NOTICES, rows)


async def given_product_state(database: Database, product_id: str, state: SaleState) -> None:
    async with database.writing() as connection:
        await connection.execute(update(PRODUCTS).where(PRODUCTS.c.id == product_id).values(state=state))


async def given_cascade(
    database: Database,
    troubles: Mapping[str, TroubleStatus],
    *,
    deactivation_id: str = "D1",
    automatic: int = 100,
    cancelled: int = 0,
) -> None:
    """A cascade that was begun, with seven who had opted out; `troubles` are licences that need a look."""
    counts = {"automatic": automatic, "opted_out": 7, "cancelled": cancelled}
    rows = [
        {
            "deactivation_id": deactivation_id,
            "licence_id": licence_id,
            "status": status,
            "code": "account_closed",
            "since": OPENED_AT,
        }
        for licence_id, status in troubles.items()
    ]
    async with database.writing() as connection:
        await connection.execute(insert(RENEWAL_CASCADES).values(deactivation_id=deactivation_id, **counts))
        if rows:
            await connection.execute(insert(RENEWAL_TROUBLES), rows)


async def given_walk(
    database: Database,
    number: int = 1,
    *,
    deactivation_id: str = "D1",
    round_: int = 1,
    per_second: float | None = None,
    finished: bool = False,
    updated_at: datetime = datetime(2031, 3, 3, 10, tzinfo=UTC),
) -> None:
    row = {
        "deactivation_id": deactivation_id,
        "round": round_,
        "number": number,
        "finished": finished,
        "per_second": per_second,
        "updated_at": updated_at,
    }
    async with database.writing() as connection:
        await connection.execute(insert(RENEWAL_WALKS).values(**row))
