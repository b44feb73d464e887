"""The embedded server's table for searches, without the indexes that nobody asks of it (decision 17)."""

import contextlib
import re
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Final

_TABLE: Final = "executions_visibility"
_SET_ASIDE: Final = re.compile(r"(Temporal)?(LowCardinality)?(Bool|Datetime|Double|Int|Keyword)\d\d")
"""The server sets columns aside for search attributes that may be defined one day, each with its index."""

_COLUMNS: Final = """
    SELECT indexes.name, columns.name
    FROM pragma_index_list(?) AS indexes JOIN pragma_index_info(indexes.name) AS columns
    WHERE indexes.origin = 'c' AND columns.name IS NOT NULL
"""
"""Each index of a table that can be dropped, with each column that it is over."""


def drop_unused_indexes(
    database: Path, columns_in_use: Collection[str], *, waits_seconds: float = 5.0
) -> None:
    """Take away the indexes over columns that were set aside and are not in use.

    Without its index a column is searched through all the same, only more slowly. What can't be dropped stays
    as it is: because another holds the table for longer than `waits_seconds`, or the file is no database.
    """
    # Only an existing file: what the server opened may be called otherwise than we think.
    address = f"{database.absolute().as_uri()}?mode=rw"
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(
            sqlite3.connect(address, timeout=waits_seconds, isolation_level=None, uri=True)
        ) as server,
    ):
        over = server.execute(_COLUMNS, [_TABLE]).fetchall()
        unused = {
            index for index, column in over if _SET_ASIDE.fullmatch(column) and column not in columns_in_use
        }
        # Each in a transaction of its own: the server, which runs already, waits for no more than one.
        for index in unused:
            server.execute(f'DROP INDEX "{index}"')
