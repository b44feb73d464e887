"""Renewals that failed: let go for another attempt, or because somebody else has cancelled them meanwhile."""

from sqlalchemy import Delete, delete, exists, not_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.billing.automatic import STILL_AUTOMATIC
from adapters.records.catalogue_tables import CARE_SUBSCRIPTIONS
from adapters.records.database import Database
from adapters.records.deactivation_tables import RENEWAL_TROUBLES
from adapters.records.renewal_counts import TroubleStatus, cascade_totals
from business_care.deactivation.renewals import CascadeOrder, CascadeTotals


async def free_failed(database: Database, cascade: CascadeOrder) -> CascadeTotals:
    """Let the next round find what failed."""
    async with database.writing() as connection:
        await connection.execute(_failed(cascade))
        return await cascade_totals(connection, cascade.deactivation_id)


async def drop_settled_elsewhere(connection: AsyncConnection, cascade: CascadeOrder) -> None:
    """Strike off what failed and renews no more: a refund has cancelled it (R43), or its customer has."""
    renews_no_more = exists().where(
        CARE_SUBSCRIPTIONS.c.licence_id == RENEWAL_TROUBLES.c.licence_id, not_(STILL_AUTOMATIC)
    )
    await connection.execute(_failed(cascade).where(renews_no_more))


def _failed(cascade: CascadeOrder) -> Delete:
    return delete(RENEWAL_TROUBLES).where(
        RENEWAL_TROUBLES.c.deactivation_id == cascade.deactivation_id,
        RENEWAL_TROUBLES.c.status == TroubleStatus.FAILED,
    )
