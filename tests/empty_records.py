"""Records without a row, for tests that are not about migrations: migrated once a process, then copied."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.records.migrations.run import upgrade

_migrated: list[bytes] = []


async def empty_records(file: Path) -> str:
    """The URL of new records in SQLite at `file`. To migrate each of them would take a third of a second."""
    if not _migrated:
        with TemporaryDirectory() as folder:
            first = Path(folder) / "records.db"
            await upgrade(f"sqlite:///{first}")
            _migrated.append(await asyncio.to_thread(first.read_bytes))
    await asyncio.to_thread(file.write_bytes, _migrated[0])
    return f"sqlite:///{file}"
