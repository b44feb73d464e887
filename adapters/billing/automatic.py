"""Which renewals a cascade still has to cancel, said once in SQL; how many they are, and how they are cut."""

from collections.abc import Callable, Sequence
from math import ceil

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import CARE_SUBSCRIPTIONS, LICENCES
from adapters.records.database import Database
from adapters.records.deactivation_tables import RENEWAL_CASCADES, RENEWAL_TROUBLES
from adapters.records.renewal_counts import surveyed
from adapters.records.upsert import insert_missing
from business_care.deactivation.renewals import CascadeOrder, RenewalSurvey, WalkRange
from business_care.values import known

WORTH_A_RANGE = 50_000
"""With fewer renewals a second range costs more than it brings."""

STILL_AUTOMATIC: ColumnElement[bool] = and_(
    CARE_SUBSCRIPTIONS.c.auto_renew.is_(True),
    CARE_SUBSCRIPTIONS.c.renewal_cancelled_on.is_(None),
    CARE_SUBSCRIPTIONS.c.ended_on.is_(None),
)
_OPTED_OUT = and_(CARE_SUBSCRIPTIONS.c.auto_renew.is_(False), CARE_SUBSCRIPTIONS.c.ended_on.is_(None))
_WITH_CARE = LICENCES.join(CARE_SUBSCRIPTIONS, CARE_SUBSCRIPTIONS.c.licence_id == LICENCES.c.id)


Within = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Which licences, as a condition on a column of their ids.

It is said of licences and of their care, though one follows from the other: PostgreSQL does not see that, and
would read the whole table for each page.
"""


def between(after: str | None, upto: str | None) -> Within:
    """Behind one licence, up to and including another."""

    def condition(column: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(true() if after is None else column > after, true() if upto is None else column <= upto)

    return condition


def among(licence_ids: Sequence[str]) -> Within:
    """These licences."""
    return lambda column: column.in_(licence_ids)


def untroubled(cascade: CascadeOrder, within: Within) -> ColumnElement[bool]:
    """Licences of the product of which none has failed or waits for a charge: one attempt each (R55)."""
    in_trouble = exists().where(
        RENEWAL_TROUBLES.c.deactivation_id == cascade.deactivation_id,
        RENEWAL_TROUBLES.c.licence_id == LICENCES.c.id,
    )
    return and_(LICENCES.c.product_id == cascade.product_id, within(LICENCES.c.id), not_(in_trouble))


def still_automatic(cascade: CascadeOrder, within: Within) -> Select[str]:
    """The licences whose renewal is to be cancelled, by id."""
    return (
        select(LICENCES.c.id)
        .select_from(_WITH_CARE)
        .where(STILL_AUTOMATIC, untroubled(cascade, within), within(CARE_SUBSCRIPTIONS.c.licence_id))
        .order_by(LICENCES.c.id)
    )


async def survey(database: Database, cascade: CascadeOrder, *, most_ranges: int) -> RenewalSurvey:
    """Count, keep the count, and cut into ranges; asked again, it gives the count of the first time."""
    counts = (
        select(func.count().filter(STILL_AUTOMATIC), func.count().filter(_OPTED_OUT))
        .select_from(_WITH_CARE)
        .where(LICENCES.c.product_id == cascade.product_id)
    )
    async with database.reading() as connection:
        automatic, opted_out = (await connection.execute(counts)).one()
        ranges = await _ranges(connection, cascade, automatic, most_ranges)
    row = {"deactivation_id": cascade.deactivation_id, "automatic": automatic, "opted_out": opted_out}
    async with database.writing() as connection:
        await insert_missing(connection, RENEWAL_CASCADES, [row])
        first = known(await surveyed(connection, cascade.deactivation_id))
    return first.model_copy(update={"ranges": ranges})


async def _ranges(
    connection: AsyncConnection, cascade: CascadeOrder, automatic: int, most: int
) -> tuple[WalkRange, ...]:
    """Ranges that hold about as much each. The first and the last are open: purchases go on meanwhile."""
    size = max(WORTH_A_RANGE, ceil(automatic / most))
    if automatic <= size:
        return (WalkRange(),)
    in_order = (
        select(LICENCES.c.id, func.row_number().over(order_by=LICENCES.c.id).label("place"))
        .select_from(_WITH_CARE)
        .where(STILL_AUTOMATIC, LICENCES.c.product_id == cascade.product_id)
        .subquery()
    )
    last_of_ranges = (
        select(in_order.c.id)
        .where(in_order.c.place % size == 0, in_order.c.place < automatic)
        .order_by(in_order.c.place)
    )
    ends: list[str | None] = [*(await connection.scalars(last_of_ranges)), None]
    return tuple(WalkRange(after=after, upto=upto) for after, upto in zip([None, *ends], ends, strict=False))
