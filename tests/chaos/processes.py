"""Processes that are started again whenever they end: forked from one that has imported everything already.

So a killed worker is back after some hundredths of a second, not after the seconds that its imports take.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

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
            await asyncio.to_thread(self._process.join)
            code = self._process.exitcode
            if code == 0:
                self.is_done = True
            elif code != KILLED:
                self.ended_by_itself.append(code or 0)
            await asyncio.sleep(self._pause())

    def kill(self) -> bool:
        """`kill -9`; whether there was something to kill."""
        process = self._process
        # The sentinel is ready when the process has ended; only its supervisor may wait for it.
        if process is None or process.pid is None or wait([process.sentinel], timeout=0):
            return False
        os.kill(process.pid, signal.SIGKILL)
        return True

    def leave(self) -> None:
        """Kill it for the last time."""
        self._is_leaving = True
        self.kill()
