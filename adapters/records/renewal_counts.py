"""How the renewals of a product stand while they are cancelled, counted from what the walks have kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.deactivation_tables import RENEWAL_CASCADES, RENEWAL_TROUBLES, RENEWAL_WALKS
from business_care.deactivation.renewals import CascadeTotals, FailedRenewal, RenewalSurvey

LISTED = 100
"""How many of those that failed are carried along with the counts."""


class TroubleStatus(StrEnum):
    """What a renewal waits for (R55, R56)."""

    FAILED = "failed"
    """To be tried again, when the operator says so."""
    IN_FLIGHT = "in_flight"
    """The outcome of a charge that was under way."""
    GIVING_BACK = "giving_back"
    """It is cancelled, and the charge that paid for too much is still to be given back."""
    BY_HAND = "by_hand"
    """It is cancelled, and an operator gives its charge back."""


_LEFT_TO_PEOPLE = (TroubleStatus.FAILED, TroubleStatus.BY_HAND)


@dataclass(frozen=True)
class Pace:
    """How fast the walks of the last round are, and when that was measured."""

    per_second: float | None
    as_of: datetime | None


async def surveyed(connection: AsyncConnection, deactivation_id: str) -> RenewalSurvey | None:
    """What the cascade had to do when it began, without its ranges; None where it has not begun."""
    query = select(RENEWAL_CASCADES.c.automatic, RENEWAL_CASCADES.c.opted_out).where(
        RENEWAL_CASCADES.c.deactivation_id == deactivation_id
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return RenewalSurvey(automatic=row.automatic, opted_out=row.opted_out, ranges=())


async def cascade_totals(connection: AsyncConnection, deactivation_id: str) -> CascadeTotals:
    """The counts as they stand, all walks and attempts together."""
    cancelled: int | None = await connection.scalar(
        select(RENEWAL_CASCADES.c.cancelled).where(RENEWAL_CASCADES.c.deactivation_id == deactivation_id)
    )
    by_status = (
        select(RENEWAL_TROUBLES.c.status, func.count().label("renewals"))
        .where(RENEWAL_TROUBLES.c.deactivation_id == deactivation_id)
        .group_by(RENEWAL_TROUBLES.c.status)
    )
    count = {row.status: row.renewals for row in await connection.execute(by_status)}
    return CascadeTotals(
        cancelled=cancelled or 0,
        failed=count.get(TroubleStatus.FAILED, 0),
        in_flight=count.get(TroubleStatus.IN_FLIGHT, 0),
        giving_back=count.get(TroubleStatus.GIVING_BACK, 0),
        by_hand=count.get(TroubleStatus.BY_HAND, 0),
        listed=tuple(await failed_renewals(connection, deactivation_id, at_most=LISTED)),
    )


async def failed_renewals(
    connection: AsyncConnection, deactivation_id: str, *, at_most: int | None = None
) -> Sequence[FailedRenewal]:
    """The renewals that failed, and those whose charge is left to be given back by hand, by licence."""
    query = (
        select(RENEWAL_TROUBLES)
        .where(
            RENEWAL_TROUBLES.c.deactivation_id == deactivation_id,
            RENEWAL_TROUBLES.c.status.in_(_LEFT_TO_PEOPLE),
        )
        .order_by(RENEWAL_TROUBLES.c.licence_id)
        .limit(at_most)
    )
    return [
        FailedRenewal(
            licence_id=row["licence_id"],
            code=row["code"],
            can_be_retried=row["status"] == TroubleStatus.FAILED,
        )
        for row in (await connection.execute(query)).mappings()
    ]


async def pace_of_walks(connection: AsyncConnection, deactivation_id: str) -> Pace:
    """The rates of the walks that go on side by side make up that of the cascade."""
    query = (
        select(RENEWAL_WALKS)
        .where(RENEWAL_WALKS.c.deactivation_id == deactivation_id)
        .order_by(RENEWAL_WALKS.c.round)
    )
    walks = list((await connection.execute(query)).mappings())
    if not walks:
        return Pace(per_second=None, as_of=None)
    rates = [
        walk["per_second"]
        for walk in walks
        if walk["round"] == walks[-1]["round"] and not walk["finished"] and walk["per_second"]
    ]
    return Pace(per_second=sum(rates) or None, as_of=max(walk["updated_at"] for walk in walks))
