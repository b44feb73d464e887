"""The database: one engine a process, one transaction a call, and the drivers' failures translated here."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import asyncpg
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.records.sqlite_in_place import (
    LOCK_TIMEOUT_SECONDS,
    Durable,
    InPlaceTransactions,
    Purpose,
    connect_arguments,
)
from business_care.errors import StepFailed, TemporarilyUnavailable

CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_SECONDS = 30
POOL_SIZE = 8

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

    def __init__(self, url: str, *, foreign_keys: bool = True) -> None:
        self.url = database_url(url)
        self._engine = _open_engine(self.url, foreign_keys=foreign_keys)
        self._in_place, self._one_writer = None, None
        if self.is_sqlite:
            self._in_place = InPlaceTransactions(self._engine, foreign_keys=foreign_keys, **_OPTIONS)
            self._one_writer = asyncio.Lock()

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
        async with translated_failures(), self._begin(Purpose.GLANCE) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: kept whole when the block ends, undone whole when it raises."""
        async with AsyncExitStack() as stack:
            if self._one_writer is not None:
                await stack.enter_async_context(self._one_writer)
            await stack.enter_async_context(translated_failures())
            yield await stack.enter_async_context(self._begin(Purpose.WRITE))

    def _begin(self, purpose: Purpose) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.begin() if self._in_place is None else self._in_place.begin(purpose)

    async def close(self) -> None:
        """Give every connection back."""
        if self._in_place is not None:
            self._in_place.close()
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


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


def _as_it_is(document: str) -> str:
    # Columns of JSON are read and written by pydantic (columns.py); the driver must not parse them again.
    return document


_OPTIONS: Final[dict[str, Any]] = {
    "hide_parameters": True,
    "json_serializer": _as_it_is,
    "json_deserializer": _as_it_is,
}


def _open_engine(url: URL, *, foreign_keys: bool) -> AsyncEngine:
    pool = {"pool_size": POOL_SIZE, "max_overflow": 0, "pool_timeout": LOCK_TIMEOUT_SECONDS}
    if not is_sqlite(url):
        timeouts = {"timeout": CONNECT_TIMEOUT_SECONDS, "command_timeout": STATEMENT_TIMEOUT_SECONDS}
        return create_async_engine(url, pool_pre_ping=True, connect_args=timeouts, **pool, **_OPTIONS)
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    arguments = connect_arguments(Durable, foreign_keys=foreign_keys)
    engine = create_async_engine(url, connect_args=arguments, **pool, **_OPTIONS)

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        # The driver begins a transaction with the first statement that writes: these only read.
        connection.exec_driver_sql("BEGIN")

    return engine


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
