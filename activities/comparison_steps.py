"""Comparing the records with what runs."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import translated
from business_care.comparison import Comparison
from business_care.ports import Comparing
from business_care.values import Instant, Value


class ComparisonWanted(Value):
    """The instant as of which deadlines are called late."""

    at: Instant


@dataclass(frozen=True)
class ComparisonSteps:
    """The step that needs both the records and the server's list of runs."""

    comparing: Comparing

    @activity.defn
    async def compare_with_records(self, wanted: ComparisonWanted) -> Comparison:
        """What is open in the records and does not run, or runs otherwise than it should (R63)."""
        with translated():
            return await self.comparing.compare(wanted.at)
