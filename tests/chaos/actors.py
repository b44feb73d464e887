"""The actors' process: every life of the script at once, each call written down before and after it."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.logs import forwarding_runtime, logging_to
from adapters.public_holidays import PublicHolidays
from adapters.records.opened import Records
from adapters.settings import LogFormat
from adapters.temporal import connect
from business_care.errors import RuleViolation, StepFailed
from business_care.listing import PaymentSwitch, SellerClosure
from business_care.ports import Closures, PaymentSwitches
from gateway.client import CareGateway
from gateway.products import ProductGateway
from tests.chaos.calls import PATIENCE, Caller, Step, meant_by, money_has_been_asked_for, with_another_body
from tests.chaos.diary import Diary, Remembered
from tests.chaos.kill_points import KillPoints
from tests.chaos.processes import die_with_parent
from tests.chaos.script import Life, Script

LOOK_EVERY_SECONDS = 0.25
WAIT_AT_MOST = timedelta(seconds=240)
GIVE_UP_AFTER = timedelta(seconds=240)
LONGEST_PAUSE_SECONDS = 4.0
LIVES_AT_ONCE = 20
"""A slow machine leads fewer lives in the same time, instead of all of them late."""


class ClosuresWithAPoint:
    """`Closures` of a process that may die between the record and the signals."""

    def __init__(self, inner: Closures, points: KillPoints) -> None:
        self._inner, self._points = inner, points

    async def announce(self, closure: SellerClosure) -> SellerClosure:
        return await self._inner.announce(closure)

    async def end(self, closure_id: str, notified_at: datetime) -> SellerClosure:
        ended = await self._inner.end(closure_id, notified_at)
        self._points.reach("between_record_and_signal")
        return ended

    async def of_seller(self, seller_id: str | None) -> Sequence[SellerClosure]:
        return await self._inner.of_seller(seller_id)

    async def bound_requests(self, closure_id: str) -> Sequence[str]:
        return await self._inner.bound_requests(closure_id)


class SwitchesWithAPoint:
    """`PaymentSwitches` of such a process."""

    def __init__(self, inner: PaymentSwitches, points: KillPoints) -> None:
        self._inner, self._points = inner, points

    async def set_payments(self, switch: PaymentSwitch) -> None:
        await self._inner.set_payments(switch)
        self._points.reach("between_record_and_signal")

    async def payment_switches(self) -> Sequence[PaymentSwitch]:
        return await self._inner.payment_switches()

    async def waiting_for_payment(self, seller_id: str | None) -> Sequence[str]:
        return await self._inner.waiting_for_payment(seller_id)


@dataclass(frozen=True)
class Hours:
    """From when on lives are led, and until when the last of them may begin."""

    from_: datetime
    last_life: datetime


class Troupe:
    """Plays the lives, and goes on where a troupe before it was killed."""

    def __init__(self, caller: Caller, folder: Path, hours: Hours) -> None:
        self._caller, self._records, self._hours = caller, folder / "records.db", hours
        self._room = asyncio.Semaphore(LIVES_AT_ONCE)
        self._remembered = Remembered(folder / "diary.jsonl")
        self._diary = Diary(folder / "diary.jsonl")

    async def play(self, script: Script) -> None:
        """Play the lives to their end; those that were begun before go first."""
        begun = {meant["life"] for meant in self._remembered.meant.values()}
        async with asyncio.TaskGroup() as together:
            for life in sorted(script.lives, key=lambda life: life["id"] not in begun):
                together.create_task(self._play_in_turn(life, is_begun=life["id"] in begun))
        self._diary.close()

    async def _play_in_turn(self, life: Life, *, is_begun: bool) -> None:
        begins_at = self._hours.from_ + timedelta(seconds=life["starts_in"])
        await asyncio.sleep(max(0.0, (begins_at - datetime.now(UTC)).total_seconds()))
        async with self._room:
            if is_begun or datetime.now(UTC) < self._hours.last_life:
                await self._play(life)

    async def _play(self, life: Life) -> None:
        due: datetime | None = None
        again: list[tuple[str, Step]] = []
        calls = [f"{life['id']}.{number}" for number in range(len(life["steps"]))]
        # What was waited for before the last call that was begun has come, and may be over again by now.
        begun = max((n for n, call in enumerate(calls) if call in self._remembered.meant), default=-1)
        for number, step in enumerate(life["steps"]):
            call = calls[number]
            if step["do"].startswith("wait_"):
                if number > begun:
                    await self._wait(life, step, due)
                continue
            if call not in self._remembered.meant:
                await self._until_its_moment(step, due)
            meant: Step = self._remembered.meant.get(call) or meant_by(life, step, number, due)
            if "due_in" in step:
                due = datetime.fromisoformat(meant["body"]["due"])
            await self._calls(call, meant, step.get("how", "once"), again)
        for call, meant in again:
            await self._until_definite(f"{call}+later", meant)

    async def _until_its_moment(self, step: Step, due: datetime | None) -> None:
        await asyncio.sleep(step["after"])
        if "at_due" in step and due is not None:
            moment = due + timedelta(seconds=step["at_due"])
            await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))

    async def _calls(self, call: str, meant: Step, how: str, again: list[tuple[str, Step]]) -> None:
        if how == "together":
            await asyncio.gather(
                self._until_definite(call, meant), self._until_definite(f"{call}+twin", meant)
            )
            return
        outcome = await self._until_definite(call, meant)
        if how == "twice":
            await self._until_definite(f"{call}+again", meant)
        elif how == "again_at_the_end":
            again.append((call, meant))
        elif how == "other_body" and outcome == "ok":
            other = f"{call}+other"
            await self._until_definite(other, self._remembered.meant.get(other) or with_another_body(meant))

    async def _until_definite(self, call: str, meant: Step) -> str:
        """The same call again and again, until it is certain what came of it."""
        if call in self._remembered.done:
            return self._remembered.done[call]
        attempt, give_up_at = self._remembered.attempts.get(call, 0), datetime.now(UTC) + GIVE_UP_AFTER
        pause = LOOK_EVERY_SECONDS
        while datetime.now(UTC) < give_up_at:
            attempt += 1
            self._diary.intent(call, attempt, dict(meant))
            outcome, told = await self._attempt(meant)
            self._diary.outcome(call, attempt, outcome, **told)
            if outcome != "unknown":
                return outcome
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        return "unknown"

    async def _attempt(self, meant: Step) -> tuple[str, dict[str, Any]]:
        try:
            answer = await self._caller.call(meant)
        except RuleViolation as violation:
            return "refused", {"code": violation.code}
        except StepFailed as failure:
            return "unknown", {"code": getattr(failure, "code", type(failure).__name__)}
        if isinstance(answer, dict) and answer.get("requests", {}).get("not_told"):
            return "unknown", {"code": "not_all_told"}
        return "ok", {"answer": answer}

    async def _wait(self, life: Life, step: Step, due: datetime | None) -> None:
        if step["do"] == "wait_for_due":
            moment = (due or datetime.now(UTC)) + timedelta(seconds=step["plus"])
            await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
            return
        give_up_at = datetime.now(UTC) + WAIT_AT_MOST
        while datetime.now(UTC) < give_up_at:
            if await self._has_come(life, step):
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _has_come(self, life: Life, step: Step) -> bool:
        try:
            if step["do"] == "wait_for_retirement":
                product = await self._caller.products.status(life["product"], as_recorded=True)
                return product.outcome is not None
            request = await self._caller.care.status(step["request"], as_recorded=True)
            if step["do"] == "wait_for_payment":
                asked = money_has_been_asked_for(self._records, request.licence_id)
                return asked or request.outcome is not None
            return request.state in step["states"] or request.outcome is not None
        except (RuleViolation, StepFailed):
            return False


async def play(folder: Path, target: str, hours: Hours) -> None:
    """Connect, and play the script of the folder."""
    client = await connect({"TEMPORAL_ADDRESS": target}, runtime=forwarding_runtime())
    points = KillPoints(folder)
    async with Records.open(f"sqlite:///{folder / 'records.db'}") as records:
        care = CareGateway(
            client=client,
            directory=records.directory,
            commands=records.commands,
            closures=ClosuresWithAPoint(records.closures, points),
            switches=SwitchesWithAPoint(records.switches, points),
            deactivations=records.deactivations,
            recoveries=records.recoveries,
            planner=PublicHolidays(),
            patience=PATIENCE,
        )
        products = ProductGateway(
            client=client, directory=records.deactivations, commands=records.commands, patience=PATIENCE
        )
        troupe = Troupe(Caller(care, products, client), folder, hours)
        await troupe.play(Script.read(folder / "script.json"))


def main(folder: Path, target: str, hours: Hours) -> None:
    """The whole process; it ends with 0 when every life was played."""
    die_with_parent()
    code = 1
    with logging_to(LogFormat.JSON, file=folder / "logs" / "actors.log", level="warning"):
        try:
            asyncio.run(play(folder, target, hours))
            code = 0
        except* StepFailed:
            code = 3
        finally:
            os._exit(code)
