"""Refunds that failed after their request had closed: the ports `RecoveryRecords` and `RecoveryDirectory`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from adapters.records.database import Database
from adapters.records.journal_rows import applied_in
from adapters.records.late_failures import begin_recovery, store_recovery
from adapters.records.recovery_tables import (
    APPLIED_TO_RECOVERIES,
    RECOVERIES,
    RECOVERY_EVENTS,
    RECOVERY_REJECTIONS,
)
from adapters.records.rejections_shown import last_rejections, rejections_not_shown
from business_care.recovery.state import LateFailure, RecoveryStart, RecoveryState
from business_care.recovery.views import (
    AppliedToRecovery,
    RecoveryJournalView,
    RecoveryRecord,
    RecoveryView,
    StoredRecovery,
)


class SqlRecoveries:
    """Both ports in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, failure: LateFailure, at: datetime) -> RecoveryStart | None:
        async with self._database.writing() as connection:
            return await begin_recovery(connection, failure, at)

    async def stored(self, recovery_id: str) -> StoredRecovery | None:
        commands = (
            select(APPLIED_TO_RECOVERIES)
            .where(APPLIED_TO_RECOVERIES.c.recovery_id == recovery_id)
            .order_by(APPLIED_TO_RECOVERIES.c.id)
        )
        async with self._database.reading() as connection:
            state: RecoveryState | None = await connection.scalar(
                select(RECOVERIES.c.state).where(RECOVERIES.c.recovery_id == recovery_id)
            )
            if state is None:
                return None
            rows = (await connection.execute(commands)).mappings()
            applied = [applied_in(row, AppliedToRecovery) for row in rows]
        return StoredRecovery(
            state=state,
            applied=tuple(command.model_copy(update={"body": None}) for command in applied),
        )

    async def store(self, record: RecoveryRecord) -> None:
        async with self._database.writing() as connection:
            await store_recovery(connection, record)

    async def view(self, recovery_id: str) -> RecoveryView | None:
        query = select(RECOVERIES.c.view).where(RECOVERIES.c.recovery_id == recovery_id)
        async with self._database.reading() as connection:
            view: RecoveryView | None = await connection.scalar(query)
            return view

    async def of_licence(self, licence_id: str) -> Sequence[RecoveryView]:
        query = select(RECOVERIES.c.view).where(RECOVERIES.c.licence_id == licence_id)
        async with self._database.reading() as connection:
            return list(await connection.scalars(query.order_by(RECOVERIES.c.number)))

    async def all(self, *, open_only: bool) -> Sequence[RecoveryView]:
        query = select(RECOVERIES.c.view).order_by(RECOVERIES.c.failed_at, RECOVERIES.c.recovery_id)
        if open_only:
            query = query.where(RECOVERIES.c.ended_at.is_(None))
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    async def journal(self, recovery_id: str) -> RecoveryJournalView | None:
        owner = {"recovery_id": recovery_id}
        events = (
            select(RECOVERY_EVENTS.c.event)
            .where(RECOVERY_EVENTS.c.recovery_id == recovery_id)
            .order_by(RECOVERY_EVENTS.c.seq)
        )
        dropped = select(RECOVERIES.c.rejections_dropped).where(RECOVERIES.c.recovery_id == recovery_id)
        async with self._database.reading() as connection:
            dropped_there = await connection.scalar(dropped)
            if dropped_there is None:
                return None
            shown = await last_rejections(connection, RECOVERY_REJECTIONS, owner)
            return RecoveryJournalView(
                recovery_id=recovery_id,
                events=tuple(await connection.scalars(events)),
                rejections=tuple(shown),
                rejections_dropped=await rejections_not_shown(
                    connection, RECOVERY_REJECTIONS, owner, shown, dropped_there
                ),
            )
