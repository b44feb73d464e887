"""The operator's digest."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.digest import Digest
from business_care.ports import Digests
from business_care.values import Instant, Value


class DigestWanted(Value):
    """As of when it is counted, and how many differences the comparison found, if it was made."""

    at: Instant
    differences: int | None = None


@dataclass(frozen=True)
class DigestSteps:
    """The step that needs the records of everything."""

    digests: Digests

    @activity.defn
    async def write_digest(self, wanted: DigestWanted) -> Digest:
        """Count, and put the digest of the day into the outbox, once."""
        with translated():
            return await self.digests.write_digest(wanted.at, wanted.differences)
