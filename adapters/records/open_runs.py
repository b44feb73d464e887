"""What is open in the records: the port `OpenRuns`."""

from collections.abc import Sequence

from sqlalchemy import null, select, union_all

from adapters.records.columns import INSTANT
from adapters.records.database import Database
from adapters.records.deactivation_tables import DEACTIVATIONS
from adapters.records.request_tables import REQUESTS
from business_care.comparison import OpenInRecords

# A planned deactivation waits for its instant in its view alone; none of them has a deadline to miss.
_OPEN = union_all(
    select(REQUESTS.c.workflow_id, REQUESTS.c.next_due_at).where(REQUESTS.c.outcome.is_(None)),
    select(DEACTIVATIONS.c.workflow_id, null().cast(INSTANT)).where(DEACTIVATIONS.c.outcome.is_(None)),
)


class SqlOpenRuns:
    """`OpenRuns` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_runs(self) -> Sequence[OpenInRecords]:
        async with self._database.reading() as connection:
            rows = await connection.execute(_OPEN)
            return [OpenInRecords(workflow_id=row[0], next_due_at=row[1]) for row in rows]
