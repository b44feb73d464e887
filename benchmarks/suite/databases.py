"""What a database takes of the disk: what is in use, and what there would be left if it were packed."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

BUSY_SECONDS = 60


def bytes_in_use(file: Path) -> int:
    """The pages of a SQLite file that hold something, with those that are still in its log."""
    with closing(_reading(file)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def packed_bytes(file: Path) -> int:
    """What the same rows take in a copy made by `VACUUM INTO`, whose pages are as full as they can be."""
    with TemporaryDirectory(prefix="business-care-packed-", dir=file.parent) as folder:
        copy = Path(folder) / "packed.db"
        with closing(_reading(file)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        return copy.stat().st_size


def bytes_of_tables(file: Path, beginning: str) -> int | None:
    """What the tables of these names take, their indexes included; None where SQLite was built without
    `dbstat`."""
    query = (
        "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN "
        "(SELECT name FROM sqlite_master WHERE tbl_name LIKE ? || '%')"
    )
    with closing(_reading(file)) as connection:
        try:
            (taken,) = connection.execute(query, (beginning,)).fetchone()
        except sqlite3.OperationalError:
            return None
    return int(taken)


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=BUSY_SECONDS)
