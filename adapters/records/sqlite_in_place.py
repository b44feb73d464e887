"""SQLite without its thread, where that is worth more than it costs.

`aiosqlite` hands every call of a connection to its thread, three or four calls for each statement, and each
costs more than the statement itself: a tenth of a millisecond became half of one (docs/decisions/0011, 0015).
What may wait keeps its thread: to begin to write while another process is writing, to commit (the disk), and
every statement of a transaction that may take as long as a report takes. Once a transaction holds SQLite's
single write lock, its statements wait for nobody, and others wait for them: they are short. A glance, a few
rows found by their keys, never waits and never leaves its place.
"""

import sqlite3
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any, ParamSpec, TypeVar

import aiosqlite

P = ParamSpec("P")
R = TypeVar("R")

ROWS_AT_A_TIME = 64
_PRIMARY_CODE = 0xFF
"""The part of SQLite's result codes that tells what kind of failure it was."""


class Purpose(StrEnum):
    """What a transaction is for."""

    READ = "read"
    """It may look at many rows."""
    GLANCE = "glance"
    """It reads a few rows by their keys."""
    WRITE = "write"


class InPlaceConnection(aiosqlite.Connection):
    """A connection whose statements run in place while the purpose of its transaction allows it."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, ROWS_AT_A_TIME)
        # A process that ends must not wait for a connection that nobody has closed.
        self._thread.daemon = True
        self._in_place = False
        self._ends_in_place = False
        self._has_ended = True

    async def begin(self, purpose: Purpose) -> None:
        """Begin a transaction. One that reads first and writes later would fail when another one wrote in
        between."""
        self._in_place, self._ends_in_place = False, purpose is Purpose.GLANCE
        self._has_ended = False
        if purpose is not Purpose.WRITE:
            self._conn.execute("BEGIN")
        elif not self._locks_at_once():
            await self._execute(self._conn.execute, "BEGIN IMMEDIATE")
        self._in_place = purpose is not Purpose.READ

    def _locks_at_once(self) -> bool:
        """Begin to write, unless another process is writing."""
        ((patience,),) = self._conn.execute("PRAGMA busy_timeout")
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            return False
        finally:
            self._conn.execute(f"PRAGMA busy_timeout={patience}")
        return True

    async def commit(self) -> None:
        self._in_place = self._ends_in_place
        await super().commit()
        self._in_place, self._has_ended = False, True

    async def rollback(self) -> None:
        # The pool rolls back whatever is given back to it, which has nearly always ended before. SQLite
        # can't tell: where its thread still waits for the write lock, the transaction has yet to begin.
        if self._has_ended:
            return
        self._in_place = self._ends_in_place
        await super().rollback()
        self._in_place, self._has_ended = False, True

    async def close(self) -> None:
        self._in_place = False
        await super().close()

    # The one place through which the library's cursors reach its thread, too.
    async def _execute(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._in_place:
            return fn(*args, **kwargs)
        done: R = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call] # private
        return done


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether somebody else holds what was wanted, whatever for."""
    return error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY


def connect_in_place(database: str, **options: Any) -> InPlaceConnection:
    """What the engine calls instead of `aiosqlite.connect`."""
    return InPlaceConnection(partial(sqlite3.connect, database, **options))
