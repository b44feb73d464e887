"""A deactivation that a test leads through its life:
`a_deactivation().in_effect().sent(Reactivate, "03-05 09:00").carried_out()`."""

from datetime import datetime
from typing import Self

import pytest

from business_care.commands import Command
from business_care.deactivation.judgement import judge
from business_care.deactivation.moves import (
    bundles_followed,
    next_change_at,
    order_taken,
    product_switched,
    renewals_counted,
    renewals_done,
    renewals_moved,
    round_begun,
    time_passed,
)
from business_care.deactivation.presenting import answer
from business_care.deactivation.renewals import CascadeTotals
from business_care.deactivation.state import DeactivationState, ordered_state
from business_care.deactivation.turn import DeactivationStep
from business_care.deactivation.views import AppliedToDeactivation, BundleChange
from business_care.deactivation.words import DeactivationPhase
from business_care.errors import RuleViolation
from business_care.events import Event
from business_care.notices import Notice
from tests.rules.builders import local
from tests.rules.deactivation.builders import ORDERED, a_survey, an_order, complete, the_product

SOME_BUNDLES = ("B1", "B2")
"""The bundles that follow, each time."""


class Life:
    """A deactivation with everything that ever happened to it; planned instants come on the way to an act."""

    def __init__(self, state: DeactivationState, now: datetime) -> None:
        self.state = state
        self.now = now
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self.applied: dict[str, AppliedToDeactivation] = {}
        self._events_before = self._notices_before = 0

    @property
    def happened(self) -> list[str]:
        """The names of the events of the last act."""
        return [event.name for event in self.events[self._events_before :]]

    @property
    def told(self) -> list[str]:
        """Who was told what by the last act: `deactivated to seller`."""
        return [f"{notice.kind} to {notice.to.role}" for notice in self.notices[self._notices_before :]]

    @property
    def ever_told(self) -> list[str]:
        """What the seller was told since the beginning, with the kind where there is one."""
        return [f"{notice.kind} {notice.data.get('kind', '')}".strip() for notice in self.notices]

    def take(self, *steps: DeactivationStep) -> Self:
        for step in steps:
            self.state = step.state
            self.events += step.events
            self.notices += step.notices
        return self

    def until(self, at: str) -> Self:
        """Let time pass; everything that happens by itself happens at its instant."""
        self._forget()
        return self._advance(local(at))

    def sent(self, command: type[Command], at: str, **fields: object) -> Self:
        """A command that is accepted."""
        self._advance(local(at))
        return self.sent_first(command, at, **fields)

    def sent_first(self, command: type[Command], at: str, **fields: object) -> Self:
        """A command that is judged before anything else, as after a standstill, and accepted."""
        given = self._arrives(command, at, fields)
        outcome = judge(self.state, given, self.now, self.applied)
        assert isinstance(outcome, DeactivationStep)
        self.take(outcome)
        return self.keep(given)

    def keep(self, command: Command) -> Self:
        """Keep a command with its answer, as one that was accepted."""
        self.applied[command.command_id] = AppliedToDeactivation.of(
            command, answer(self.state, command, self.now)
        )
        return self

    def repeats(self, command: type[Command], at: str, **fields: object) -> AppliedToDeactivation:
        """A command that repeats an earlier one; what was applied then."""
        given = self._arrives(command, at, fields)
        outcome = judge(self.state, given, self.now, self.applied)
        assert isinstance(outcome, AppliedToDeactivation)
        return outcome

    def violation(self, command: type[Command], at: str, **fields: object) -> RuleViolation:
        """A command that is refused, and changes nothing; when it comes, nothing else has run for a while."""
        given = self._arrives(command, at, fields)
        with pytest.raises(RuleViolation) as refused:
            judge(self.state, given, self.now, self.applied)
        return refused.value

    def code(self, command: type[Command], at: str, **fields: object) -> str:
        """The code with which a command is refused."""
        return self.violation(command, at, **fields).code

    def product_switched(self) -> Self:
        """The product has come to where it has to stand."""
        self._forget()
        return self.take(product_switched(self.state, self.state.wanted, self.now))

    def bundles_followed(self, *changed: str) -> Self:
        """The bundles have followed the product."""
        self._forget()
        change = BundleChange(changed=changed)
        return self.take(
            bundles_followed(self.state, self.state.product or self.state.wanted, change, self.now)
        )

    def carried_out(self) -> Self:
        """Product and bundles stand where they have to."""
        self.product_switched()
        events, notices = self._events_before, self._notices_before
        self.bundles_followed(*SOME_BUNDLES)
        self._events_before, self._notices_before = events, notices
        return self

    def renewals_moved_to(self, totals: CascadeTotals) -> Self:
        """The renewals have come so far."""
        return self.take(renewals_moved(self.state, totals, None, self.now))

    def renewals_came_to(self, came_to: CascadeTotals, automatic: int = 100, opted_out: int = 7) -> Self:
        """One round through the renewals, and nothing new was found."""
        self._forget()
        self.take(renewals_counted(self.state, a_survey(automatic, opted_out), self.now))
        self.take(round_begun(self.state, self.now))
        self.take(renewals_moved(self.state, came_to, 50.0, self.now))
        return self.take(renewals_done(self.state, self.now))

    def _arrives(self, command: type[Command], at: str, fields: dict[str, object]) -> Command:
        self.now = local(at)
        self._forget()
        return complete(command, **{"command_id": f"cmd-{len(self.applied)}", **fields})  # type: ignore[arg-type]

    def _advance(self, until: datetime) -> Self:
        while (due := next_change_at(self.state)) is not None and due <= until:
            self.now = max(due, self.now)
            self.take(time_passed(self.state, self.now))
        self.now = until
        return self

    def _forget(self) -> None:
        self._events_before, self._notices_before = len(self.events), len(self.notices)


def a_deactivation(**order: object) -> Life:
    """An order of Monday 3 March 2031 at 10:00 that was taken: it is planned, or has taken effect."""
    given = an_order(**order)
    life = Life(ordered_state(given), local(ORDERED))
    life.take(order_taken(life.state, the_product(), life.now))
    return life.keep(given)


def off(**order: object) -> Life:
    """A deactivation that is in effect, and that product and bundles have followed."""
    life = a_deactivation(**order).carried_out()
    assert life.state.phase in (DeactivationPhase.OFFLINE, DeactivationPhase.RETIRING)
    return life
