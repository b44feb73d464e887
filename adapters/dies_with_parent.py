"""Runs a program and ends it as soon as whoever started us is gone, however that happened.

Started as `python dies_with_parent.py PROGRAM ARGUMENT…` with a pipe as standard input whose other end only
the parent holds. The system closes that pipe when the parent exits, even by `kill -9`, on every Unix alike:
no orphaned server keeps a port and a database file. Needs nothing but the standard library.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

STOP_SECONDS = 8.0


def main(arguments: list[str]) -> int:
    """Run the program until it ends by itself or the standard input closes; answers its exit code."""
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)  # noqa: S603 - our own parent names the program

    def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()

    def watch() -> None:
        while os.read(0, 1024):
            pass
        stop()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
