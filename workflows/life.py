"""The one place where a running workflow keeps what it knows: the state of the rules, and the journal."""

from datetime import datetime

from temporalio import workflow

from business_care.presenting import view
from business_care.request import CareRequestOpening
from business_care.state import CareState, opened_state
from business_care.turn import Step
from business_care.values import Value
from business_care.views import RequestView
from workflows.journal import CarriedJournal, Journal

MAX_CARRIED_BYTES = 480 * 1024
"""A payload of more than 512 KB is refused by the server (`adapters/embedded_server.py` says why so few)."""


class CarriedLife(Value):
    """What one run hands on to the next when the history has grown long."""

    state: CareState
    journal: CarriedJournal


class CarriedStart(Value):
    """The start of a run that continues another one."""

    carried: CarriedLife


class Life:
    """The state of a request while its workflow runs. Every change goes through `take`."""

    def __init__(self, state: CareState, journal: Journal) -> None:
        self.state = state
        self.journal = journal
        self.looks_again_at: datetime | None = None
        """When something outside is looked at again, beside the clocks of the rules."""
        self.moves_on = False
        """The history has grown long: everything comes to rest, and a new run takes over."""

    @classmethod
    def begun(cls, opening: CareRequestOpening) -> "Life":
        """A life of which nothing is known but how it was opened."""
        return cls(opened_state(opening), Journal())

    @classmethod
    def continued(cls, carried: CarriedLife) -> "Life":
        """A life that an earlier run has led so far."""
        return cls(carried.state, Journal(carried.journal))

    def take(self, step: Step) -> None:
        """Take a turn's outcome over, at once and whole; one that tells nothing new is not stored."""
        self.state = step.state
        if step.events or step.plans:
            self.journal.add(step)

    @property
    def rests(self) -> bool:
        """Whether no clock and no payment may begin anything more in this run."""
        return self.state.is_closed or self.moves_on

    def view(self) -> RequestView:
        """The request as others see it."""
        return view(self.state, self.looks_again_at)

    @property
    def can_be_carried(self) -> bool:
        """Whether a new run can be started with it; what is too large would stop the request for good."""
        return len(self.carried().model_dump_json().encode()) <= MAX_CARRIED_BYTES

    def carried(self) -> CarriedStart:
        """What the next run starts with."""
        return CarriedStart(carried=CarriedLife(state=self.state, journal=self.journal.carried()))


def now() -> datetime:
    """The workflow's own clock, in UTC: it follows skipped time and replays alike."""
    return workflow.now()
