"""The operator's morning mail, as a workflow that a schedule starts."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError

from activities.comparison_steps import ComparisonSteps, ComparisonWanted
from activities.digest_steps import DigestSteps, DigestWanted
from business_care.digest import Digest
from workflows.clock import now
from workflows.names import OPERATOR_DIGEST
from workflows.options import patiently, thoroughly

COMPARED_WITHIN = timedelta(hours=1)
"""Then the digest is written without: what is due matters more."""
WRITTEN_WITHIN = timedelta(hours=12)


@workflow.defn(name=OPERATOR_DIGEST)
class OperatorDigest:
    """Counts what is due, overdue, broken and waiting, and tells the operator, once a day."""

    @workflow.run
    async def run(self, start: RawValue) -> Digest:  # noqa: ARG002 -- every start carries one value
        """Compare, count, tell."""
        wanted = DigestWanted(at=now(), differences=await self._differences())
        return await patiently(
            DigestSteps.write_digest, wanted, "count and tell the operator", within=WRITTEN_WITHIN
        )

    async def _differences(self) -> int | None:
        try:
            found = await thoroughly(
                ComparisonSteps.compare_with_records,
                ComparisonWanted(at=now()),
                "compare what is open in the records with what runs",
                within=COMPARED_WITHIN,
            )
        except ActivityError:
            return None
        return found.differences_in_all
