"""One turn of a deactivation: collects what changes, then lets it go as one step."""

from datetime import datetime

from business_care.commands import Command
from business_care.deactivation.state import DeactivationState
from business_care.events import Event
from business_care.minutes import Minutes
from business_care.notices import Notice, NoticeKind
from business_care.people import Recipient, Role
from business_care.values import Value, known


class DeactivationStep(Value):
    """What one turn came to: the next state, and what the records must keep of it."""

    state: DeactivationState
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()

    def behind(self, earlier: "DeactivationStep") -> "DeactivationStep":
        """This step and the one that it followed, as one."""
        return DeactivationStep(
            state=self.state,
            events=earlier.events + self.events,
            notices=earlier.notices + self.notices,
        )


class DeactivationTurn(Minutes):
    """A deactivation while it moves from one state to the next."""

    def __init__(self, state: DeactivationState, now: datetime, command: Command | None = None) -> None:
        super().__init__(state.seq, now, command)
        self.state = state

    def change(self, **changes: object) -> None:
        """Change the state."""
        self.state = self.state.model_copy(update=changes)

    def tell_seller(self, notice: NoticeKind, /, **data: object) -> None:
        """Tell the seller of the product."""
        to = Recipient(role=Role.SELLER, id=known(self.state.facts).seller_id)
        self.tell(notice, to, product_id=self.state.order.product_id, **data)

    def step(self) -> DeactivationStep:
        """All that changed, as one value."""
        if self.seq != self.state.seq:
            self.change(seq=self.seq)
        return DeactivationStep(state=self.state, events=tuple(self.events), notices=tuple(self.notices))
