"""A worker with a number of slots for workflow tasks that its settings would refuse: to show why they do.

`python -m benchmarks.slotted_worker SLOTS`; settings are otherwise those of the worker.
"""

import asyncio
import os
import sys

from adapters.logs import logging_to
from adapters.settings import load_settings
from worker import work


def main(slots: int) -> None:
    """Work with so many slots until a signal comes."""
    settings = load_settings().model_copy(update={"workflow_task_slots": slots})
    with logging_to(settings.log_format, file=settings.log_file, level=settings.log_level):
        asyncio.run(work(settings))


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)
