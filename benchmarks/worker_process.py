"""A worker in a process of its own, which can be measured from outside, and killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOOK_EVERY_SECONDS = 0.05


@asynccontextmanager
async def worker_process(
    folder: Path,
    target: str,
    url: str,
    settings: Mapping[str, str] | None = None,
    program: Sequence[str] = ("worker",),
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that has begun to work for a server; killed when the block ends, and whenever you like.

    `program` is the module that is run, with its arguments.
    """
    log = folder / "worker.log"
    log.write_text("", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *program,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": target,
            "BUSINESS_CARE_DATABASE_URL": url,
            "BUSINESS_CARE_LOG_FILE": str(log),
            "BUSINESS_CARE_OUTBOX_DIR": str(folder / "outbox"),
            **(settings or {}),
        },
    )
    try:
        while "worker.started" not in log.read_text(encoding="utf-8"):
            if process.returncode is not None:
                raise RuntimeError(f"the worker ended with {process.returncode}")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
