"""SQLite for transactions that write: their statements run in place instead of in the connection's thread.

`aiosqlite` hands every call of a connection to its thread, three or four calls for each statement, and each
costs more than the statement itself: a tenth of a millisecond became half of one (docs/decisions/0011). What
may wait keeps its thread: to open, to begin (another process may be writing), to commit (the disk), and every
statement of a transaction that only reads, which may take as long as a report takes. Once a transaction holds
SQLite's single write lock, its statements wait for nobody, and others wait for them: they are short.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

import aiosqlite

P = ParamSpec("P")
R = TypeVar("R")

ROWS_AT_A_TIME = 64


class InPlaceConnection(aiosqlite.Connection):
    """A connection whose statements run in place from `begun_to_write` until its transaction ends."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, ROWS_AT_A_TIME)
        # A process that ends must not wait for a connection that nobody has closed.
        self._thread.daemon = True
        self._in_place = False

    def begun_to_write(self) -> None:
        """Its transaction holds the write lock from now on."""
        self._in_place = True

    async def commit(self) -> None:
        self._in_place = False
        await super().commit()

    async def rollback(self) -> None:
        self._in_place = False
        await super().rollback()

    async def close(self) -> None:
        self._in_place = False
        await super().close()

    # The one place through which the library's cursors reach its thread, too.
    async def _execute(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._in_place:
            return fn(*args, **kwargs)
        done: R = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call] # private
        return done


def connect_in_place(database: str, **options: Any) -> InPlaceConnection:
    """What the engine calls instead of `aiosqlite.connect`."""
    return InPlaceConnection(partial(sqlite3.connect, database, **options))
