"""Writes log lines in a thread of its own, so that no reader of them can ever stop the worker."""

import logging
import os
import queue
import threading
from pathlib import Path
from typing import Final

QUEUE_LINES: Final = 10_000
CLOSE_SECONDS: Final = 2.0
STANDARD_ERROR: Final = 2


class LineWriter(logging.Handler):
    """Hands every line to a thread that writes it to a file, or to the standard error output.

    When nobody reads that output, or the disk hangs, the thread waits and the queue fills up; further lines
    are dropped and counted, and the count is written as soon as there is room again. Nothing else ever waits.
    """

    def __init__(self, file: Path | None = None, queue_lines: int = QUEUE_LINES) -> None:
        """Raises `OSError` when the file can't be opened."""
        super().__init__()
        self._descriptor = STANDARD_ERROR if file is None else _opened(file)
        self._owns_descriptor = file is not None
        self._lines: queue.Queue[str | None] = queue.Queue(queue_lines)
        self._counting = threading.Lock()
        self._dropped = 0
        # A daemon: a thread that waits for a reader must not keep the process from ending.
        self._thread = threading.Thread(target=self._write_all, name="log-writer", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Format the line here, where the record is still alive, and queue it."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - a line that can't be formatted must not fail what it tells of
            self.handleError(record)
            return
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            with self._counting:
                self._dropped += 1

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Count it as dropped; the standard library would print the record's words."""
        with self._counting:
            self._dropped += 1

    @property
    def dropped(self) -> int:
        """How many lines were dropped and are not yet told of."""
        return self._dropped

    def close(self) -> None:
        """Write what is queued, for at most two seconds; a reader who is not there is not waited for."""
        super().close()
        try:
            self._lines.put(None, timeout=CLOSE_SECONDS)
        except queue.Full:
            return
        self._thread.join(CLOSE_SECONDS)
        if self._owns_descriptor and not self._thread.is_alive():
            os.close(self._descriptor)

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
            self._tell_of_dropped()
        self._tell_of_dropped()

    def _tell_of_dropped(self) -> None:
        with self._counting:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            record = logging.LogRecord(__name__, logging.WARNING, "", 0, "logs.dropped", None, None)
            record.ids = {"lines": dropped}
            self._write(self.format(record))

    def _write(self, line: str) -> None:
        # Not through sys.stderr: its lock is held while a write waits, and the interpreter's end needs it.
        rest = memoryview(f"{line}\n".encode(errors="backslashreplace"))
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:  # the reader has gone, or the disk is full: the line is lost, the worker goes on
            with self._counting:
                self._dropped += 1


def _opened(file: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    return os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
