"""A request that a test leads through its life:
`a_request().acknowledged("03-04 09:00").fixed("03-20 12:00")`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

import pytest

from business_care.calendar import Closure
from business_care.clocks import tick
from business_care.commands import (
    Acknowledge,
    AskCustomer,
    Command,
    DisputeRefusal,
    Fix,
    Hold,
    OfferUpdate,
    OrderRefund,
    Refuse,
    RejectFix,
)
from business_care.errors import RuleViolation
from business_care.events import Event
from business_care.judgement import judge
from business_care.notices import Notice
from business_care.opening import deadlines_planned, facts_found
from business_care.policy import Policy
from business_care.presenting import answer, next_wake_at
from business_care.refund import RefundAnswer, RefundAnswerKind
from business_care.request import RequestKind
from business_care.settlement import care_ended, refund_answered, renewal_cancelled, request_refund
from business_care.state import CareState, TaskKind, opened_state
from business_care.turn import Step
from business_care.views import AppliedCommand, ClosureCut, PlanRecord
from tests.rules.builders import OPENED, an_opening, complete, local, the_facts
from tests.rules.planner import answer_all, counted


class Life:
    """A request with everything that ever happened to it; clocks ring on the way to each act."""

    def __init__(self, state: CareState, now: datetime) -> None:
        self.state = state
        self.now = now
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self.plans: list[PlanRecord] = []
        self.cuts: list[ClosureCut] = []
        self.applied: dict[str, AppliedCommand] = {}
        self.unanswered = False
        """Nothing is counted for the time being, as when the calendar is out of order."""
        self._events_before = self._notices_before = 0

    @property
    def told(self) -> list[str]:
        """Who was told what by the last act: `fix_delivered to customer`."""
        return [f"{notice.kind} to {notice.to.role}" for notice in self.notices[self._notices_before :]]

    @property
    def happened(self) -> list[str]:
        """The names of the events of the last act."""
        return [event.name for event in self.events[self._events_before :]]

    @property
    def tasks(self) -> list[TaskKind]:
        """What waits for the operator."""
        return [task.kind for task in self.state.tasks]

    def take(self, *steps: Step) -> Self:
        for step in steps:
            self._keep(step)
        if not self.unanswered:
            for counting in answer_all(self.state, self.now):
                self._keep(counting)
        return self

    def until(self, at: str) -> Self:
        """Let time pass; everything that happens by itself happens at its instant."""
        self._forget()
        return self._advance(local(at))

    def late_tick(self, at: str) -> Self:
        """Nothing ran until now: whatever has been due since then happens at once."""
        self._forget()
        self.now = local(at)
        return self.take(tick(self.state, self.now))

    def sent(self, command: type[Command], at: str, **fields: object) -> Self:
        """A command that is accepted."""
        self._advance(local(at))
        return self.sent_first(command, at, **fields)

    def sent_first(self, command: type[Command], at: str, **fields: object) -> Self:
        """A command that is judged before the clocks are looked at, as after a standstill, and accepted."""
        given = self._arrives(command, at, fields)
        outcome = judge(self.state, given, self.now, self.applied)
        assert isinstance(outcome, Step)
        self.take(outcome)
        self.applied[given.command_id] = AppliedCommand.of(given, answer(self.state, given, self.now))
        return self

    def repeats(self, command: type[Command], at: str, **fields: object) -> AppliedCommand:
        """The answer to a command that was applied before."""
        self._advance(local(at))
        given = self._arrives(command, at, fields)
        outcome = judge(self.state, given, self.now, self.applied)
        assert isinstance(outcome, AppliedCommand)
        return outcome

    def violation(self, command: type[Command], at: str, **fields: object) -> RuleViolation:
        """Why a command is refused."""
        self._advance(local(at))
        given = self._arrives(command, at, fields)
        with pytest.raises(RuleViolation) as refused:
            judge(self.state, given, self.now, self.applied)
        return refused.value

    def code(self, command: type[Command], at: str, **fields: object) -> str:
        """The code with which a command is refused."""
        return self.violation(command, at, **fields).code

    def acknowledged(self, at: str, **fields: object) -> Self:
        return self.sent(Acknowledge, at, **fields)

    def fixed(self, at: str, **fields: object) -> Self:
        return self.sent(Fix, at, **fields)

    def fix_rejected(self, at: str, **fields: object) -> Self:
        return self.sent(RejectFix, at, **fields)

    def refused(self, at: str, **fields: object) -> Self:
        return self.sent(Refuse, at, **fields)

    def disputed(self, at: str, **fields: object) -> Self:
        return self.sent(DisputeRefusal, at, **fields)

    def asked(self, at: str, **fields: object) -> Self:
        return self.sent(AskCustomer, at, **fields)

    def offered(self, at: str, **fields: object) -> Self:
        return self.sent(OfferUpdate, at, **fields)

    def held(self, at: str, **fields: object) -> Self:
        return self.sent(Hold, at, **fields)

    def refund_ordered(self, at: str, **fields: object) -> Self:
        return self.sent(OrderRefund, at, **fields)

    def refund_requested(self, at: str) -> Self:
        self.until(at)
        return self.take(request_refund(self.state, self.now))

    def refund_answered(
        self, kind: RefundAnswerKind, at: str, reason: str | None = None, reference: str | None = None
    ) -> Self:
        self.until(at)
        given = RefundAnswer(kind=kind, reason=reason, reference=reference)
        return self.take(refund_answered(self.state, given, self.now))

    def paid(self, at: str) -> Self:
        """The money moves at once, but nothing has followed yet."""
        return self.refund_requested(at).refund_answered(RefundAnswerKind.SUCCEEDED, at, reference="re_1")

    def manual(self, at: str) -> Self:
        return self.refund_requested(at).refund_answered(
            RefundAnswerKind.REFUSED, at, reason="account_closed"
        )

    def care_ended(self, at: str) -> Self:
        self.until(at)
        return self.take(care_ended(self.state, self.now))

    def renewal_cancelled(self, at: str) -> Self:
        self.until(at)
        return self.take(renewal_cancelled(self.state, self.now))

    def _arrives(self, command: type[Command], at: str, fields: dict[str, object]) -> Command:
        self.now = local(at)
        self._forget()
        occurred = fields.get("occurred_at")
        instant = {"occurred_at": local(occurred)} if isinstance(occurred, str) else {}
        command_id = {"command_id": f"cmd-{len(self.applied) + 1}"}
        return complete(command, **{**command_id, **fields, **instant})  # type: ignore[arg-type]

    def _advance(self, until: datetime) -> Self:
        while (wake := next_wake_at(self.state)) is not None and wake <= until:
            self.now = max(wake, self.now)
            self.take(tick(self.state, self.now))
        self.now = until
        return self

    def _forget(self) -> None:
        self._events_before, self._notices_before = len(self.events), len(self.notices)

    def _keep(self, step: Step) -> None:
        self.state = step.state
        self.events += step.events
        self.notices += step.notices
        self.plans += step.plans
        self.cuts += step.reopenings


def a_request(
    kind: RequestKind = RequestKind.ANOMALY,
    policy: Policy | None = None,
    closures: Iterable[Closure] = (),
    price: int = 12900,
    refunded_before: int = 0,
    planned_at: str | None = None,
    **opening: str | None,
) -> Life:
    """A request opened on Monday 3 March 2031 at 10:00, its facts found and its deadlines told."""
    binding = tuple(closures)
    life = Life(opened_state(an_opening(kind=kind, **opening)), OPENED)  # type: ignore[arg-type]
    facts = the_facts(policy, binding, price, refunded_before)
    life.now = local(planned_at) if planned_at else OPENED
    life.take(facts_found(life.state, facts, life.now))
    numbers = facts.policy
    first = counted(OPENED, numbers.acknowledge_business_days, closures=binding)
    second = counted(OPENED, numbers.resolve_business_days, remind_before=numbers.reminders_business_days)
    return life.take(deadlines_planned(life.state, first, second, life.now))


def a_question(policy: Policy | None = None, closures: Iterable[Closure] = ()) -> Life:
    """The same as a request for help to install."""
    return a_request(kind=RequestKind.QUESTION, policy=policy, closures=closures)
