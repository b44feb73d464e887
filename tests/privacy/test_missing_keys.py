"""Nothing starts without the keys that open requests need; and people can see which those are."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.embedded_server import DevServer
from adapters.encryption.keys import read_keys
from adapters.encryption.uses import KeyUse
from adapters.temporal_program import free_port
from business_care.commands import Withdraw
from business_care.people import Actor, Role
from console.encryption_check import KeysMissing, demand_keys, standings
from tests.privacy.locked import K1, K2, OTHER_K1, Locked, keyring
from workflows.names import care_request_id

ROOT = Path(__file__).parents[2]


@dataclass
class Processes:
    """Programs beside the marketplace, on the same records and the same server."""

    market: Locked
    folder: Path

    @property
    def server(self) -> DevServer:
        return self.market.server

    async def run(
        self, words: list[str], keys: str, *, stopped_by: str | None = None
    ) -> tuple[int, str, str]:
        """How a program ended, or was ended once it had said something."""
        environment = {
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "TEMPORAL_ADDRESS": self.server.target,
            "BUSINESS_CARE_DATABASE_URL": f"sqlite:///{self.folder / 'records.db'}",
            "BUSINESS_CARE_ENCRYPTION_KEYS": keys,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-m", *words, cwd=self.folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        said = b""
        if stopped_by is not None:
            assert process.stderr is not None
            while stopped_by.encode() not in said and (line := await process.stderr.readline()):
                said += line
            process.terminate()
        out, err = await asyncio.wait_for(process.communicate(), 90)
        assert process.returncode is not None
        return process.returncode, out.decode(), (said + err).decode()


async def test_a_worker_refuses_to_start_without_the_key_of_an_open_request(tmp_path: Path) -> None:
    async with Locked.begun(tmp_path) as market:
        opening = await market.opening(subject="Menu empty")
        await market.records.keys.enter(keyring(K1))
        async with market.working(K1):
            await market.gateway(K1).open_request(opening)
        await market.records.keys.note(market.uses.take_new())
        processes = Processes(market, tmp_path)

        (
            (missing, _, why),
            (other, _, why_other),
            (rotated, _, started),
            (listed, status, _),
        ) = await asyncio.gather(
            processes.run(["worker"], K2),
            processes.run(["worker"], OTHER_K1),
            processes.run(["worker"], f"{K2},{K1}", stopped_by="worker.started"),
            processes.run(["starter", "encryption", "status", "--json"], K1),
        )

    assert (missing, other) == (1, 1)
    assert "the encryption key k1 is missing, and 1 open workflow is locked with it" in why
    assert "the encryption key k1 is another one than the one that was in use under this id" in why_other
    assert "Traceback" not in why + why_other
    assert rotated == 0, started
    assert listed == 0
    assert {"key_id": "k1", "locks": True, "at_hand": True, "is_other": False, "needed_by": 1} in json.loads(
        status
    )


async def test_a_key_that_nothing_open_needs_may_be_retired(tmp_path: Path) -> None:
    async with Locked.begun(tmp_path) as market:
        opening = await market.opening()
        register, client = market.records.keys, market.server.client
        await register.enter(keyring(f"{K1},{K2}"))
        async with market.working(K1):
            await market.gateway(K1).open_request(opening)
            await register.note(market.uses.take_new())
            with pytest.raises(KeysMissing, match="k1 is missing"):
                await demand_keys(register, keyring(K2), client)
            customer = Actor(role=Role.CUSTOMER, id=opening.licence_id.replace("L", "C"))
            await market.gateway(K1).send(
                opening.request_id, Withdraw(command_id="w", by=customer, reason="Found it")
            )
            await client.get_workflow_handle(care_request_id(opening.request_id)).result()
        # A workflow that ended before it came into the records, such as a start that could not be read.
        await register.note([KeyUse("k1", "care-request-never-recorded")])

        at_hand = [one.in_words() for one in await standings(register, read_keys(f"{K2},{K1}"), client)]
        await demand_keys(register, keyring(K2), client)
        gone = [one.in_words() for one in await standings(register, read_keys(K2), client)]

    assert at_hand == [
        "unlocks; nothing that is open is locked with it: it may be retired",
        "locks; 0 open workflows are locked with it",
    ]
    assert gone[0] == "retired"


async def test_dev_refuses_too_and_starts_with_the_key(tmp_path: Path) -> None:
    """The whole way of a person with one terminal: on, open, off again, back."""
    terminal = _Terminal(tmp_path)
    async with terminal.dev(K1):
        seeded = await terminal.command("db", "seed", str(ROOT / "examples" / "records.yaml"), keys=K1)
        opening = json.dumps(
            {"request_id": "R1", "licence_id": "L1", "opened_at": "2026-11-20T10:00:00Z", "subject": "Menu"}
        )
        (tmp_path / "open.json").write_text(opening)
        opened = await terminal.command("open", "open.json", keys=K1)
        locked_out = await terminal.command("show", "R1", keys="")
        examined = await terminal.command("doctor", keys=K2)
    code, why = await terminal.refused("")
    at_hand = await terminal.command("encryption", "forget", "k1", keys=K1)
    unknown = await terminal.command("encryption", "forget", "k7", keys=K1)
    async with terminal.dev(K1):
        shown = await terminal.command("show", "R1", keys=K1)
    fresh = await terminal.command("encryption", "new-key", "--id", "k9", keys="")

    assert (seeded.code, opened.code, shown.code, fresh.code) == (0, 0, 0, 0), (seeded, opened, shown)
    assert locked_out.code == 3
    assert examined.code == 1
    assert "the encryption key k1 is missing" in " ".join(examined.out.split())
    assert "answer_locked" in locked_out.err
    assert (at_hand.code, unknown.code) == (2, 2)
    assert code == 1
    assert "the encryption key k1 is missing, and 1 open workflow" in why
    assert list(read_keys(fresh.out.strip()).by_id) == ["k9"]


@dataclass(frozen=True)
class _Ended:
    code: int
    out: str
    err: str


@dataclass
class _Terminal:
    """A folder in which a person types commands, beside a `dev` that runs there."""

    folder: Path

    def __post_init__(self) -> None:
        self.port, self.ui_port = free_port(), free_port()

    def _environment(self, keys: str) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.port}",
            "BUSINESS_CARE_ENCRYPTION_KEYS": keys,
        }

    async def _started(self, words: list[str], keys: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-m", "starter", *words, cwd=self.folder, env=self._environment(keys),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    async def command(self, *words: str, keys: str) -> _Ended:
        process = await self._started(list(words), keys)
        out, err = await asyncio.wait_for(process.communicate(), 90)
        assert process.returncode is not None
        return _Ended(process.returncode, out.decode(), err.decode())

    async def refused(self, keys: str) -> tuple[int, str]:
        ended = await self.command("dev", "--port", str(self.port), "--no-ui", keys=keys)
        return ended.code, ended.err

    @asynccontextmanager
    async def dev(self, keys: str) -> AsyncIterator[str]:
        words = ["dev", "--port", str(self.port), "--ui-port", str(self.ui_port)]
        process = await self._started(words, keys)
        assert process.stdout is not None
        welcome = ""
        while "Ctrl-C ends it" not in welcome and (line := await process.stdout.readline()):
            welcome += line.decode()
        assert "locked with the key k1" in welcome, await process.communicate()
        try:
            yield welcome
        finally:
            process.terminate()
            _, err = await asyncio.wait_for(process.communicate(), 90)
            assert process.returncode == 0, err
