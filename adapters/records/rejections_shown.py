"""The rejections of a journal as people read them: the last ones, and counts of the others (R61)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Table, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from business_care.events import Rejection

SHOWN_REJECTIONS = 200


async def last_rejections(
    connection: AsyncConnection, table: Table, owner: Mapping[str, str]
) -> list[Rejection]:
    """The last rejections in the order in which they came; `owner` names the columns that say whose."""
    query = select(table).where(_of(table, owner)).order_by(table.c.id.desc()).limit(SHOWN_REJECTIONS)
    rows = (await connection.execute(query)).mappings()
    return [
        Rejection(
            at=row["at"],
            message=row["message"],
            code=row["code"],
            command_id=row["command_id"],
            sha256=row["sha256"],
        )
        for row in rows
    ][::-1]


async def rejections_not_shown(
    connection: AsyncConnection,
    table: Table,
    owner: Mapping[str, str],
    shown: Sequence[Rejection],
    dropped_there: Mapping[str, int],
) -> dict[str, int]:
    """How many rejections of each code are not shown: those kept here beyond the last, or never sent here."""
    code = table.c.code
    query = select(code, func.count().label("kept")).where(_of(table, owner)).group_by(code)
    kept = {row.code: row.kept for row in await connection.execute(query)}
    visible = Counter(rejection.code for rejection in shown)
    dropped = {
        code: max(kept.get(code, 0) - visible[code], dropped_there.get(code, 0))
        for code in (*kept, *dropped_there)
    }
    return {code: count for code, count in dropped.items() if count}


def _of(table: Table, owner: Mapping[str, str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in owner.items()))
