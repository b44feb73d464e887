"""The database waits where it can, undoes what was not finished, and says plainly what went wrong."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from adapters.records.catalogue_tables import SELLERS
from adapters.records.columns import INSTANT
from adapters.records.database import Database
from adapters.records.opened import Records
from business_care.errors import StepFailed, TemporarilyUnavailable
from tests.adapters.care_world import a_notice, a_step, an_event
from tests.adapters.conftest import Templates, administer, named


def seller(name: str) -> dict[str, str]:
    return {"id": name, "name": name, "email": "secret@seller.example"}


async def count_sellers(database: Database) -> int:
    async with database.reading() as connection:
        return len((await connection.execute(select(SELLERS.c.id))).all())


async def test_a_transaction_that_raises_leaves_nothing(records: Records) -> None:
    async def write_and_raise() -> None:
        async with records.database.writing() as connection:
            await connection.execute(insert(SELLERS).values(**seller("S1")))
            raise KeyError

    with pytest.raises(KeyError):
        await write_and_raise()

    assert await count_sellers(records.database) == 0


async def test_a_writer_that_is_cancelled_holds_up_nobody(records: Records) -> None:
    async def write(number: int) -> None:
        async with records.database.writing() as connection:
            await connection.execute(select(SELLERS.c.id))
            await connection.execute(insert(SELLERS).values(**seller(f"S{number}")))
            await connection.execute(insert(SELLERS).values(**seller(f"T{number}")))

    # Kept, as their owner would: what they hold on to must not hold the lock.
    cancelled = []
    for number in range(100):
        writer = asyncio.create_task(write(number))
        await asyncio.wait([writer], timeout=number / 20_000)
        writer.cancel()
        await asyncio.wait([writer])
        cancelled.append(writer)
        async with asyncio.timeout(5):
            await write(1000 + number)

    assert len(cancelled) == 100
    assert await count_sellers(records.database) % 2 == 0


async def test_many_writers_of_one_process_all_get_through(records: Records) -> None:
    async def write(number: int) -> None:
        async with records.database.writing() as connection:
            already = (await connection.execute(select(SELLERS.c.id))).all()
            await asyncio.sleep(0.001 * (len(already) % 3))
            await connection.execute(insert(SELLERS).values(**seller(f"S{number}")))

    await asyncio.gather(*(write(number) for number in range(60)))

    assert await count_sellers(records.database) == 60


async def test_writers_that_hold_an_engine_each_wait_for_one_another(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(6)]

    async def write(database: Database, number: int) -> None:
        async with database.writing() as connection:
            await connection.execute(select(SELLERS.c.id))
            await asyncio.sleep(0.005)
            await connection.execute(insert(SELLERS).values(**seller(f"S{number}")))

    await asyncio.gather(*(write(databases[number % 6], number) for number in range(30)))

    assert await count_sellers(databases[0]) == 30
    for database in databases:
        await database.close()


async def test_a_row_that_the_tables_refuse_is_named_by_code_without_its_contents(records: Records) -> None:
    async with records.database.writing() as connection:
        await connection.execute(insert(SELLERS).values(**seller("S1")))

    with pytest.raises(StepFailed) as refused:
        async with records.database.writing() as connection:
            await connection.execute(insert(SELLERS).values(**seller("S1")))

    assert not isinstance(refused.value, TemporarilyUnavailable)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "CONSTRAINT" in str(refused.value) or "23505" in str(refused.value)


async def test_a_statement_that_is_wrong_is_not_taken_for_an_outage(records: Records) -> None:
    with pytest.raises(StepFailed) as refused:
        async with records.database.reading() as connection:
            await connection.execute(text("SELEKT 1"))

    assert not isinstance(refused.value, TemporarilyUnavailable)


async def test_a_server_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    async with Records.open(f"postgresql://nobody:hidden@/records?host={tmp_path}") as records:
        with pytest.raises(TemporarilyUnavailable, match="can't be reached") as outage:
            await records.directory.view("R1")

    assert "hidden" not in str(outage.value)


async def test_a_database_that_is_not_there_is_an_outage(postgres_url: str) -> None:
    async with Records.open(named(postgres_url, "missing")) as records:
        with pytest.raises(TemporarilyUnavailable):
            await records.directory.view("R1")


async def test_connections_that_the_server_closed_are_an_outage_and_then_renewed(
    postgres_url: str, templates: Templates
) -> None:
    url = await templates.copy_on_server(postgres_url, "cut_off")
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = 'cut_off' AND pid <> pg_backend_pid()"
    )
    async with Records.open(url) as records:

        async def read_while_it_is_cut() -> None:
            async with records.database.reading() as connection:
                await administer(postgres_url, cut)
                await connection.execute(text("SELECT 1"))

        with pytest.raises(TemporarilyUnavailable):
            await read_while_it_is_cut()
        assert await records.directory.view("R1") is None


async def test_a_file_that_is_no_database_is_an_outage_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    file.write_bytes(b"not a database at all" * 100)

    async with Records.open(f"sqlite:///{file}") as records:
        with pytest.raises(TemporarilyUnavailable, match="SQLITE_NOTADB"):
            await records.directory.view("R1")


async def test_the_embedded_database_keeps_what_was_committed_when_the_machine_fails(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path / 'records.db'}") as database, database.reading() as connection:
        pragmas = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert pragmas == ["wal", 2, 1, 30_000]


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path / 'new' / 'records.db'}") as database, database.reading():
        pass

    assert (tmp_path / "new" / "records.db").exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param(
            "mysql://user:hidden@host/name", "names mysql; allowed are sqlite and postgresql", id="kind"
        ),
        pytest.param("sqlite://", "names no file", id="no file"),
        pytest.param("sqlite:///:memory:", "names no file", id="memory"),
        pytest.param("records.db", "can't be read; allowed are", id="no url"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refused:
        Database(url)

    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["postgres://host/name", "postgresql://host/name", "postgresql+asyncpg://host/name"]
)
async def test_every_spelling_of_postgresql_gets_our_driver(url: str) -> None:
    assert Database(url).url.drivername == "postgresql+asyncpg"


def test_a_naive_instant_is_never_written() -> None:
    with pytest.raises(ValueError, match="aware instants only"):
        INSTANT.process_bind_param(datetime(2031, 1, 1), sqlite_dialect())  # noqa: DTZ001 - the case
    kept = INSTANT.process_bind_param(datetime(2031, 1, 1, tzinfo=UTC), sqlite_dialect())
    assert kept == datetime(2031, 1, 1)  # noqa: DTZ001 - SQLite keeps it without a zone


KILLED_IN_THE_MIDST = """
import asyncio, os, sys
from adapters.records.opened import Records
from adapters.records.steps import store_step
from business_care.views import StepRecord

