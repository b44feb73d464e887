"""Answers where no run answers any more for a request or for a command: from the records, by the same rules
(R60, R61)."""

from dataclasses import dataclass
from datetime import datetime

from business_care.commands import Command
from business_care.errors import RecordMissing, RuleViolation
from business_care.judgement import judge
from business_care.ports import RequestDirectory
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.state import CareState, Phase, Resolution, opened_state
from business_care.views import AppliedCommand, CommandAnswer, RequestView
from gateway.raw_command import RawCommand, Subject
from gateway.requests import demand_request_id, not_running, unknown_request
from workflows.names import care_request_id


@dataclass(frozen=True)
class RequestAddressee:
    """A request that commands are for."""

    request_id: str
    directory: RequestDirectory

    def __post_init__(self) -> None:
        """Refuse what no request can be called."""
        demand_request_id(self.request_id)

    @property
    def subject(self) -> Subject:
        """The request."""
        return Subject(request_id=self.request_id)

    @property
    def workflow_id(self) -> str:
        """Where it runs."""
        return care_request_id(self.request_id)

    @property
    def answer_type(self) -> type[CommandAnswer]:
        """What it answers with."""
        return CommandAnswer

    async def answer_to_forgotten(self, command: RawCommand, now: datetime) -> CommandAnswer | None:
        """What a request has answered when it took the command long ago (R60); None where it judges itself.

        Raises:
            RuleViolation: in the order of judgement, up to `command_id_reused`.
        """
        try:
            given = command.read()
        except RuleViolation:
            return None  # the request itself keeps what can't be read (R61)
        earlier = await self.directory.forgotten(self.request_id, given.command_id)
        view = None if earlier is None else await self.directory.view(self.request_id)
        if earlier is None or view is None:
            return None
        return await self._repeated(view, given, now, earlier)

    async def answer_from_records(self, command: RawCommand, now: datetime) -> CommandAnswer:
        """What a closed request answers: to a repeated command as the first time, to all others a refusal.

        Raises:
            RuleViolation: in the order of judgement; `request_closed` names the outcome. `unknown_request`.
            NotRunning: the request is open, so it ought to have answered itself.
        """
        view = await self.directory.view(self.request_id)
        if view is None:
            raise unknown_request(self.request_id)
        if view.outcome is None:
            raise not_running(self.request_id)
        given = command.read()
        earlier = await self.directory.applied(self.request_id, given.command_id)
        return await self._repeated(view, given, now, earlier)

    async def _repeated(
        self, view: RequestView, given: Command, now: datetime, earlier: AppliedCommand | None
    ) -> CommandAnswer:
        """The first answer to a command that repeats. Raises `RuleViolation`, in the order of judgement."""
        applied = {} if earlier is None else {given.command_id: earlier}
        outcome = judge(await _closed_state(self.directory, view), given, now, applied)
        if not isinstance(outcome, AppliedCommand):  # pragma: no cover - the table of the rules forbids it
            raise AssertionError("a closed request takes no command")
        return outcome.answer_again()


async def _closed_state(directory: RequestDirectory, view: RequestView) -> CareState:
    """As much of the last state as the judgement of a command looks at that repeats, or comes too late."""
    opening = await directory.opening(view.request_id) or _opening_of(view)
    state = opened_state(opening)
    resolution = Resolution(phase=Phase.CLOSED, outcome=view.outcome, closed_at=view.closed_at)
    facts = await _parties(directory, opening, view)
    return state.model_copy(update={"kind": view.kind, "facts": facts, "resolution": resolution})


def _opening_of(view: RequestView) -> CareRequestOpening:
    # A request that was recorded before openings were kept.
    return CareRequestOpening(
        request_id=view.request_id, licence_id=view.licence_id, opened_at=view.opened_at, kind=view.kind
    )


async def _parties(
    directory: RequestDirectory, opening: CareRequestOpening, view: RequestView
) -> LicenceFacts | None:
    """The facts, with the parties as they were at the opening; None where there never were any (R15)."""
    if view.seller_id is None:
        return None
    try:
        facts = await directory.facts(opening)
    except RecordMissing:
        return None
    return facts.model_copy(update={"seller_id": view.seller_id, "customer_id": view.customer_id})
