"""What became of renewals that were cancelled at a billing service, and how that is kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.billing.automatic import among
from adapters.billing.cancelling import Days, cancel
from adapters.records.deactivation_tables import RENEWAL_TROUBLES
from adapters.records.renewal_counts import TroubleStatus
from adapters.records.upsert import put
from business_care.deactivation.renewals import CascadeOrder

LONGEST_CODE = 64


@dataclass(frozen=True)
class Outcome:
    """One renewal: cancelled, unless it is in trouble of a kind that leaves that open."""

    licence_id: str
    trouble: TroubleStatus | None = None
    code: str = ""
    unpaid_from: date | None = field(default=None, compare=False)
    """The first day of a period that is not paid for: its charge failed, or is given back (R56).

    No part of how it stands: a return that is waited for as before is no news.
    """

    @property
    def is_cancelled(self) -> bool:
        """Whether no further period will be charged; what was charged too much may still be owed (R56)."""
        return self.trouble in (None, TroubleStatus.GIVING_BACK, TroubleStatus.BY_HAND)


async def keep_outcomes(
    connection: AsyncConnection, cascade: CascadeOrder, days: Days, outcomes: Sequence[Outcome]
) -> None:
    """Keep them. What somebody else has cancelled meanwhile is neither counted nor told again."""
    cancelled: dict[date, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_cancelled:
            cancelled[days.as_of(outcome.unpaid_from)].append(outcome.licence_id)
    for day, licence_ids in cancelled.items():
        await _strike_off(connection, cascade, licence_ids)
        await cancel(connection, cascade, day, among(licence_ids))
    await put(connection, RENEWAL_TROUBLES, _troubles(cascade, outcomes))


async def _strike_off(connection: AsyncConnection, cascade: CascadeOrder, licence_ids: Sequence[str]) -> None:
    await connection.execute(
        delete(RENEWAL_TROUBLES).where(
            RENEWAL_TROUBLES.c.deactivation_id == cascade.deactivation_id,
            RENEWAL_TROUBLES.c.licence_id.in_(licence_ids),
        )
    )


def _troubles(cascade: CascadeOrder, outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    now = datetime.now(UTC)
    return [
        {
            "deactivation_id": cascade.deactivation_id,
            "licence_id": outcome.licence_id,
            "status": outcome.trouble,
            "code": outcome.code[:LONGEST_CODE],
            "since": now,
        }
        for outcome in outcomes
        if outcome.trouble is not None
    ]
