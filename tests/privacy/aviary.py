"""Whole lives full of canaries: a real server that keeps a file, a real worker process, logs, and records."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHistory

from adapters.embedded_server import skipping_server
from adapters.encryption.converter import data_converter
from adapters.records.opened import Records
from business_care.people import Role
from business_care.request import CareRequestOpening
from console.assembly import SIMULATED, parties
from tests.empty_records import empty_records
from tests.lives.catalogue import Bought, Licence
from tests.lives.living import LivingRequest
from tests.lives.out_of_order import Outages
from tests.lives.poison import raw
from tests.lives.shelf import Stocked
from tests.lives.world import A_MOMENT, GRACE, MONDAY, RESOLVE_BY, World
from tests.privacy.canaries import Canaries
from tests.privacy.locked import keyring
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
LIVES = 8
SECONDS_TO_START = 90
SERVER_DATABASE = r"temporal\.db(-wal|-shm)?"


@dataclass
class Aviary:
    """One marketplace in a folder; everything that could tell something is a file there."""

    folder: Path
    world: World
    say: Canaries = field(default_factory=Canaries)

    @property
    def logs(self) -> bytes:
        """What the worker and the server wrote, wherever it went."""
        names = ("worker.log", "worker.out", "worker.err", "temporal.log")
        return b"\n".join((self.folder / name).read_bytes() for name in names)

    async def histories(self) -> list[WorkflowHistory]:
        client = self.world.server.client
        found = [execution async for execution in client.list_workflows()]
        return [await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history() for one in found]

    async def live(self) -> None:
        """All lives, side by side."""
        lives: list[Awaitable[None]] = [
            self.refused_and_paid_by_hand(),
            self.paid_after_failed_attempts(),
            self.ended_by_words(),
            self.unreadable(),
            self.unreadable_start(),
            self.switched_off(),
        ]
        await asyncio.gather(*lives)
        # Visibility follows a moment later.
        async with asyncio.timeout(30):
            while (await self.world.server.client.count_workflows()).count < LIVES:  # noqa: ASYNC110 -- nothing tells us when it does
                await asyncio.sleep(0.2)

    async def opens(self, life: str, bought: Bought | None = None) -> LivingRequest:
        shop = f"https://{self.say(f'{life}: shop').lower()}.example"
        licence = await self.world.licence(bought)
        opening = CareRequestOpening(
            request_id=f"R-{life}",
            licence_id=licence.id,
            opened_at=MONDAY,
            shop_url=shop,
            shop_version=self.say(f"{life}: version"),
            subject=self.say(f"{life}: subject"),
        )
        return await self.world.opens_on(licence, opening)

    async def refused_and_paid_by_hand(self) -> None:
        request = await self.opens("refused", Bought(pays=("refused",)))
        say = self.say
        await request.update("acknowledge", message=say("acknowledge"))
        await request.update("ask_customer", question=say("question"))
        await request.update("customer_replied")
        await request.update("offer_update", kind="paid", reference=say("update"))
        await request.update("refuse", **self.grounds("first refusal"))
        await request.update("withdraw_refusal", reason=say("refusal withdrawn"))
        await request.update("fix", reference=say("fix"), notes=say("notes"))
        await request.update("reject_fix", reason=say("fix rejected"))
        await request.update("refuse", **self.grounds("second refusal"))
        await request.update("dispute_refusal", reason=say("dispute"))
        await request.update("decide_dispute", decision="overturn", reason=say("decision"))
        await request.update("hold", reason=say("hold"))
        await request.update("release", reason=say("release"))
        await request.update("reclassify", kind="question", reason=say("reclassified"))
        by = request.actor(Role.CUSTOMER)
        await request.update("reclassify", kind="anomaly", by=by, reason=say("again"))
        due = RESOLVE_BY + timedelta(days=1)
        await request.update("correct_deadline", clock="resolution", due=due, reason=say("deadline"))
        await request.reaches(due + GRACE + A_MOMENT)
        await request.until_state("refund_manual")
        await request.update("record_refund", reference=say("transfer"), reason=say("by hand"))
        await request.ends()

    async def paid_after_failed_attempts(self) -> None:
        request = await self.opens("paid", Bought(pays=("error",)))
        await request.update("order_refund", reason=self.say("refund ordered"))
        async with asyncio.timeout(60):
            await request.handle.result()

    async def ended_by_words(self) -> None:
        closed, withdrawn, settled = [await self.opens(f"ended{number}") for number in (1, 2, 3)]
        await closed.update("close", reason=self.say("closed"))
        await withdrawn.update("withdraw", reason=self.say("withdrawn"))
        reference = self.say("paid update")
        await settled.update("offer_update", kind="paid", reference=reference)
        await settled.update("accept_update", reference=reference)
        for request in (closed, withdrawn, settled):
            await request.ends()

    async def unreadable(self) -> None:
        """Messages that break a rule or can't be read; this request stays open."""
        request = await self.opens("unreadable")
        say = self.say
        refused = [
            await request.refusal("refuse", **(self.grounds("refused") | {"ground": say("unknown ground")})),
            await request.refusal("refuse", ground="modified_source", explanation=say("bare refusal")),
            await request.refusal("acknowledge", message=say("automatic reply"), automated=True),
            await request.refusal("fix", reference=say("reference"), surprise=say("unknown field")),
            await request.refusal("fix", **{"reference": "v", say("name of a field"): 1}),
            await request.refusal("confirm_fix"),
            await request.refusal_as_is("fix", say("a text")),
            await request.refusal_as_is("fiks", {"reference": say("unknown command")}),
        ]
        assert "invalid_message" in refused
        await request.signal("fix", reference=say("signal"), surprise=say("unknown field of a signal"))
        await request.signal("confirm_fix")
        await request.handle.signal("fix", raw(b'{"reference": "' + say("broken JSON").encode()))
        await request.handle.signal("fix", args=[say("first argument"), say("second argument")])
        await request.handle.signal("fiks", say("unknown signal"))
        await request.until_rejected(5)

    async def unreadable_start(self) -> None:
        licence: Licence = await self.world.licence()
        start = {"request_id": "R-unreadable-start", "licence_id": licence.id, "subject": self.say("start")}
        start |= {"opened_at": self.say("no instant"), "surprise": self.say("unknown field of a start")}
        request = await self.world.starts_as(start, licence, request_id="R-unreadable-start")
        with pytest.raises(WorkflowFailureError):
            await request.ends()

    async def switched_off(self) -> None:
        shelf = await self.world.stocks(Stocked(bundles={"kit": ("a",)}, bills={"ann": ("error", "error")}))
        deactivation = await self.world.switches_off(shelf, reason=self.say("switched off"))
        await deactivation.refusal("revoke", surprise=self.say("unknown field of a revocation"))
        await deactivation.update("impose", kind="temporary", reason=self.say("imposed"))
        await deactivation.update("make_permanent", by={"role": "operator", "id": "O1"})

    def grounds(self, of: str) -> dict[str, object]:
        return {
            "ground": "modified_source",
            "explanation": self.say(f"{of}: explanation"),
            "evidence": [self.say(f"{of}: evidence"), self.say(f"{of}: further evidence")],
        }


