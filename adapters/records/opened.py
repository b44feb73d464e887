"""The records opened at a URL: every port of theirs over one engine."""

from types import TracebackType
from typing import Self

from adapters.records.care_records import SqlCareRecords
from adapters.records.closures import SqlClosures
from adapters.records.command_log import SqlCommandLog
from adapters.records.database import Database
from adapters.records.deactivation_directory import SqlDeactivationDirectory
from adapters.records.digests import SqlDigests
from adapters.records.directory import SqlRequestDirectory
from adapters.records.figures import SqlFigures
from adapters.records.key_register import SqlKeyRegister
from adapters.records.notice_queue import SqlNoticeQueue
from adapters.records.open_runs import SqlOpenRuns
from adapters.records.product_records import SqlProductRecords
from adapters.records.readers import OperatorDesk
from adapters.records.recoveries import SqlRecoveries
from adapters.records.report import Report
from adapters.records.switches import SqlPaymentSwitches
from business_care.deactivation.ports import DeactivationDirectory, ProductRecords
from business_care.ports import (
    CareRecords,
    Closures,
    CommandLog,
    Digests,
    NoticeQueue,
    OpenRuns,
    PaymentSwitches,
    RequestDirectory,
)

__all__ = ["OperatorDesk", "Records"]


class Records:
    """All ports of the records. One for a process; `close` gives the connections back."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.care: CareRecords = SqlCareRecords(database)
        self.directory: RequestDirectory = SqlRequestDirectory(database)
        self.products: ProductRecords = SqlProductRecords(database)
        self.deactivations: DeactivationDirectory = SqlDeactivationDirectory(database)
        self.commands: CommandLog = SqlCommandLog(database)
        self.closures: Closures = SqlClosures(database)
        self.recoveries = SqlRecoveries(database)
        self.switches: PaymentSwitches = SqlPaymentSwitches(database)
        self.keys = SqlKeyRegister(database)
        self.digests: Digests = SqlDigests(database)
        self.runs: OpenRuns = SqlOpenRuns(database)
        self.report = Report(database)
        self.figures = SqlFigures(database)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the records at `sqlite:///file` or `postgresql://...`. Raises `ValueError` for another URL."""
        return cls(Database(url))

    def notices(self, operator: OperatorDesk) -> NoticeQueue:
        """The notices that wait; those for the operator go to the desk."""
        return SqlNoticeQueue(self.database, operator)

    async def close(self) -> None:
        """Give every connection back."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
