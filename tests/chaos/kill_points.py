"""Named points at which a process of the product ends by `kill -9`, when somebody has armed the point."""

import os
import signal
import time
from pathlib import Path
from typing import Final

AT_THE_PAYMENT: Final = ("before_intent", "before_payment", "after_payment", "before_report")
"""A payment that dies is tried again when ten seconds have passed without a sign of life, and five more."""
AT_THE_RECORDS: Final = ("before_store", "after_store", "between_care_and_renewal", "after_mail")
OF_THE_ACTORS: Final = ("between_record_and_signal",)
ALL_POINTS: Final = AT_THE_PAYMENT + AT_THE_RECORDS + OF_THE_ACTORS


class KillPoints:
    """The points of one run: a file arms a point, and whoever renames it first is the one that dies."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._struck = folder / "armed", folder / "struck"
        self._armed.mkdir(parents=True, exist_ok=True)
        self._struck.mkdir(parents=True, exist_ok=True)

    def arm(self, point: str) -> None:
        """The next process that reaches the point dies there."""
        (self._armed / point).touch()

    def disarm_all(self) -> None:
        """Nobody dies at a point any more."""
        for file in self._armed.iterdir():
            file.unlink(missing_ok=True)

    def reach(self, point: str) -> None:
        """Die here, now and without a word, if the point is armed."""
        try:
            (self._armed / point).rename(self._struck / f"{point}.{os.getpid()}.{time.time_ns()}")
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def struck(self) -> list[tuple[str, int]]:
        """The points at which somebody died, and who."""
        names = sorted(file.name for file in self._struck.iterdir())
        return [(point, int(pid)) for point, pid, _ in (name.split(".") for name in names)]
