"""Runs an embedded server and waits until it answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from adapters.temporal_program import (
    ServerNotStarted,
    TemporalProgram,
    find_temporal_program,
    free_port,
    is_free,
)

LOOPBACK: Final = "127.0.0.1"
"""The server has no authentication: it is never bound to anything else."""

NAMESPACE: Final = "default"

START_TIMEOUT: Final = timedelta(seconds=30)
_START_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class RunningServer:
    """A server that answers: a client of it, and its process."""

    client: Client
    program: TemporalProgram

    @property
    def target(self) -> str:
        """Where it answers, as `host:port`."""
        return self.client.service_client.config.target_host


@asynccontextmanager
async def running_server(
    arguments: Sequence[str],
    dynamic_config: Sequence[str],
    program: Path | None,
    port: int | None,
    log_file: Path | None,
    data_converter: DataConverter,
) -> AsyncIterator[RunningServer]:
    """A server that runs until the block ends. Raises `ServerNotStarted`."""
    found = find_temporal_program(program)
    configured = [word for value in dynamic_config for word in ("--dynamic-config-value", value)]
    words = ["server", "start-dev", "--ip", LOOPBACK, "--log-level", "warn", "--log-format", "json"]
    with TemporaryDirectory(prefix="business-care-") as scratch:
        log = log_file or Path(scratch) / "temporal.log"
        running = await _started(found, [*words, *configured, *arguments], port, log, data_converter)
        try:
            yield running
        finally:
            # One that keeps no file has nothing to finish, which would take a second.
            await (running.program.stop() if "--db-filename" in arguments else running.program.kill())


async def _started(
    program: Path, words: Sequence[str], port: int | None, log: Path, data_converter: DataConverter
) -> RunningServer:
    if port and not is_free(port):
        # Asked first: a client would happily talk to the other server that listens there.
        raise ServerNotStarted(f"port {port} is taken; stop what listens there, or choose another port")
    # A free port may be taken by somebody else before the server binds it: another one then.
    for attempts_left in reversed(range(1 if port else _START_ATTEMPTS)):
        chosen = port or free_port()
        running = await TemporalProgram.start(program, [*words, "--port", str(chosen)], log)
        try:
            return RunningServer(await _answering(running, f"{LOOPBACK}:{chosen}", data_converter), running)
        except BaseException as error:
            await running.kill()
            if not isinstance(error, ServerNotStarted) or not attempts_left:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _answering(running: TemporalProgram, target: str, data_converter: DataConverter) -> Client:
    """A client once the server answers for its namespace."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + START_TIMEOUT.total_seconds()
    while running.is_running and loop.time() < give_up_at:
        # Not yet listening, or whoever took the port in the meantime does not answer.
        with contextlib.suppress(RuntimeError, RPCError, TimeoutError):
            async with asyncio.timeout(2):
                client = await Client.connect(target, namespace=NAMESPACE, data_converter=data_converter)
                if await client.service_client.check_health() and running.is_running:
                    return client
        await asyncio.sleep(0.05)
    what = "did not answer in time" if running.is_running else "ended at once"
    raise ServerNotStarted(f"the embedded Temporal server on {target} {what}: {running.last_words()}")
