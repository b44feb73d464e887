"""The programs in `examples/clients/` speak to a real server, each in its own language."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gateway.callers import a_closed_request
from tests.gateway.marketplace import ACKNOWLEDGE_BY, OPENED_AT, RESOLVE_BY, Licence, Marketplace

CLIENTS = Path(__file__).parent.parent.parent / "examples" / "clients"
STRIPS_TYPES = (22, 18)
"""The first Node that runs TypeScript as it stands."""


@dataclass(frozen=True)
class Program:
    """One of the programs, on a machine that can run it."""

    words: Sequence[str]
    environment: Mapping[str, str]

    async def run(self, request_id: str, licence: Licence, seller_id: str | None = None) -> tuple[int, str]:
        """Its exit code, and all that it has said."""
        arguments = [request_id, licence.id, seller_id or licence.seller_id, OPENED_AT.isoformat()]
        ended = await asyncio.to_thread(
            subprocess.run,
            [*self.words, *arguments],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr


def _shell() -> Sequence[str]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    return ["sh", str(CLIENTS / "care.sh")]


def _python() -> Sequence[str]:
    return [sys.executable, str(CLIENTS / "care.py")]


def _php() -> Sequence[str]:
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is not on this machine")
    loaded = subprocess.run([php, "-m"], capture_output=True, text=True, check=True).stdout.split()
    if "curl" not in loaded:
        pytest.skip("this machine's php has no curl extension")
    return [php, str(CLIENTS / "care.php")]


def _typescript() -> Sequence[str]:
    """What runs TypeScript without installing anything: Deno, a Node that strips types, or tsx."""
    client = str(CLIENTS / "care.ts")
    beside = Path(sys.executable).parent / "deno"
    deno = str(beside) if beside.is_file() else shutil.which("deno")
    if deno is not None:
        return [deno, "run", "--check", "--no-remote", "--no-npm", "--allow-net", "--allow-env", client]
    node = shutil.which("node")
    if node is not None:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(map(int, re.findall(r"\d+", told)[:2])) >= STRIPS_TYPES:
            return [node, client]
    tsx = shutil.which("tsx")
    if tsx is None:
        pytest.skip(
            "neither deno, nor a node that runs TypeScript (22.18 or later), nor tsx is on this machine"
        )
    return [tsx, client]


RUNNERS = {"shell": _shell, "python": _python, "php": _php, "typescript": _typescript}


@pytest.fixture(scope="module")
def checked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Deno remembers that it has checked the types already."""
    return tmp_path_factory.mktemp("deno")


@pytest.fixture(params=sorted(RUNNERS))
def program(
    request: pytest.FixtureRequest, market: Marketplace, tmp_path: Path, checked_once: Path
) -> Program:
    assert market.server.http_url is not None
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CARE_HTTP_URL": market.server.http_url,
        "TEMPORAL_ADDRESS": market.server.target,
        "DENO_DIR": str(checked_once),
        "DENO_NO_UPDATE_CHECK": "1",
    }
    return Program(RUNNERS[request.param](), environment)


async def test_a_program_opens_a_request_acknowledges_it_and_delivers_a_fix(
    market: Marketplace, program: Program
) -> None:
    licence = await market.licence()
    request_id = market.opening(licence.id).request_id

    code, said = await program.run(request_id, licence)

    assert code == 0, said
    gateway = market.gateway()
    async with asyncio.timeout(60):  # the records may be a step behind
        while (recorded := await gateway.status(request_id, as_recorded=True)).state != "verifying":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    journal = await gateway.journal(request_id, as_recorded=True)
    assert (recorded.acknowledgement.status, recorded.resolution.fix_reference) == ("met", "v2.4.1")
    assert (recorded.acknowledgement.due, recorded.resolution.due) == (ACKNOWLEDGE_BY, RESOLVE_BY)
    assert [(event.name, event.command_id) for event in journal.events] == [
        ("opened", None),
        ("acknowledge", f"acknowledge-{request_id}"),
        ("fix", f"fix-{request_id}"),
    ]
    assert "2031-03-04T23:00:00Z" in said
    assert "verifying" in said


async def test_a_program_that_is_run_twice_has_done_everything_once(
    market: Marketplace, program: Program
) -> None:
    licence = await market.licence()
    request_id = market.opening(licence.id).request_id
    await program.run(request_id, licence)

    code, said = await program.run(request_id, licence)

    journal = await market.gateway().journal(request_id)
    assert code == 0, said
    assert [event.name for event in journal.events] == ["opened", "acknowledge", "fix"]
    assert journal.rejections == ()


async def test_a_program_tells_the_code_of_the_rule_that_says_no(
    market: Marketplace, program: Program
) -> None:
    licence = await market.licence()
    request_id = market.opening(licence.id).request_id

    code, said = await program.run(request_id, licence, "S-somebody-else")

    assert code == 1, said
    assert "not_your_request: by: agent A1 does not act for the seller of this request" in said


async def test_a_program_does_not_succeed_where_the_licence_has_no_care(
    market: Marketplace, program: Program
) -> None:
    licence = await market.licence(cared_for=False)
    request_id = market.opening(licence.id).request_id

    code, said = await program.run(request_id, licence)

    assert code != 0, said
    assert (await market.gateway().status(request_id)).outcome == "not_entitled"


async def test_a_program_leaves_a_request_alone_that_has_closed(
    market: Marketplace, program: Program
) -> None:
    licence = await market.licence()
    request_id = await a_closed_request(market.gateway(), market, licence)
    before = await market.gateway().journal(request_id)

    code, said = await program.run(request_id, licence)

    assert code in {1, 3}, said
    assert await market.gateway().journal(request_id) == before
