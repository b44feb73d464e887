"""SQLite in place: short transactions on a plain connection, without a thread of its own.

`aiosqlite` hands every call of a connection to its thread, three or four calls for each statement, and each
costs more than the statement itself; SQLAlchemy's adapter around it costs as much again. A tenth of a
millisecond became half of one (docs/decisions/0011, 0015, 0019). So a glance, a few rows found by their keys,
runs in place from its beginning to its end, and what writes does up to its commit, which waits for the disk.
To begin to write waits while another process is writing, as SQLite itself would: by trying again.

What may look at many rows is not for here: nothing else in the process has a turn meanwhile.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from functools import partial
from itertools import chain, repeat
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Executable, NullPool, ScalarResult, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

P = ParamSpec("P")
R = TypeVar("R")

LOCK_TIMEOUT_SECONDS: Final = 30
KEPT: Final = 1
"""Connections for each purpose that stay open in between: to open one costs more than to find a row."""

_PRIMARY_CODE: Final = 0xFF
"""The part of SQLite's result codes that tells what kind of failure it was."""
_PAUSES: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
"""Seconds between attempts to begin to write; the last one again and again. SQLite's own are like these."""
_WHILE_ANOTHER_BEGINS_THE_LOG: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts."""


class Purpose(StrEnum):
    """What a transaction in place is for."""

    GLANCE = "glance"
    """It reads a few rows by their keys."""
    WRITE = "write"
    """It holds SQLite's single write lock from its beginning to its end."""


def connect_arguments(kind: "type[Durable]", *, foreign_keys: bool) -> dict[str, Any]:
    """What a driver opens a file with, so that it opens connections of this kind."""
    factory = partial(kind, foreign_keys=foreign_keys)
    return {"timeout": LOCK_TIMEOUT_SECONDS, "isolation_level": None, "factory": factory}


class InPlaceConnection(AsyncConnection):
    """A plain connection behind the methods of an asynchronous one: whoever awaits goes on at once."""

    def __init__(self, engine: AsyncEngine, plain: Connection) -> None:
        super().__init__(engine, plain)
        self.plain = plain
        self.driver = cast(sqlite3.Connection, plain.connection.dbapi_connection)

    async def execute(
        self, statement: Executable, parameters: Any = None, **options: Any
    ) -> CursorResult[Any]:
        return self.plain.execute(statement, parameters, **options)

    async def scalar(self, statement: Executable, parameters: Any = None, **options: Any) -> Any:
        return self.plain.scalar(statement, parameters, **options)

    async def scalars(
        self, statement: Executable, parameters: Any = None, **options: Any
    ) -> ScalarResult[Any]:
        return self.plain.scalars(statement, parameters, **options)

    async def run_sync(self, fn: Callable[Concatenate[Connection, P], R], *arg: P.args, **kw: P.kwargs) -> R:
        return fn(self.plain, *arg, **kw)


class InPlaceTransactions:
    """The transactions of a process that run in place, on one file.

    `engine` is the one whose transactions do not; its connections say that they belong to it. `options` are
    for the engine of those that do.
    """

    def __init__(self, engine: AsyncEngine, *, foreign_keys: bool, **options: Any) -> None:
        self._engine = engine
        self._plain = create_engine(
            engine.url.set(drivername="sqlite"),
            poolclass=NullPool,
            connect_args=connect_arguments(_InPlace, foreign_keys=foreign_keys),
            **options,
        )
        self._idle: dict[Purpose, list[InPlaceConnection]] = {purpose: [] for purpose in Purpose}
        self._is_open = True
        # For what waits for the disk. Writers come one after the other, so that one thread serves them all.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")

    @asynccontextmanager
    async def begin(self, purpose: Purpose) -> AsyncIterator[InPlaceConnection]:
        """Kept whole when the block ends, undone whole when it raises."""
        idle = self._idle[purpose]
        async with AsyncExitStack() as stack:
            connection = idle.pop() if idle else await self._connected(purpose)
            stack.callback(connection.plain.close)
            if purpose is Purpose.WRITE:
                await _lock(connection.driver)
            else:
                connection.driver.execute("BEGIN")
            transaction = connection.plain.begin()
            yield connection
            if purpose is Purpose.WRITE:
                await self._outside(transaction.commit)
            else:
                transaction.commit()
            if self._is_open and len(idle) < KEPT:
                stack.pop_all()
                idle.append(connection)

    def close(self) -> None:
        """Close what is open; what is under way closes its own connection when it ends."""
        self._is_open = False
        for idle in self._idle.values():
            while idle:
                idle.pop().plain.close()

    async def _connected(self, purpose: Purpose) -> InPlaceConnection:
        connection = InPlaceConnection(self._engine, await self._outside(self._plain.connect))
        if purpose is Purpose.WRITE:
            connection.driver.execute("PRAGMA busy_timeout=0")
        return connection

    async def _outside(self, work: Callable[[], R]) -> R:
        """Do what may wait in a thread; whoever is cancelled waits for it all the same."""
        doing = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            while not doing.done():  # and whoever is cancelled again
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([doing])
            doing.exception()  # else it is logged that nobody asked for it, with the driver's words
            raise


async def _lock(driver: sqlite3.Connection) -> None:
    """Begin to write, as soon as no other process is writing. Raises `OperationalError`."""
    give_up_at = time.monotonic() + LOCK_TIMEOUT_SECONDS
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if not _is_busy(error) or time.monotonic() + pause > give_up_at:
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
        else:
            return
        await asyncio.sleep(pause)


class Durable(sqlite3.Connection):
    """A connection with our settings: what is committed stays, and who reads waits for nobody who writes."""

    def __init__(self, *arguments: Any, foreign_keys: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        try:
            _write_ahead(self)
            self.execute("PRAGMA synchronous=FULL")
            self.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        except BaseException:
            self.close()
            raise


class _InPlace(Durable):
    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _Complete)


class _Complete(sqlite3.Cursor):
    """A cursor that has all of its rows at once: they outlive the transaction, and what it writes next."""

    _rows: deque[Any]

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall())
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        super().executemany(sql, parameters)
        self._rows = deque()
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. SQLite does not wait while another process does so to a new file."""
    for pause in (*_WHILE_ANOTHER_BEGINS_THE_LOG, None):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if pause is None or not _is_busy(error):
                raise
            time.sleep(pause)
        else:
            return


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else holds what was wanted, whatever for."""
    return error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
