"""Processes that are started again whenever they end: forked from one that has imported everything already.

So a killed worker is back after some hundredths of a second, not after the seconds that its imports take.
"""

import asyncio
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

LOOK_EVERY_SECONDS = 0.02
KILLED = -9


def nursery(*modules: str) -> ForkServerContext:
    """Where processes are forked from, once it has imported the modules."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    return context


def die_with_parent() -> None:
    """End when the process that forked us is gone: nothing of a run outlives it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(4)

    threading.Thread(target=watch, daemon=True).start()


class KeptAlive:
    """One process under a supervisor: killed, it is back after a pause; ended with 0, it is done."""

    def __init__(
        self,
        context: ForkServerContext,
        name: str,
        target: Callable[..., None],
        arguments: tuple[Any, ...],
        pause: Callable[[], float],
    ) -> None:
        self._context, self.name, self._target, self._arguments = context, name, target, arguments
        self._pause = pause
        self._process: ForkServerProcess | None = None
        self._is_leaving = False
        self.is_done = False
        self.ended_by_itself: list[int] = []
        """Exit codes of ends that nobody brought about with `kill -9`."""

    async def keep(self) -> None:
        """Start it, and start it again, until it is done or told to leave."""
        while not self._is_leaving and not self.is_done:
            self._process = self._context.Process(target=self._target, args=self._arguments, name=self.name)
            await asyncio.to_thread(self._process.start)
            while self._process.is_alive():
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            code = self._process.exitcode
            self.is_done = code == 0
            if code not in (0, KILLED):
                self.ended_by_itself.append(code or 0)
            if not self._is_leaving and not self.is_done:
                await asyncio.sleep(self._pause())

    def kill(self) -> bool:
        """`kill -9`; whether there was something to kill."""
        if self._process is None or not self._process.is_alive():
            return False
        self._process.kill()
        return True

    def leave(self) -> None:
        """Kill it for the last time."""
        self._is_leaving = True
        self.kill()
