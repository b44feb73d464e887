"""The daily look at whether anything was forgotten, as a workflow that a schedule starts."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue

from activities.comparison_steps import ComparisonSteps, ComparisonWanted
from business_care.comparison import Comparison
from workflows.clock import now
from workflows.names import RECORDS_CHECK
from workflows.options import thoroughly

GIVES_UP_AFTER = timedelta(hours=12)
"""The next day's look comes soon; until then the failed run is what an operator sees."""


@workflow.defn(name=RECORDS_CHECK)
class RecordsCheck:
    """Compares what is open in the records with what runs, and ends with what it found (R63).

    It repairs nothing: a request that was ended by hand was perhaps meant to end, and one that begins again
    judges its deadlines anew. Its result and its details say what an operator has to look at.
    """

    @workflow.run
    async def run(self, start: RawValue) -> Comparison:  # noqa: ARG002 -- every start carries one value
        """Compare, and tell."""
        found = await thoroughly(
            ComparisonSteps.compare_with_records,
            ComparisonWanted(at=now()),
            "compare what is open in the records with what runs",
            within=GIVES_UP_AFTER,
        )
        workflow.set_current_details(details(found))
        return found


def details(found: Comparison) -> str:
    """A short list in Markdown (tables render badly there)."""
    lines = [f"- **open in the records**: {found.open_in_records}", f"- **running**: {found.running}"]
    lines += [f"- **{one.kind}**: {one.workflow_id}" for one in found.differences]
    untold = found.differences_in_all - len(found.differences)
    return "\n".join([*lines, *([f"- **and {untold} more**"] if untold else [])])
