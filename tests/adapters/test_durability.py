"""What the records have acknowledged is on the disk: the settings in effect, as the database tells them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.records.durability import PostgresDurability, SqliteDurability, durability
from adapters.records.migrations.run import upgrade
from business_care.errors import StepFailed
from console.safety import durability_of_records, judge_postgresql, judge_sqlite
from gateway.inspection import Verdict
from tests.adapters.conftest import administer, named


async def test_our_sqlite_flushes_its_write_ahead_log_at_each_commit(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    await upgrade(f"sqlite:///{file}")

    found = await durability(f"sqlite:///{file}")

    assert found == SqliteDurability("wal", "full")
    # Bytes 18 and 19 of the file are 2 where every writer has to use the write-ahead log.
    assert file.read_bytes()[18:20] == b"\x02\x02"
    assert judge_sqlite(found).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("level", "setting"),
    [
        pytest.param("DATABASE hasty", "synchronous_commit", id="database"),
        pytest.param("ROLE postgres IN DATABASE hasty", "synchronous_commit", id="role-in-database"),
    ],
)
async def test_a_setting_of_the_database_or_of_the_role_is_seen_in_our_sessions(
    postgres_url: str, level: str, setting: str
) -> None:
    await administer(postgres_url, "CREATE DATABASE hasty")
    seen = []
    for value in ("local", "on"):
        await administer(postgres_url, f"ALTER {level} SET {setting} = {value}")
        found = await durability(named(postgres_url, "hasty"))
        assert isinstance(found, PostgresDurability)
        seen.append(found.synchronous_commit)
    await administer(postgres_url, "DROP DATABASE hasty WITH (FORCE)")

    assert seen == ["local", "on"]


async def test_a_server_that_was_started_without_flushing_is_seen(postgres_url: str) -> None:
    found = await durability(postgres_url)

    # The server of these tests is one that nobody should keep money in.
    assert found == PostgresDurability("off", "", "off", "off")
    assert (await durability_of_records(postgres_url)).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        (PostgresDurability("on", "", "on", "on"), Verdict.OK, "synchronous_commit on"),
        (PostgresDurability("remote_apply", "s1", "on", "on"), Verdict.OK, "remote_apply"),
        (PostgresDurability("local", "", "on", "on"), Verdict.OK, "local"),
        (PostgresDurability("remote_write", "", "on", "on"), Verdict.OK, "remote_write"),
        (PostgresDurability("local", "s1", "on", "on"), Verdict.WARNING, "after a failover"),
        (PostgresDurability("remote_write", "s1", "on", "on"), Verdict.WARNING, "after a failover"),
        (PostgresDurability("off", "", "on", "on"), Verdict.WRONG, "RESET synchronous_commit"),
        (PostgresDurability("on", "", "off", "on"), Verdict.WRONG, "set `fsync = on`"),
        (PostgresDurability("on", "", "on", "off"), Verdict.WRONG, "set `full_page_writes = on`"),
    ],
)
def test_postgresql_is_judged_by_what_it_waits_for(
    found: PostgresDurability, verdict: Verdict, said: str
) -> None:
    finding = judge_postgresql(found)

    assert finding.verdict is verdict
    assert said in finding.detail


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        (SqliteDurability("wal", "full"), Verdict.OK, "journal_mode wal, synchronous full"),
        (SqliteDurability("wal", "extra"), Verdict.OK, "synchronous extra"),
        (SqliteDurability("wal", "normal"), Verdict.WRONG, "nothing but `synchronous=FULL` will do"),
        (SqliteDurability("wal", "off"), Verdict.WRONG, "nothing but `synchronous=FULL` will do"),
        (SqliteDurability("delete", "full"), Verdict.WRONG, "on a disk of this machine"),
    ],
)
def test_sqlite_is_judged_by_its_log_and_by_when_it_is_flushed(
    found: SqliteDurability, verdict: Verdict, said: str
) -> None:
    finding = judge_sqlite(found)

    assert finding.verdict is verdict
    assert said in finding.detail


async def test_a_file_that_another_program_took_out_of_the_log_is_put_back_into_it(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    await upgrade(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode=DELETE")

    assert await durability(f"sqlite:///{file}") == SqliteDurability("wal", "full")


async def test_records_that_do_not_answer_are_a_finding(tmp_path: Path) -> None:
    url = f"postgresql://nobody@/nothing?host={tmp_path}"

    with pytest.raises(StepFailed):
        await durability(url)
    assert (await durability_of_records(url)).verdict is Verdict.WRONG
