"""What a rival is asked to do, a line at a time, in a process of its own; each is answered with JSON."""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

AT_A_TIME = 20
LOOK_EVERY_SECONDS = 0.1


class Rival(Protocol):
    """Lives and deadlines, in whatever way."""

    async def live(self, number: int) -> None:
        """A happy life, to its end."""
        ...

    async def open_due(self, number: int, due: datetime) -> None:
        """A request whose last deadline is this one."""
        ...

    async def late(self, due: datetime, wanted: int) -> list[float]:
        """How many seconds late each request was carried out. Raises `AssertionError` before all were."""
        ...


async def serve(rival: Rival) -> None:
    """`lives FIRST COUNT`, or `due FIRST COUNT SECONDS` from now, until the input ends."""
    loop = asyncio.get_running_loop()
    _answer({"ready": True})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        what, *numbers = line.split()
        first, count = int(numbers[0]), int(numbers[1])
        if what == "lives":
            _answer(await _lives(rival, range(first, first + count)))
        else:
            _answer(await _due(rival, range(first, first + count), float(numbers[2])))
    sys.stdout.flush()
    os._exit(0)


async def _lives(rival: Rival, numbers: range) -> dict[str, float]:
    gate = asyncio.Semaphore(AT_A_TIME)

    async def one(number: int) -> None:
        async with gate:
            await rival.live(number)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(number) for number in numbers))
    return {
        "a_second": len(numbers) / (time.perf_counter() - began),
        "cpu_ms": 1000 * (time.process_time() - cpu) / len(numbers),
    }


async def _due(rival: Rival, numbers: range, seconds: float) -> dict[str, float]:
    due = datetime.now(UTC) + timedelta(seconds=seconds)
    gate = asyncio.Semaphore(AT_A_TIME)

    async def one(number: int) -> None:
        async with gate:
            await rival.open_due(number, due)

    await asyncio.gather(*(one(number) for number in numbers))
    if datetime.now(UTC) > due:
        raise AssertionError("opening them took longer than until they were due")
    cpu = time.process_time()
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        try:
            late = sorted(await rival.late(due, len(numbers)))
        except AssertionError:
            continue
        return {
            "median": late[len(late) // 2],
            "last": late[-1],
            "cpu_ms": 1000 * (time.process_time() - cpu) / len(numbers),
        }


def _answer(answer: dict[str, float] | dict[str, bool]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
