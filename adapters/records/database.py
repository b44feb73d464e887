"""The database: one engine a process, one transaction a call, and the drivers' failures translated here."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import asyncpg
from sqlalchemy import URL, AdaptedConnection, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from adapters.records.sqlite_in_place import Purpose, connect_in_place, is_busy
from business_care.errors import StepFailed, TemporarilyUnavailable

LOCK_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_SECONDS = 30
POOL_SIZE = 8
KEPT = 2
"""Connections to SQLite that are not given back to the pool: one to write and one for glances."""

_WHILE_ANOTHER_BEGINS_THE_LOG = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts."""

_PURPOSE = "business_care_purpose"
_FAULTS_IN_SQLITE = ("SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_RANGE", "SQLITE_TOOBIG")
_OUTAGES_IN_POSTGRESQL = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58", "XX"})
"""Classes of SQLSTATE: the connection, the server's state, rights, a missing database, locks, resources."""
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


class Database:
    """The records' database, at `sqlite:///file` or `postgresql://...`.

    Writers of one process queue up for SQLite's single write lock, in order of arrival; writers of other
    processes wait for it up to 30 seconds.
    """

    def __init__(self, url: str) -> None:
        self.url = database_url(url)
        self._engine = open_engine(self.url)
        # The option goes to an engine, not to a connection: SQLite's BEGIN must know it.
        # A server may have closed what was kept; SQLite has none.
        kept = 1 if self.is_sqlite else 0
        self._glances, self._writes = (
            _Transactions(self._engine.execution_options(**{_PURPOSE: purpose}), kept)
            for purpose in (Purpose.GLANCE, Purpose.WRITE)
        )
        self._one_writer = asyncio.Lock() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database rather than a PostgreSQL server."""
        return is_sqlite(self.url)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees one state of the records."""
        async with translated_failures(), self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncConnection]:
        """The same for a few rows that are found by their keys; more would hold everything else up."""
        async with translated_failures(), self._glances.begin() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: kept whole when the block ends, undone whole when it raises."""
        async with AsyncExitStack() as stack:
            if self._one_writer is not None:
                await stack.enter_async_context(self._one_writer)
            await stack.enter_async_context(translated_failures())
            yield await stack.enter_async_context(self._writes.begin())

    async def close(self) -> None:
        """Give every connection back."""
        await self._glances.close()
        await self._writes.close()
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Transactions:
    """Transactions of one kind, each on a connection of its own.

    Up to `kept` connections are not given back in between: to give one back to the pool and take it again
    costs more than to find a row (docs/decisions/0015).
    """

    def __init__(self, engine: AsyncEngine, kept: int) -> None:
        self._engine = engine
        self._kept = kept
        self._idle: list[AsyncConnection] = []

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Kept whole when the block ends, undone whole when it raises."""
        async with AsyncExitStack() as stack:
            connection = self._idle.pop() if self._idle else await self._engine.connect()
            stack.push_async_exit(connection)
            async with connection.begin():
                yield connection
            if len(self._idle) < self._kept:
                stack.pop_all()
                self._idle.append(connection)

    async def close(self) -> None:
        """Give the connections back; what is under way gives its own back when it ends."""
        self._kept = 0
        while self._idle:
            await self._idle.pop().close()


