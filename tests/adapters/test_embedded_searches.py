"""The embedded server's table for searches: what nobody can search by has no index, and nothing is lost."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.service import RPCError

from adapters.embedded_searches import drop_unused_indexes
from adapters.embedded_server import dev_server

STATE = SearchAttributeKey.for_keyword("CareState")
DUE_AT = SearchAttributeKey.for_datetime("CareDueAt")
SHELF = SearchAttributeKey.for_keyword("CareShelf")
DEFINED: list[SearchAttributeKey[Any]] = [STATE, DUE_AT]


def indexes(database: Path) -> set[str]:
    """The names of the indexes as they are in the file."""
    with contextlib.closing(sqlite3.connect(database)) as server:
        found = server.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'by_%'")
        return {name for (name,) in found}


def over_attributes(names: set[str]) -> set[str]:
    """Those over columns that the server sets aside for search attributes."""
    return {name for name in names if name[-2:].isdigit()}


async def started(client: Client, workflow_id: str, *pairs: SearchAttributePair[Any]) -> None:
    """Start a workflow that nobody works on, with these search attributes; a new one takes its time."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(RPCError):
                await client.start_workflow(
                    "Sleeps",
                    1,
                    id=workflow_id,
                    task_queue="nobody",
                    search_attributes=TypedSearchAttributes(pairs),
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                )
                return
            await asyncio.sleep(0.2)


async def found(client: Client, query: str) -> list[str]:
    """The ids of the workflows that a search finds, once it finds any; it lags behind a little."""
    for _ in range(100):
        with contextlib.suppress(RPCError):
            if ids := [one.id async for one in client.list_workflows(query)]:
                return ids
        await asyncio.sleep(0.1)
    return []


async def test_an_index_is_kept_for_each_search_attribute_and_for_none_that_nobody_defined(
    tmp_path: Path,
) -> None:
    database = tmp_path / "temporal.db"

    async with dev_server(DEFINED, database=database):
        kept = indexes(database)

    assert sorted(name.rstrip("0123456789_") for name in over_attributes(kept)) == [
        "by_datetime",
        "by_keyword",
    ]
    assert {"by_status", "by_workflow_type", "by_temporal_namespace_division"} <= kept


async def test_what_was_searched_by_before_is_found_after_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    async with dev_server(DEFINED, database=database) as server:
        await started(server.client, "one", SearchAttributePair(STATE, "in_progress"))
        assert await found(server.client, "CareState = 'in_progress'") == ["one"]
    before = indexes(database)

    async with dev_server(DEFINED, database=database) as server:
        await started(server.client, "two", SearchAttributePair(STATE, "verifying"))
        assert await found(server.client, "CareState = 'verifying'") == ["two"]
        assert await found(server.client, "CareState = 'in_progress'") == ["one"]

    assert indexes(database) == before


async def test_a_search_attribute_that_is_defined_later_can_be_searched_by(tmp_path: Path) -> None:
    async with dev_server(DEFINED, database=tmp_path / "temporal.db") as server:
        await server.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default",
                search_attributes={SHELF.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD},
            )
        )
        await started(server.client, "later", SearchAttributePair(SHELF, "lower"))
        assert await found(server.client, "CareShelf = 'lower'") == ["later"]


async def test_an_index_that_is_locked_is_left_for_the_next_start(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("CREATE TABLE executions_visibility (namespace_id TEXT, Int01 BIGINT)")
        other.execute("CREATE INDEX by_int_01 ON executions_visibility (namespace_id, Int01)")
        other.execute("BEGIN IMMEDIATE")
        drop_unused_indexes(database, (), waits_seconds=0.1)
        other.execute("ROLLBACK")
    left = indexes(database)

    drop_unused_indexes(database, ())

    assert (left, indexes(database)) == ({"by_int_01"}, set())


@pytest.mark.parametrize("content", [None, b"no database", b""], ids=["missing", "no database", "empty"])
def test_a_file_that_is_no_database_of_the_server_is_left_as_it_is(
    tmp_path: Path, content: bytes | None
) -> None:
    database = tmp_path / "100% sure?.db"
    if content is not None:
        database.write_bytes(content)

    drop_unused_indexes(database, ())

    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([] if content is None else [content])
