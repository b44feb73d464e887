"""What tests of adapters share: a test that asks for `database_url` or `records` runs on both databases."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.records.database import database_url as with_our_driver
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.tables import ALL_TABLES
from tests.adapters.postgres_server import PostgresUnavailable, running_postgres
from tests.adapters.stripe_server.server import StripeServer, running_stripe
from tests.empty_records import empty_records

DATABASES = ("sqlite", "postgresql")
TEMPLATE = "records_template"
EMPTYING = f"DO $$ BEGIN {''.join(f'DELETE FROM {table.name};' for table in reversed(ALL_TABLES))} END $$"
"""One statement for PostgreSQL: to be asked for each table alone took a third of the time of these tests."""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server, started for the first test that needs it."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_postgres())
        except PostgresUnavailable as reason:
            pytest.skip(f"no PostgreSQL here: {reason}")
        yield url


class Templates:
    """Databases with all tables, to be copied: migrated once, when the first test asks for one."""

    def __init__(self) -> None:
        self._on_server = False
        self._emptied: str | None = None

    async def copy_file(self, target: Path) -> str:
        return await empty_records(target)

    async def copy_on_server(self, server: str, name: str) -> str:
        if not self._on_server:
            await administer(server, f"CREATE DATABASE {TEMPLATE}")
            await upgrade(named(server, TEMPLATE))
            self._on_server = True
        await administer(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return named(server, name)

    async def emptied_on_server(self, server: str) -> str:
        """One and the same database for test after test, without a row: much quicker than a copy."""
        if self._emptied is None:
            self._emptied = await self.copy_on_server(server, "records")
        await administer(self._emptied, EMPTYING)
        return self._emptied


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The migrated databases of the session."""
    return Templates()


@pytest.fixture(params=DATABASES)
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database without a single table, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgres_url")
    await administer(server, "CREATE DATABASE records_empty")
    yield named(server, "records_empty")
    await administer(server, "DROP DATABASE records_empty WITH (FORCE)")


@pytest.fixture(params=DATABASES)
async def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, templates: Templates
) -> AsyncIterator[str]:
    """A database with all tables and without a row, of each kind."""
    if request.param == "sqlite":
        yield await templates.copy_file(tmp_path / "records.db")
        return
    yield await templates.emptied_on_server(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    """The records on an empty database of each kind."""
    async with Records.open(database_url) as opened:
        yield opened


@pytest.fixture
async def stripe_server() -> AsyncIterator[StripeServer]:
    """The simulation of Stripe, with nothing in it."""
    async with running_stripe() as server:
        yield server


def named(server: str, database: str) -> str:
    """The URL of a database on the same server."""
    return make_url(server).set(database=database).render_as_string(hide_password=False)


async def administer(server: str, statement: str) -> None:
    """Run one statement, such as cannot stand in a transaction."""
    engine = create_async_engine(with_our_driver(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