def database_url(text: str) -> URL:
    """The URL with our driver. Raises `ValueError`, without repeating a password, for what cannot be used."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError(
            "the database URL can't be read; allowed are sqlite:///path/to/file.db and postgresql://user@host/name"
        ) from None
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise ValueError(
            f"the database URL names {url.get_backend_name()}; allowed are sqlite and postgresql"
        )
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise ValueError(
            "the database URL names no file; the records must outlive the process: sqlite:///path/to/file.db"
        )
    return url.set(drivername=driver)


def is_sqlite(url: URL) -> bool:
    """Whether the URL names a file of the embedded database."""
    return url.get_backend_name() == "sqlite"


def open_engine(url: URL, *, foreign_keys: bool = True, purpose: Purpose = Purpose.READ) -> AsyncEngine:
    """An engine with our settings; its transactions are for `purpose`, where none says otherwise.

    Migrations need other ones on SQLite: it can't write a table anew while `foreign_keys` are on.
    """
    if not is_sqlite(url):
        return create_async_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=LOCK_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            json_serializer=_as_it_is,
            json_deserializer=_as_it_is,
            connect_args={"timeout": CONNECT_TIMEOUT_SECONDS, "command_timeout": STATEMENT_TIMEOUT_SECONDS},
        )
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=POOL_SIZE + KEPT,
        max_overflow=0,
        pool_timeout=LOCK_TIMEOUT_SECONDS,
        hide_parameters=True,
        json_serializer=_as_it_is,
        json_deserializer=_as_it_is,
        connect_args={"timeout": LOCK_TIMEOUT_SECONDS, "async_creator_fn": connect_in_place},
    )
    _prepare_sqlite(engine, foreign_keys=foreign_keys)
    return engine.execution_options(**{_PURPOSE: purpose})


def _as_it_is(document: str) -> str:
    # Columns of JSON are read and written by pydantic (columns.py); the driver must not parse them again.
    return document


def _prepare_sqlite(engine: AsyncEngine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver begins transactions late and plainly; we do it ourselves, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}")
        _write_ahead(cast(AdaptedConnection, connection))
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def _given_up(
        connection: DBAPIConnection, _entry: ConnectionPoolEntry, _error: BaseException | None
    ) -> None:
        # A task was cancelled in the middle. SQLite's close leaves the transaction, and its lock, to the last
        # cursor that somebody still holds, if only the traceback of that task.
        connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        purpose = connection.get_execution_options()[_PURPOSE]
        adapted = cast(AdaptedConnection, connection.connection.dbapi_connection)
        try:
            adapted.run_async(lambda driver: driver.begin(purpose))
        except sqlite3.Error as error:
            raise OperationalError("BEGIN", None, error) from error
        except BaseException as error:
            connection.invalidate(error)
            raise


def _write_ahead(connection: AdaptedConnection) -> None:
    """Turn the write-ahead log on. SQLite does not wait while another process does so to a new file."""
    for pause in (*_WHILE_ANOTHER_BEGINS_THE_LOG, None):
        try:
            connection.run_async(lambda driver: driver.execute("PRAGMA journal_mode=WAL"))
        except sqlite3.OperationalError as error:
            if pause is None or not is_busy(error):
                raise
            wait = asyncio.sleep(pause)
            connection.run_async(lambda _: wait)  # noqa: B023 -- waited for here
        else:
            return


@asynccontextmanager
async def translated_failures() -> AsyncIterator[None]:
    """Turn what a driver raises into `TemporarilyUnavailable`, or `StepFailed` where trying again can't help.

    The driver's own words stay behind: they may repeat what stands in a row (R62).
    """
    try:
        yield
    except DBAPIError as error:
        if not _may_pass(error):
            raise StepFailed(f"the records refused a statement: {_code(error)}") from None
        raise TemporarilyUnavailable(f"the records did not answer: {_code(error)}{_advice(error)}") from None
    except (PoolTimeout, TimeoutError):
        raise TemporarilyUnavailable("the records did not answer in time") from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise TemporarilyUnavailable(f"the records can't be reached: {type(error).__name__}") from None


def _code(error: DBAPIError) -> str:
    """The name of the failure and the database's code for it; both are free of what was stored."""
    origin = error.orig
    code = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None)
    return f"{type(origin).__name__} {code}" if code else type(origin).__name__


def _may_pass(error: DBAPIError) -> bool:
    """Whether the same statement may be accepted later: after an outage, a lock, a full disk, an upgrade."""
    if _tables_missing(error):
        return True
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return not name.startswith(_FAULTS_IN_SQLITE)
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in _OUTAGES_IN_POSTGRESQL


def _tables_missing(error: DBAPIError) -> bool:
    missing_in_sqlite = isinstance(error.orig, sqlite3.OperationalError) and "no such " in str(error.orig)
    return missing_in_sqlite or getattr(error.orig, "sqlstate", None) in ("42P01", "42703")


def _advice(error: DBAPIError) -> str:
    return "; a table is missing, run `business-care db upgrade`" if _tables_missing(error) else ""
