"""Tells a waiting person on the error output that something goes on, once it has taken more than a second."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

PATIENCE_SECONDS = 1.0


class Progress:
    """A spinner with a few words; nothing at all where nobody watches."""

    def __init__(self, words: str) -> None:
        self._status = Status(words, console=Console(stderr=True))
        self._watched = self._status.console.is_terminal
        self._begins = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._begin)

    def tell(self, words: str) -> None:
        """What goes on now."""
        self._status.update(words)

    def stop(self) -> None:
        """There is something else to look at; a second time changes nothing."""
        self._begins.cancel()
        self._status.stop()

    def _begin(self) -> None:
        if self._watched:
            self._status.start()


@contextmanager
def progress(words: str) -> Iterator[Progress]:
    """Progress until the block ends. Needs a running event loop."""
    shown = Progress(words)
    try:
        yield shown
    finally:
        shown.stop()
