"""What recoveries need of the records. Every method may raise `TemporarilyUnavailable`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from business_care.recovery.state import LateFailure, RecoveryStart
from business_care.recovery.views import (
    RecoveryJournalView,
    RecoveryRecord,
    RecoveryView,
    StoredRecovery,
)


class RecoveryRecords(Protocol):
    """The records as the steps of a recovery use them."""

    async def stored(self, recovery_id: str) -> StoredRecovery | None:
        """The recovery as it stands in the records, with what was said to it; None when nobody began it."""
        ...

    async def store(self, record: RecoveryRecord) -> None:
        """Store one step, all or nothing; storing it again, or storing an older one late, changes nothing
        (R63)."""
        ...


class RecoveryDirectory(Protocol):
    """The records as the gateway uses them."""

    async def begin(self, failure: LateFailure, at: datetime) -> RecoveryStart | None:
        """Take the success of a refund back, and tell the operator; told again, it is the same one.

        From then on no later request on the licence counts as refunded, and none is paid by a program (R42).
        None where there is nothing to recover: no refund of ours that had been paid by the provider.
        """
        ...

    async def view(self, recovery_id: str) -> RecoveryView | None:
        """The last stored view; None for an unknown one."""
        ...

    async def of_licence(self, licence_id: str) -> Sequence[RecoveryView]:
        """Every recovery of a licence, by number."""
        ...

    async def all(self, *, open_only: bool) -> Sequence[RecoveryView]:
        """The recoveries of all licences, those that wait longest first."""
        ...

    async def stored(self, recovery_id: str) -> StoredRecovery | None:
        """A recovery with everything that was said to it."""
        ...

    async def journal(self, recovery_id: str) -> RecoveryJournalView | None:
        """The journal, as stored."""
        ...
