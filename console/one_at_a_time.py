"""A lock on a file, so that two programs never work on the same data of the embedded server."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from business_care.errors import StepFailed


class AlreadyRunning(StepFailed):
    """Another program works on the same data."""


@contextmanager
def alone(beside: Path) -> Iterator[None]:
    """Hold the lock beside a file until the block ends; the system lets it go when the process dies.

    Raises `AlreadyRunning`, naming the process that holds it.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    lock = beside.with_name(f"{beside.name}.lock")
    with lock.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.seek(0)
            other = held.read().strip() or "unknown"
            raise AlreadyRunning(
                f"another `business-care dev` works on {beside} (process {other}); stop it, "
                "or choose another file with BUSINESS_CARE_DEV_SERVER_DATABASE"
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield
