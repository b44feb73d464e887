"""Notices that wait for their delivery: the port `NoticeQueue`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, bindparam, select, update

from adapters.records.database import Database
from adapters.records.readers import Addressed, OperatorDesk, find_readers
from adapters.records.request_tables import NOTICES
from business_care.notices import Notice, NoticeAbout, NoticeKind
from business_care.people import Recipient, Role
from business_care.ports import QueuedNotice

IN_HAND = timedelta(minutes=5)
"""How long a sender has for the notices that it took before another one may take them."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)

_WAITING = (
    select(NOTICES)
    .where(NOTICES.c.delivered_at.is_(None), NOTICES.c.next_try_at <= bindparam("now"))
    # As the index has them: to sort a million that wait would take longer than to send the batch.
    .order_by(NOTICES.c.delivered_at, NOTICES.c.next_try_at, NOTICES.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_IN_HAND = update(NOTICES).where(NOTICES.c.id == bindparam("notice_id"))
_DELIVERED = (
    update(NOTICES)
    .where(NOTICES.c.id == bindparam("notice_id"), NOTICES.c.delivered_at.is_(None))
    .values(attempts=NOTICES.c.attempts + 1, last_error=None)
)


class SqlNoticeQueue:
    """`NoticeQueue` in the database. What it hands out is in hand: two senders do not send the same."""

    def __init__(self, database: Database, operator: OperatorDesk) -> None:
        self._database = database
        self._operator = operator
        self._marking = asyncio.Lock()
        self._to_mark: list[dict[str, object]] = []

    async def undelivered(self, limit: int) -> Sequence[QueuedNotice]:
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            rows = list((await connection.execute(_WAITING, {"now": now, "limit": limit})).mappings())
            if rows:
                in_hand = [{"notice_id": row["id"], "next_try_at": now + IN_HAND} for row in rows]
                await connection.execute(_IN_HAND, in_hand)
            addressed = [
                Addressed(NoticeAbout(row["about"]), row["subject_id"], _notice(row)) for row in rows
            ]
            readers = await find_readers(connection, addressed, self._operator)
        return [
            QueuedNotice(
                notice_id=row["id"],
                about=one.about,
                subject_id=one.subject_id,
                notice=one.notice,
                address=reader.address,
                reader_name=reader.name,
                language=reader.language,
                timezone=reader.timezone,
            )
            for row, one, reader in zip(rows, addressed, readers, strict=True)
        ]

    async def mark_delivered(self, notice_id: int, at: datetime) -> None:
        mark = {"notice_id": notice_id, "delivered_at": at}
        self._to_mark.append(mark)
        async with self._marking:
            # While one transaction is written, more marks come together: they share the next one.
            if mark not in self._to_mark:
                return
            marks, self._to_mark = self._to_mark, []
            try:
                async with self._database.writing() as connection:
                    await connection.execute(_DELIVERED, marks)
            except BaseException:
                self._to_mark = [*(other for other in marks if other is not mark), *self._to_mark]
                raise

    async def mark_failed(self, notice_id: int, at: datetime, code: str) -> None:
        async with self._database.writing() as connection:
            row = (
                await connection.execute(select(NOTICES.c.attempts).where(NOTICES.c.id == notice_id))
            ).one_or_none()
            attempts = 0 if row is None else row.attempts
            await connection.execute(
                update(NOTICES)
                .where(NOTICES.c.id == notice_id, NOTICES.c.delivered_at.is_(None))
                .values(attempts=attempts + 1, last_error=code[:64], next_try_at=at + _wait_after(attempts))
            )


def _wait_after(failures: int) -> timedelta:
    doubled: int = 2 ** min(failures, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def _notice(row: RowMapping) -> Notice:
    return Notice(
        key=row["key"],
        kind=NoticeKind(row["kind"]),
        to=Recipient(role=Role(row["to_role"]), id=row["to_id"]),
        at=row["at"],
        data=row["data"],
    )
