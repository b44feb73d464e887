"""What must be true before money may move: looked at by `doctor`, and by everything that starts to work.

Each check answers with one finding. A start refuses what is wrong and tells what is a warning. A further
check is one more entry of `dangers_of_server` or `dangers_of_records`, and both see it.
"""

import sys

from temporalio.client import Client

from adapters.logs import get_logger
from adapters.records.durability import PostgresDurability, SqliteDurability, durability
from business_care.errors import StepFailed
from gateway.inspection import Finding, Verdict, retention

DURABILITY = "durability"
LOST = "an acknowledged payment would be forgotten when the machine fails, and could be made again"

log = get_logger("safety")


class UnsafeToStart(StepFailed):
    """Something could lose money or promises; the message says what was found, why, and what to do."""


async def dangers_of_server(client: Client) -> tuple[Finding, ...]:
    """What the server could lose."""
    return (await retention(client),)


async def dangers_of_records(database_url: str) -> tuple[Finding, ...]:
    """What the records could lose."""
    return (await durability_of_records(database_url),)


async def refuse_what_is_unsafe(client: Client, database_url: str) -> None:
    """Before anything works: tell each warning, and raise `UnsafeToStart` for what is wrong.

    The log names the check alone: it holds codes, and a sentence is none (R62).
    """
    findings = (*await dangers_of_server(client), *await dangers_of_records(database_url))
    for finding in findings:
        if finding.verdict is Verdict.WARNING:
            log.warning("start.warning", check=finding.check)
            sys.stderr.write(f"warning: {finding.check}: {finding.detail}\n")
    wrong = [f"{finding.check}: {finding.detail}" for finding in findings if finding.verdict is Verdict.WRONG]
    if wrong:
        raise UnsafeToStart(f"not safe to start: {' | '.join(wrong)}")


async def durability_of_records(database_url: str) -> Finding:
    """Whether what the records have acknowledged survives a crash and a loss of power."""
    try:
        found = await durability(database_url)
    except (StepFailed, ValueError) as failure:
        return Finding(check=DURABILITY, verdict=Verdict.WRONG, detail=str(failure))
    return judge_sqlite(found) if isinstance(found, SqliteDurability) else judge_postgresql(found)


def judge_sqlite(found: SqliteDurability) -> Finding:
    """A write-ahead log that is flushed at each commit; the engine asks for it, a file system may not grant
    it."""
    detail = f"SQLite, journal_mode {found.journal_mode}, synchronous {found.synchronous}"
    if found.synchronous not in ("full", "extra"):
        return _wrong(f"{detail}; {LOST}: nothing but `synchronous=FULL` will do")
    if found.journal_mode != "wal":
        return _wrong(
            f"{detail}; the place of the file allows no write-ahead log, as on network drives, whose locks "
            "can't be trusted either: put it on a disk of this machine"
        )
    return Finding(check=DURABILITY, verdict=Verdict.OK, detail=detail)


def judge_postgresql(found: PostgresDurability) -> Finding:
    """Every value of `synchronous_commit` but `off` waits for the server's own disk; two of them wait for
    less of a standby than it was set up for."""
    detail = f"PostgreSQL, synchronous_commit {found.synchronous_commit}"
    if found.fsync == "off":
        return _wrong(f"{detail}, fsync off; {LOST}: set `fsync = on` in postgresql.conf and reload")
    if found.full_page_writes == "off":
        return _wrong(
            f"{detail}, full_page_writes off; a loss of power can leave half a page of the records: "
            "set `full_page_writes = on` in postgresql.conf and reload"
        )
    if found.synchronous_commit == "off":
        return _wrong(
            f"{detail}; {LOST}: look for it in the table `pg_db_role_setting` and in postgresql.conf, then "
            "`ALTER DATABASE ... RESET synchronous_commit` (or `ALTER ROLE ...`, or `ALTER SYSTEM ...`)"
        )
    if found.synchronous_commit in ("local", "remote_write") and found.synchronous_standby_names:
        return Finding(
            check=DURABILITY,
            verdict=Verdict.WARNING,
            detail=f"{detail} beside the standby {found.synchronous_standby_names}; after a failover the "
            "newest payments may be missing there: set it to `on`",
        )
    return Finding(check=DURABILITY, verdict=Verdict.OK, detail=detail)


def _wrong(detail: str) -> Finding:
    return Finding(check=DURABILITY, verdict=Verdict.WRONG, detail=detail)
