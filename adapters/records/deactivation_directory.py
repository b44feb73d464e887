"""Products that are switched off, as the gateway reads them: the port `DeactivationDirectory`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from adapters.records.catalogue_tables import PRODUCTS
from adapters.records.database import Database
from adapters.records.deactivation_tables import (
    APPLIED_TO_DEACTIVATIONS,
    DEACTIVATION_EVENTS,
    DEACTIVATION_REJECTIONS,
    DEACTIVATIONS,
    RENEWAL_TROUBLES,
)
from adapters.records.journal_rows import applied_in
from adapters.records.product_facts import commands_about, product_facts, stored_deactivation
from adapters.records.rejections_shown import last_rejections, rejections_not_shown
from adapters.records.renewal_counts import (
    TroubleStatus,
    cascade_totals,
    failed_renewals,
    pace_of_walks,
    surveyed,
)
from business_care.deactivation.renewals import CascadeProgress, FailedRenewal, progress_of
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.views import (
    AppliedToDeactivation,
    DeactivationJournalView,
    DeactivationView,
    StoredDeactivation,
)
from business_care.deactivation.words import DeactivationPhase


class SqlDeactivationDirectory:
    """`DeactivationDirectory` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def product(self, product_id: str) -> ProductFacts | None:
        async with self._database.reading() as connection:
            return await product_facts(connection, product_id)

    async def latest(self, product_id: str) -> DeactivationView | None:
        query = select(DEACTIVATIONS.c.view).where(DEACTIVATIONS.c.product_id == product_id)
        async with self._database.reading() as connection:
            views: list[DeactivationView] = list(await connection.scalars(query))
        return max(views, key=_recency, default=None)

    async def stored(self, deactivation_id: str) -> StoredDeactivation | None:
        async with self._database.reading() as connection:
            return await stored_deactivation(connection, deactivation_id)

    async def applied(self, product_id: str, command_id: str) -> AppliedToDeactivation | None:
        query = commands_about(product_id).where(APPLIED_TO_DEACTIVATIONS.c.command_id == command_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query.limit(1))).mappings().one_or_none()
            return None if row is None else applied_in(row, AppliedToDeactivation)

    async def journal(self, deactivation_id: str) -> DeactivationJournalView | None:
        kept = select(DEACTIVATIONS.c.product_id, DEACTIVATIONS.c.rejections_dropped).where(
            DEACTIVATIONS.c.deactivation_id == deactivation_id
        )
        events = (
            select(DEACTIVATION_EVENTS.c.event)
            .where(DEACTIVATION_EVENTS.c.deactivation_id == deactivation_id)
            .order_by(DEACTIVATION_EVENTS.c.seq)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(kept)).one_or_none()
            if row is None:
                return None
            owner = {"deactivation_id": deactivation_id, "product_id": row.product_id}
            shown = await last_rejections(connection, DEACTIVATION_REJECTIONS, owner)
            return DeactivationJournalView(
                deactivation_id=deactivation_id,
                product_id=row.product_id,
                events=tuple(await connection.scalars(events)),
                rejections=tuple(shown),
                rejections_dropped=await rejections_not_shown(
                    connection, DEACTIVATION_REJECTIONS, owner, shown, row.rejections_dropped
                ),
            )

    async def progress(self, deactivation_id: str) -> CascadeProgress | None:
        standing = select(DEACTIVATIONS.c.phase, DEACTIVATIONS.c.outcome).where(
            DEACTIVATIONS.c.deactivation_id == deactivation_id
        )
        async with self._database.reading() as connection:
            survey = await surveyed(connection, deactivation_id)
            if survey is None:
                return None
            row = (await connection.execute(standing)).one_or_none()
            pace = await pace_of_walks(connection, deactivation_id)
            return progress_of(
                survey,
                await cascade_totals(connection, deactivation_id),
                per_second=pace.per_second,
                as_of=pace.as_of,
                is_over=row is not None
                and (row.outcome is not None or row.phase == DeactivationPhase.RENEWALS_FAILED),
            )

    async def failed_renewals(self, deactivation_id: str) -> Sequence[FailedRenewal]:
        async with self._database.reading() as connection:
            return await failed_renewals(connection, deactivation_id)

    async def waiting_for_payment(self, seller_id: str | None) -> Sequence[str]:
        query = (
            select(DEACTIVATIONS.c.product_id)
            .join(RENEWAL_TROUBLES, RENEWAL_TROUBLES.c.deactivation_id == DEACTIVATIONS.c.deactivation_id)
            .where(
                DEACTIVATIONS.c.outcome.is_(None),
                RENEWAL_TROUBLES.c.status == TroubleStatus.GIVING_BACK,
            )
            .distinct()
            .order_by(DEACTIVATIONS.c.product_id)
        )
        if seller_id is not None:
            query = query.join(PRODUCTS, PRODUCTS.c.id == DEACTIVATIONS.c.product_id).where(
                PRODUCTS.c.seller_id == seller_id
            )
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))


def _recency(view: DeactivationView) -> tuple[bool, datetime]:
    """One that stands is the latest; others come by their ends, since the order of one may be backdated."""
    return view.ended_at is None, view.ended_at or datetime.max.replace(tzinfo=UTC)
