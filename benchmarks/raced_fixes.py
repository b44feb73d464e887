"""Fixes that are sent so that they arrive when their deadline passes, on a real server and in real time."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from temporalio.client import Client, WorkflowFailureError

from adapters.embedded_server import dev_server
from adapters.records.opened import Records
from benchmarks.open_requests import PATIENCE, Opened, Requests
from benchmarks.race_histories import RaceHistory, rings_at
from benchmarks.race_plans import CLOSE, Contest, RacePlan
from benchmarks.worker_process import worker_process
from business_care.commands import Acknowledge, ClockName, Command, ConfirmFix, Fix
from business_care.errors import RuleViolation, StepFailed
from business_care.people import Actor, Role
from workflows.names import SEARCH_ATTRIBUTES, care_request_id

WORKER = ("worker",)
WORKERS = 2
SIMULATED = {"BUSINESS_CARE_PAYMENT_PROVIDER": "simulated"}
AT_A_TIME = 12
LEAD = timedelta(seconds=2)
"""From the correction of a deadline until it falls due: what was to be done before is done by then."""
LONGEST_TASK = timedelta(minutes=1)
DATED_BEFORE = timedelta(seconds=1)
TRIES = 3
PROMPT_TIMERS = (
    'history.timerProcessorMaxTimeShift="1ms"',
    "history.timerProcessorMaxPollRPS=1000",
)
"""By default the server fires a timer up to a second late, and no fix would meet it."""

AGENT = Actor(role=Role.AGENT, id="A1", seller_id="S1")


class Verdict(StrEnum):
    """What a sender learned."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer came, however often the same command was sent."""


@dataclass(frozen=True)
class Answer:
    """What one sender sent, when, and what was answered."""

    command_id: str
    name: str
    verdict: Verdict
    code: str
    """The code of the refusal, or the failure of the last try."""
    sent_at: datetime
    answered_at: datetime
    tries: int


@dataclass(frozen=True)
class Race:
    """One race and its end, as those saw it who took part."""

    plan: RacePlan
    opened: Opened
    due: datetime
    closes_at: datetime
    """When the run is woken to do what is due, as the server has it: never before the deadline."""
    answers: Sequence[Answer]
    history: RaceHistory | None
    """None when the request did not end while it was waited for."""
    confirmation: str = ""
    """Why the customer's confirmation of an acknowledged fix was refused."""

    @property
    def fixes(self) -> Sequence[Answer]:
        """The answers to fixes."""
        return [answer for answer in self.answers if answer.name == Fix.NAME]

    @property
    def fix_won(self) -> bool:
        """Whether any fix was acknowledged."""
        return any(fix.verdict is Verdict.ACKNOWLEDGED for fix in self.fixes)

    @property
    def is_open_question(self) -> bool:
        """Whether a fix was never answered, so that it may have been taken or not."""
        return any(fix.verdict is Verdict.UNKNOWN for fix in self.fixes)

    @property
    def decides_at(self) -> datetime:
        """The instant that the fixes run against."""
        return self.closes_at if self.plan.is_dated else self.due

    @property
    def sent_after(self) -> timedelta:
        """How long after that instant the first fix was handed to the server; negative before it."""
        return min(fix.sent_at for fix in self.fixes) - self.decides_at

    @property
    def is_close(self) -> bool:
        """Whether it was sent as planned; a machine with other things to do may be late."""
        return abs(self.sent_after) <= CLOSE


async def raced(
    folder: Path,
    plans: Sequence[RacePlan],
    *,
    at_a_time: int = AT_A_TIME,
    workers: int = WORKERS,
    program: Sequence[str] = WORKER,
    enough: int | None = None,
) -> Sequence[Race]:
    """Run every race to its end, some at a time, in an empty folder, where the records stay.

    `program` is what the workers run: a module with its arguments. None is begun any more when `enough` were
    sent within 50 ms.
    """
    url = f"sqlite:///{folder / 'records.db'}"
    await Requests.prepared(url, len(plans))
    async with (
        dev_server(
            SEARCH_ATTRIBUTES, database=folder / "temporal.db", dynamic_config=PROMPT_TIMERS
        ) as server,
        Records.open(url) as records,
        AsyncExitStack() as running,
    ):
        for number in range(workers):
            room = folder / f"worker-{number}"
            room.mkdir()
            worker = worker_process(room, server.target, url, SIMULATED, program)
            await running.enter_async_context(worker)
        course = _Course(Requests(records), server.client)
        a_few = asyncio.Semaphore(at_a_time)

        races: list[Race] = []
        close = 0

        async def one(plan: RacePlan) -> None:
            nonlocal close
            async with a_few:
                if enough is None or close < enough:
                    race = await course.run(plan)
                    races.append(race)
                    close += race.is_close

        await asyncio.gather(*(one(plan) for plan in plans))
        return races