@asynccontextmanager
async def aviary(folder: Path, keys: str) -> AsyncIterator[Aviary]:
    """A marketplace whose worker, and whoever sends to it, hold these keys; '' is none."""
    url = await empty_records(folder / "records.db")
    async with (
        Records.open(url) as records,
        skipping_server(
            SEARCH_ATTRIBUTES,
            database=folder / "server" / "temporal.db",
            log_file=folder / "temporal.log",
            data_converter=data_converter(keyring(keys)),
        ) as server,
    ):
        world = World(server, records, Outages(), parties(records, SIMULATED), url)
        async with _worker(folder, server.target, url, keys):
            yield Aviary(folder, world)


@asynccontextmanager
async def _worker(folder: Path, target: str, url: str, keys: str) -> AsyncIterator[None]:
    environment = {
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
        "TEMPORAL_ADDRESS": target,
        "BUSINESS_CARE_DATABASE_URL": url,
        "BUSINESS_CARE_OUTBOX_DIR": str(folder / "outbox"),
        "BUSINESS_CARE_LOG_FILE": str(folder / "worker.log"),
        "BUSINESS_CARE_LOG_LEVEL": "debug",
        "BUSINESS_CARE_PAYMENT_PROVIDER": "simulated",
        "BUSINESS_CARE_BILLING_PROVIDER": "simulated",
        "BUSINESS_CARE_ENCRYPTION_KEYS": keys,
        "BUSINESS_CARE_GRACEFUL_SHUTDOWN_SECONDS": "5",
    }
    with (folder / "worker.out").open("wb") as out, (folder / "worker.err").open("wb") as err:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", cwd=folder, env=environment, stdout=out, stderr=err,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        ended = asyncio.create_task(worker.wait())
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                while "worker.started" not in _text(folder / "worker.log"):
                    assert not ended.done(), _text(folder / "worker.err")
                    await asyncio.sleep(0.05)
            yield
        finally:
            if not ended.done():
                worker.terminate()
            assert await ended == 0, _text(folder / "worker.err")


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""