async def main():
    async with Records.open(sys.argv[1]) as records, records.database.writing() as connection:
        await store_step(connection, StepRecord.model_validate_json(sys.argv[2]))
        os._exit(9)

asyncio.run(main())
"""


async def test_a_process_that_is_killed_before_its_commit_leaves_nothing_and_blocks_nobody(
    database_url: str,
) -> None:
    step = a_step(events=(an_event(),), notices=(a_notice(),))
    arguments = ("-c", KILLED_IN_THE_MIDST, database_url, step.model_dump_json())
    killed = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, stderr=PIPE)
    _, complaints = await killed.communicate()
    assert (killed.returncode, complaints) == (9, b"")

    async with Records.open(database_url) as records:
        assert await records.directory.view("R1") is None
        await records.care.store(step)
        assert await records.directory.view("R1") == step.view


async def test_another_program_s_lock_is_waited_for(tmp_path: Path, templates: Templates) -> None:
    url = await templates.copy_file(tmp_path / "records.db")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async with Records.open(url) as records:
        storing = asyncio.create_task(records.care.store(a_step()))
        await asyncio.sleep(0.3)
        waiting = not storing.done()
        other.execute("ROLLBACK")
        other.close()
        await storing

    assert waiting


async def test_another_program_s_lock_holds_up_only_those_who_want_to_write(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)

    async with Records.open(url) as records, turns_counted() as turns:
        for _ in range(2):  # with a new connection, and with one that has written before
            other.execute("BEGIN IMMEDIATE")
            storing = asyncio.create_task(records.care.store(a_step()))
            await asyncio.sleep(0.1)
            before = turns()
            await asyncio.sleep(0.1)
            had = turns() - before
            found = await records.directory.opening("R1")
            waits = not storing.done()
            other.execute("ROLLBACK")
            await storing
            assert (had > 100, found, waits) == (True, None, True)
    other.close()


async def test_a_new_file_that_another_program_is_busy_with_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def look() -> int:
        async with (
            Database(f"sqlite:///{tmp_path / 'records.db'}") as database,
            database.glancing() as connection,
        ):
            return int(await connection.scalar(text("SELECT 1")))

    looking = asyncio.create_task(look())
    await asyncio.sleep(0.1)
    waits = not looking.done()
    other.execute("ROLLBACK")
    other.close()

    assert (waits, await looking) == (True, 1)


async def test_a_writer_that_is_cancelled_while_another_program_writes_holds_up_nobody(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)

    async with Records.open(url) as records:
        await records.care.store(a_step())
        other.execute("BEGIN IMMEDIATE")
        storing = asyncio.create_task(records.care.store(a_step()))
        await asyncio.sleep(0.1)
        storing.cancel()
        other.execute("ROLLBACK")
        with pytest.raises(asyncio.CancelledError):
            await storing
        async with asyncio.timeout(5):
            await records.care.store(a_step())
        assert await records.directory.view("R1") is not None
    other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_a_glance_within_a_glance_is_taken_on_a_connection_of_its_own(records: Records) -> None:
    async with records.database.glancing() as one, records.database.glancing() as other:
        assert one is not other
        assert await one.scalar(select(SELLERS.c.id)) is None
        assert await other.scalar(select(SELLERS.c.id)) is None


async def test_a_glance_that_fails_does_not_spoil_the_next_one(records: Records) -> None:
    async with records.database.glancing() as connection:
        pass
    with pytest.raises(StepFailed):
        async with records.database.glancing() as connection:
            await connection.execute(text("SELECT nonsense FROM sellers"))
    with pytest.raises(KeyError):
        async with records.database.glancing() as connection:
            raise KeyError

    async with records.database.glancing() as connection:
        assert await connection.scalar(select(SELLERS.c.id)) is None


@asynccontextmanager
async def turns_counted() -> AsyncIterator[Callable[[], int]]:
    """How often everything else in the process had its turn meanwhile."""
    turns = count()
    had = 0

    async def take_turns() -> None:
        nonlocal had
        for had in turns:  # noqa: B007 - read outside
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    yield lambda: had
    others.cancel()


async def test_all_else_goes_on_while_a_writer_of_the_embedded_database_waits_for_its_lock(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async with Records.open(url) as records, turns_counted() as turns:
        storing = asyncio.create_task(records.care.store(a_step()))
        await asyncio.sleep(0.2)
        had = turns()
        other.execute("ROLLBACK")
        other.close()
        await storing

    assert had > 100


LONG_READING = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n"
)


async def test_all_else_goes_on_while_the_embedded_database_reads_for_long(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")

    async with (
        Records.open(url) as records,
        turns_counted() as turns,
        records.database.reading() as connection,
    ):
        before = turns()
        assert await connection.scalar(LONG_READING) == 300_000
        had = turns() - before

    assert had > 100


async def test_a_transaction_that_holds_the_embedded_database_s_lock_gives_it_back_without_waiting_for_others(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")

    async with (
        Records.open(url) as records,
        turns_counted() as turns,
        records.database.writing() as connection,
    ):
        before = turns()
        await connection.execute(insert(SELLERS).values(**seller("S1")))
        names = list(await connection.scalars(select(SELLERS.c.name)))
        had = turns() - before

    assert (names, had) == (["S1"], 0)


async def test_a_connection_of_the_embedded_database_that_has_written_reads_in_its_thread_again(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")

    async with Records.open(url) as records, turns_counted() as turns:
        async with records.database.writing() as connection:
            await connection.execute(insert(SELLERS).values(**seller("S1")))
        with pytest.raises(KeyError):
            async with records.database.writing() as connection:
                raise KeyError
        async with records.database.reading() as connection:
            before = turns()
            await connection.scalar(LONG_READING)
            had = turns() - before

    assert had > 100


async def test_rows_of_a_short_transaction_may_be_looked_at_when_it_is_over(records: Records) -> None:
    async with records.database.writing() as connection:
        await connection.execute(insert(SELLERS), [seller(f"S{number}") for number in range(3)])
    async with records.database.glancing() as connection:
        found = await connection.scalars(select(SELLERS.c.id).order_by(SELLERS.c.id))
        others = await connection.execute(select(SELLERS.c.id).order_by(SELLERS.c.id))
    async with records.database.writing() as connection:
        await connection.execute(delete(SELLERS))

    assert list(found) == ["S0", "S1", "S2"]
    assert [len(some) for some in others.partitions(2)] == [2, 1]


async def test_what_the_embedded_database_has_under_way_when_it_is_closed_is_kept(
    tmp_path: Path, templates: Templates
) -> None:
    url = await templates.copy_file(tmp_path / "records.db")
    database = Database(url)
    async with database.writing() as connection:
        await connection.execute(insert(SELLERS).values(**seller("S1")))
        await database.close()

    async with Database(url) as again:
        assert await count_sellers(again) == 1


async def test_a_lock_that_is_never_given_back_is_an_outage_in_the_end(
    tmp_path: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.records.sqlite_in_place.LOCK_TIMEOUT_SECONDS", 0.2)
    url = await templates.copy_file(tmp_path / "records.db")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async with Records.open(url) as records:
        with pytest.raises(TemporarilyUnavailable, match="SQLITE_BUSY"):
            await records.care.store(a_step())
    other.close()
