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
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

KILLED = -9

_STARTER = ThreadPoolExecutor(1, "starter")
"""Each start reads the exit codes of all earlier processes: two threads would read one of them twice."""


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

    async def keep(self, *more: Any) -> None:
        """Start it, again and again, until it is done or told to leave; `more` arguments follow its own."""
        while not self._is_leaving and not self.is_done:
            process = self._context.Process(
                target=self._target, args=(*self._arguments, *more), name=self.name
            )
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(_STARTER, process.start)
            self._process = process
            await _until_readable(process.sentinel)
            await loop.run_in_executor(_STARTER, process.join)
            if process.exitcode == 0:
                self.is_done = True
            elif process.exitcode != KILLED:
                self.ended_by_itself.append(process.exitcode or 0)
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


async def _until_readable(descriptor: int) -> None:
    is_readable = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, is_readable.set)
    try:
        await is_readable.wait()
    finally:
        loop.remove_reader(descriptor)
