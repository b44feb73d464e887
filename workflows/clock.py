"""The workflow's own clock."""

from datetime import datetime

from temporalio import workflow


def now() -> datetime:
    """The instant of the workflow, in UTC: it follows skipped time and replays alike."""
    return workflow.now()
