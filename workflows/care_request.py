"""The life of one care request, as a durable workflow."""

import asyncio

from temporalio import workflow
from temporalio.common import RawValue

from business_care.commands import ALL_COMMANDS, COMMANDS, ClockName
from business_care.presenting import deadlines_view
from business_care.views import DeadlinesView, JournalView, OpenedAnswer, RequestView
from workflows.bookkeeping import Bookkeeper
from workflows.clocks import keep_clock
from workflows.command_desk import CommandDesk
from workflows.messages import TakesMessages, answering, takes_commands
from workflows.names import CARE_REQUEST
from workflows.opening import OpeningProcess
from workflows.payloads import refusal, unless_empty
from workflows.refunding import RefundProcess
from workflows.starting import read_start


@workflow.defn(name=CARE_REQUEST)
@takes_commands(ALL_COMMANDS)
class CareRequest(TakesMessages):
    """One customer's request about one licence, from its first signal to its outcome.

    1. Open: look the licence up, check the care, count both deadlines, tell them.
    2. Keep both promises: two durable timers, and commands that change the state between them.
    3. Pay back, where a promise was broken: once, however long it takes.
    4. Close: when the records have everything and every handler has answered.

    Nothing a sender does makes the run fail, except a start that cannot be read (R61).
    """

    @workflow.init
    def __init__(self, start: RawValue) -> None:
        # Everything that a handler touches exists before the first line of `run`: a message may come first.
        self._start = read_start(start)
        self._life = self._start.life
        self._books = Bookkeeper(self._life)
        self._refund = RefundProcess(self._life)
        self._desk = CommandDesk(self._start, self._books, self._refund)
        self._opening = OpeningProcess(self._life, self._desk, self._may_move_on)

    @workflow.run
    async def run(self, start: RawValue) -> RequestView:  # noqa: ARG002 -- `__init__` has read it
        """Lead the request through its life; only a start that can't be read fails, with
        `invalid_message`."""
        if self._start.key_missing is not None:
            raise self._start.key_missing
        if self._start.violation is not None:
            raise refusal(self._start.violation)
        return await self.endure(asyncio.create_task(self._live()))

    async def _live(self) -> RequestView:
        await asyncio.gather(self._books.keep_up(), self._lead())
        if self._life.moves_on:
            workflow.continue_as_new(self._life.carried())
        return self.status()

    async def _lead(self) -> None:
        await self._opening.run()
        if self._desk.finished_before is None:
            await asyncio.gather(
                keep_clock(self._life, ClockName.ACKNOWLEDGEMENT),
                keep_clock(self._life, ClockName.RESOLUTION),
                self._refund.run(),
                self._books.count_patiently(),
                self._watch_history(),
            )
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._books.stop()

    async def _watch_history(self) -> None:
        """Let a new run take over when the history has grown long and nothing is under way."""
        await workflow.wait_condition(lambda: self._life.state.is_closed or self._may_move_on())
        self._life.moves_on = not self._life.state.is_closed

    def _may_move_on(self) -> bool:
        idle = self._books.is_idle and not self._refund.is_paying
        at_rest = idle and workflow.all_handlers_finished()
        long = workflow.info().is_continue_as_new_suggested()
        return long and at_rest and self._life.can_be_carried

    def desk(self) -> CommandDesk:
        """Where commands arrive."""
        return self._desk

    @classmethod
    def message_names(cls) -> tuple[str, ...]:
        """Every command of a request."""
        return tuple(COMMANDS)

    @workflow.update(description=answering("Waits for both deadlines and returns them.", OpenedAnswer))
    async def opened(self, message: RawValue) -> OpenedAnswer:  # noqa: ARG002 -- it carries nothing
        """Both due instants, as soon as they are counted and stored."""
        await workflow.wait_condition(lambda: self._opening.is_done)
        await self._books.until_stored()
        return OpenedAnswer.of(self.status())

    @opened.validator
    def _check_opened(self, message: RawValue) -> None:
        violation = self._start.violation or unless_empty(message)
        if violation is not None:
            raise refusal(violation)

    @workflow.query(description=answering("The whole view of the request.", RequestView))
    def status(self) -> RequestView:
        """The request as it stands."""
        return self._desk.finished_before or self._life.view()

    @workflow.query(description=answering("Both deadlines, with the explanation of each day.", DeadlinesView))
    def deadlines(self) -> DeadlinesView:
        """The deadlines, explained."""
        return deadlines_view(self._life.state)

    @workflow.query(
        description=answering("Everything that happened, rejected commands included.", JournalView)
    )
    def journal(self) -> JournalView:
        """The journal."""
        return self._life.journal_view()
