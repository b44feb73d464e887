"""The life of one care request, as a durable workflow."""

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import FailureError

from business_care.commands import ClockName, Command
from business_care.errors import StepFailed
from business_care.presenting import deadlines_view
from business_care.views import CommandAnswer, DeadlinesView, JournalView, OpenedAnswer, RequestView
from workflows.bookkeeping import Bookkeeper
from workflows.clocks import keep_clock
from workflows.command_desk import CommandDesk
from workflows.messages import takes_every_command
from workflows.names import CARE_REQUEST
from workflows.opening import OpeningProcess
from workflows.payloads import refusal, unknown_message, unless_empty
from workflows.refunding import RefundProcess
from workflows.starting import read_start


@workflow.defn(name=CARE_REQUEST)
@takes_every_command
class CareRequest:
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
        if self._start.violation is not None:
            raise refusal(self._start.violation)
        living = asyncio.create_task(self._live())
        while True:
            try:
                return await asyncio.shield(living)
            except asyncio.CancelledError:
                if living.done():
                    raise
                # A request ends by the operator's `close`, with a reason: a bare cancellation is refused.
                self._desk.reject("cancel", unknown_message("cancel"), raw=None)
            except FailureError as failure:
                # It would end the run, and the duty with it; a failed task heals with the next deploy.
                raise StepFailed("a step failed where none may fail") from failure

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

    def check_command(self, command: type[Command], raw: RawValue) -> None:
        """Refuse an update that breaks a rule (R61)."""
        self._desk.check(command, raw)

    async def answer_command(self, command: type[Command], raw: RawValue) -> CommandAnswer:
        """Carry an update out."""
        return await self._desk.answer(command, raw)

    async def take_command(self, command: type[Command], raw: RawValue) -> None:
        """Carry a signal out."""
        await self._desk.take(command, raw)

    @workflow.update(description="Waits for both deadlines and returns them; carries nothing.")
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

    @workflow.signal(dynamic=True)
    async def unknown_signal(self, name: str, messages: Sequence[RawValue]) -> None:
        """A signal of an unknown name is kept in the journal, and nothing else happens (R61)."""
        raw = messages[0] if messages else None
        self._desk.reject(name, unknown_message(name), raw)

    @workflow.update(dynamic=True)
    async def unknown_update(self, name: str, messages: Sequence[RawValue]) -> None:
        """Never reached: the validator refuses every update of an unknown name."""

    @unknown_update.validator
    def _refuse_unknown_update(
        self,
        name: str,
        messages: Sequence[RawValue],  # noqa: ARG002 -- the SDK demands the handler's own parameters
    ) -> None:
        raise refusal(unknown_message(name))

    @workflow.query(description="The whole view of the request.")
    def status(self) -> RequestView:
        """The request as it stands."""
        return self._desk.finished_before or self._life.view()

    @workflow.query(description="Both deadlines, with the explanation of each day.")
    def deadlines(self) -> DeadlinesView:
        """The deadlines, explained."""
        return deadlines_view(self._life.state)

    @workflow.query(description="Everything that happened, rejected commands included.")
    def journal(self) -> JournalView:
        """The journal."""
        return self._life.journal.view(self._life.state.opening.request_id)
