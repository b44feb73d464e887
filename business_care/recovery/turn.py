"""One turn of a recovery: collects what changes, then lets it go as one step."""

from datetime import datetime

from business_care.commands import Command
from business_care.events import Event
from business_care.minutes import Minutes
from business_care.notices import Notice, NoticeKind
from business_care.people import Recipient
from business_care.recovery.state import RecoveryState
from business_care.values import Value


class RecoveryStep(Value):
    """What one turn came to: the next state, and what the records must keep of it."""

    state: RecoveryState
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()


class RecoveryTurn(Minutes):
    """A recovery while it moves from one state to the next."""

    def __init__(self, state: RecoveryState, now: datetime, command: Command | None = None) -> None:
        super().__init__(state.seq, now, command)
        self.state = state

    def change(self, **changes: object) -> None:
        """Change the state."""
        self.state = self.state.model_copy(update=changes)

    def tell_about_it(self, notice: NoticeKind, to: Recipient, /, **data: object) -> None:
        """Tell one reader, with what every notice about a recovery names."""
        start = self.state.start
        named = {
            "licence_id": start.licence_id,
            "recovery_id": start.recovery_id,
            "request_id": start.request_id,
        }
        self.tell(notice, to, **named, **data)

    def step(self) -> RecoveryStep:
        """All that changed, as one value."""
        if self.seq != self.state.seq:
            self.change(seq=self.seq)
        return RecoveryStep(state=self.state, events=tuple(self.events), notices=tuple(self.notices))
