"""The one place where a running workflow keeps what it knows: the state of the rules, and the journal."""

from datetime import datetime

from business_care.presenting import view
from business_care.request import CareRequestOpening
from business_care.state import CareState, opened_state
from business_care.turn import Step
from business_care.values import Value
from business_care.views import AppliedCommand, JournalView, RequestView
from workflows.journal import CarriedJournal, Journal, can_be_carried


class CarriedLife(Value):
    """What one run hands on to the next when the history has grown long."""

    state: CareState
    journal: CarriedJournal


class CarriedStart(Value):
    """The start of a run that continues another one."""

    carried: CarriedLife


class Life:
    """The state of a request while its workflow runs. Every change goes through `take`."""

    def __init__(self, state: CareState, journal: Journal[Step, AppliedCommand]) -> None:
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
        return cls(carried.state, Journal(carried.journal, carried.journal.applied))

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

    def journal_view(self) -> JournalView:
        """The journal as others see it."""
        minutes = self.journal.carried()
        return JournalView(request_id=self.state.opening.request_id, **dict(minutes))

    @property
    def can_be_carried(self) -> bool:
        """Whether a new run can be started with it."""
        return can_be_carried(self.carried())

    def carried(self) -> CarriedStart:
        """What the next run starts with."""
        applied = tuple(self.journal.applied.values())
        journal = CarriedJournal(**dict(self.journal.carried()), applied=applied)
        return CarriedStart(carried=CarriedLife(state=self.state, journal=journal))