class _Course:
    """Where the races are run."""

    def __init__(self, requests: Requests, client: Client) -> None:
        self._requests = requests
        self._client = client

    async def run(self, plan: RacePlan) -> Race:
        opened = await self._requests.open(self._client)
        due = datetime.now(UTC) + LEAD + plan.later
        await self._requests.move_deadline(self._client, opened, ClockName.RESOLUTION, due)
        handle = self._client.get_workflow_handle(care_request_id(opened.request_id))
        closes_at = rings_at(await handle.fetch_history())
        if not due <= closes_at < due + LONGEST_TASK:
            # The deadline had passed when the correction was taken, and no timer was started for it.
            closes_at = due
        moment = closes_at if plan.is_dated else due
        answers = await asyncio.gather(
            *(self._send_at(opened, moment + offset, command) for offset, command in _entrants(plan, due))
        )
        confirmation = ""
        if any(one.name == Fix.NAME and one.verdict is Verdict.ACKNOWLEDGED for one in answers):
            confirmation = await self._confirm(opened)
        return Race(plan, opened, due, closes_at, answers, await self._ended(opened), confirmation)

    async def _send_at(self, opened: Opened, moment: datetime, command: Command) -> Answer:
        await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
        sent_at = datetime.now(UTC)
        verdict, code, tries = await self._ask(opened, command)
        return Answer(command.command_id, command.NAME, verdict, code, sent_at, datetime.now(UTC), tries)

    async def _ask(self, opened: Opened, command: Command) -> tuple[Verdict, str, int]:
        """Send a command, again where no answer comes: the verdict, its code, and how often it was sent."""
        code = ""
        for tries in range(1, TRIES + 1):
            try:
                await self._requests.send(self._client, opened, command)
            except RuleViolation as refused:
                return Verdict.REFUSED, refused.code, tries
            except StepFailed as failed:
                code = type(failed).__name__
            else:
                return Verdict.ACKNOWLEDGED, "", tries
        return Verdict.UNKNOWN, code, TRIES

    async def _confirm(self, opened: Opened) -> str:
        """The customer confirms the fix, which ends the request. The code of a refusal."""
        by = Actor(role=Role.CUSTOMER, id=opened.customer_id)
        verdict, code, _ = await self._ask(opened, ConfirmFix(command_id="confirm", by=by))
        return code if verdict is Verdict.REFUSED else ""

    async def _ended(self, opened: Opened) -> RaceHistory | None:
        handle = self._client.get_workflow_handle(care_request_id(opened.request_id))
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await handle.result()
        except TimeoutError:
            return None
        except WorkflowFailureError:
            # Its history has no outcome, which is what the check looks at.
            pass
        return RaceHistory.of(await handle.fetch_history())


def _entrants(plan: RacePlan, due: datetime) -> Sequence[tuple[timedelta, Command]]:
    """Every command of a race, and how far from the instant that decides it is sent."""
    occurred_at = due - DATED_BEFORE if plan.is_dated else None
    fixes = [
        Fix(command_id=f"fix-{number}", by=AGENT, reference=f"v{number}", occurred_at=occurred_at)
        for number in range(len(plan.offsets))
    ]
    entrants: list[tuple[timedelta, Command]] = list(zip(plan.offsets, fixes, strict=True))
    if plan.contest is Contest.SENT_TWICE:
        entrants += entrants
    if plan.contest is Contest.ACKNOWLEDGED:
        acknowledgement = Acknowledge(command_id="acknowledge", by=AGENT, message="We look into it.")
        entrants.insert(0, (plan.offsets[0], acknowledgement))
    return entrants
