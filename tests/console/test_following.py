"""Following a cascade: a bar at a terminal, lines in a log, and Ctrl-C leaves it alone."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import pytest

from adapters.records.renewal_counts import TroubleStatus
from business_care.deactivation.words import DeactivationKind
from console import following
from console.app import main
from tests.console.retiring import CUSTOMERS, Retiring

ROOT = Path(__file__).parent.parent.parent
FOLLOW = ("deactivation", "P1", "--follow")


class Terminal(StringIO):
    """A standard error output that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the records; no Temporal server is there."""
    url = f"sqlite:///{tmp_path / 'records.db'}"
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.01)
    return url


@pytest.fixture
async def retiring(url: str) -> AsyncIterator[Retiring]:
    async with Retiring.begun(url, DeactivationKind.PERMANENT) as begun:
        yield begun


def looked_at_in(seen: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called within a test: pytest puts its own stream back after a fixture."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", seen)


async def until_told(seen: StringIO, words: str) -> None:
    async with asyncio.timeout(30):
        while words not in seen.getvalue():  # noqa: ASYNC110 -- nobody tells us when something was told
            await asyncio.sleep(0.01)


async def test_a_log_is_told_from_time_to_time_and_at_the_end(
    retiring: Retiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LINE_SECONDS", 0.0)
    log = StringIO()
    looked_at_in(log, monkeypatch)
    ended = asyncio.create_task(asyncio.to_thread(main, FOLLOW))

    await until_told(log, "P1 retiring\n")
    await retiring.count()
    await retiring.cancel(3)
    await until_told(log, "P1 retiring: 3 of 8 renewals")
    await retiring.cancel(CUSTOMERS)
    await retiring.finish()

    assert await ended == 0
    assert log.getvalue().splitlines()[-1] == "P1 retired: 8 of 8 renewals"


async def test_a_log_is_not_flooded(retiring: Retiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LINE_SECONDS", 3600.0)
    log = StringIO()
    looked_at_in(log, monkeypatch)
    ended = asyncio.create_task(asyncio.to_thread(main, FOLLOW))
    await until_told(log, "P1 retiring\n")

    await retiring.count()
    for _ in range(CUSTOMERS):
        await retiring.cancel(1)
        await asyncio.sleep(0.05)
    await retiring.finish()
    await ended

    assert log.getvalue().splitlines() == ["P1 retiring", "P1 retired: 8 of 8 renewals"]


async def test_whoever_waits_for_nothing_is_told_so(
    retiring: Retiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LINE_SECONDS", 0.0)
    monkeypatch.setattr(following, "QUIET_SECONDS", 0.1)
    log = StringIO()
    looked_at_in(log, monkeypatch)
    await retiring.count()

    ended = asyncio.create_task(asyncio.to_thread(main, FOLLOW))
    await until_told(log, "0 of 8 renewals  nothing moves; is a worker running? (business-care doctor)")
    await retiring.cancel(CUSTOMERS)
    await retiring.cancel(1)
    await retiring.finish()

    assert await ended == 0
    assert log.getvalue().splitlines()[-1] == "P1 retired: 8 of 8 renewals"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        pytest.param(TroubleStatus.IN_FLIGHT, "1 charges in flight", id="in flight"),
        pytest.param(TroubleStatus.GIVING_BACK, "1 charges to be given back", id="to be given back"),
    ],
)
async def test_whoever_waits_for_a_charge_is_told_what_for_and_not_that_nothing_moves(
    retiring: Retiring, monkeypatch: pytest.MonkeyPatch, status: TroubleStatus, told: str
) -> None:
    monkeypatch.setattr(following, "LINE_SECONDS", 0.0)
    monkeypatch.setattr(following, "QUIET_SECONDS", 0.1)
    log = StringIO()
    looked_at_in(log, monkeypatch)
    await retiring.count()
    await retiring.cancel(CUSTOMERS)
    await retiring.wait_for_charge("L3", status)

    ended = asyncio.create_task(asyncio.to_thread(main, FOLLOW))
    await until_told(log, told)
    await asyncio.sleep(0.5)
    await retiring.finish()

    assert await ended == 0
    assert "nothing moves" not in log.getvalue()


async def test_a_person_sees_a_bar(retiring: Retiring, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Terminal()
    looked_at_in(seen, monkeypatch)
    await retiring.count()
    await retiring.cancel(4)
    ended = asyncio.create_task(asyncio.to_thread(main, FOLLOW))

    await until_told(seen, "4/8")
    await retiring.cancel(CUSTOMERS)
    await retiring.finish()
    await ended

    shown = seen.getvalue()
    assert all(part in shown for part in ("P1 retiring", "4/8", "50%", "P1 retired", "8/8", "100%"))


async def test_renewals_that_failed_end_it_with_code_3_and_are_listed(
    retiring: Retiring, capsys: pytest.CaptureFixture[str]
) -> None:
    await retiring.count()
    await retiring.fail("L3")
    await retiring.cancel(CUSTOMERS)
    await retiring.finish()

    code = await asyncio.to_thread(main, FOLLOW)
    followed = capsys.readouterr()
    await asyncio.to_thread(main, ("deactivation", "P1", "--failed", "--json"))
    listed = json.loads(capsys.readouterr().out)

    assert code == 3
    assert "P1 renewals failed: 8 of 8 renewals  1 failed" in followed.err
    assert "business-care retry-failed P1 --by operator:ID" in followed.err
    assert "card_blocked" in followed.out
    assert "retry-failed (operator)" in followed.out
    assert listed == [{"licence_id": "L3", "code": "card_blocked", "can_be_retried": True}]


async def test_there_is_nothing_to_follow_while_a_product_is_off_for_a_while(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Retiring.begun(url, DeactivationKind.TEMPORARY):
        code = await asyncio.to_thread(main, FOLLOW)

    assert (code, "renewals  " in capsys.readouterr().out) == (0, False)


async def test_breaking_it_off_leaves_the_cascade_alone(retiring: Retiring, tmp_path: Path) -> None:
    await retiring.count()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "starter", *FOLLOW),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    first = await process.stderr.readline()

    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()

    assert first == b"P1 retiring: 0 of 8 renewals\n"
    assert (process.returncode, out) == (130, b"")
    assert err == b"P1 goes on by itself; to look again: business-care deactivation P1 --follow\n"
