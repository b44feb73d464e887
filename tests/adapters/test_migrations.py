"""An empty database gets the tables that the code expects, and an older one keeps what it holds."""

import asyncio
from collections.abc import Sequence

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from adapters.records.database import Database
from adapters.records.migrations.run import upgrade
from adapters.records.migrations.standing import is_current
from adapters.records.opened import Records
from adapters.records.tables import ALL_TABLES, METADATA
from business_care.errors import TemporarilyUnavailable


def differences(connection: Connection) -> Sequence[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, METADATA))


async def test_the_migrations_make_exactly_the_tables_that_the_code_expects(empty_database_url: str) -> None:
    await upgrade(empty_database_url)

    async with Database(empty_database_url) as database, database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_database_knows_whether_it_is_current(empty_database_url: str) -> None:
    before = await is_current(empty_database_url)
    await upgrade(empty_database_url, "0001")
    on_the_way = await is_current(empty_database_url)
    await upgrade(empty_database_url)

    assert (before, on_the_way, await is_current(empty_database_url)) == (False, False, True)


async def test_what_the_first_version_held_is_there_after_every_later_one(empty_database_url: str) -> None:
    await upgrade(empty_database_url, "0001")
    async with Database(empty_database_url) as database, database.writing() as connection:
        await connection.execute(
            text("INSERT INTO sellers (id, name, email) VALUES ('S1', 'Uno', 'uno@example')")
        )
        await connection.execute(
            text("INSERT INTO products (id, seller_id, name) VALUES ('P1', 'S1', 'Menu')")
        )

    await upgrade(empty_database_url)

    async with Records.open(empty_database_url) as records:
        assert await records.report.products() == {"P1": "on_sale"}


async def test_processes_that_start_together_upgrade_once(empty_database_url: str) -> None:
    await asyncio.gather(*(upgrade(empty_database_url) for _ in range(4)))

    assert await is_current(empty_database_url)


async def test_tables_that_are_missing_are_named_as_the_cause(empty_database_url: str) -> None:
    async with Records.open(empty_database_url) as records:
        with pytest.raises(TemporarilyUnavailable, match="business-care db upgrade"):
            await records.report.products()


def test_every_table_has_a_primary_key() -> None:
    assert [table.name for table in ALL_TABLES if not table.primary_key.columns] == []
