"""Plays random lives through the rules and through the model at once, and compares them after every act."""

from collections import Counter
from datetime import datetime
from random import Random

from business_care.clocks import tick
from business_care.commands import Command
from business_care.errors import RuleViolation
from business_care.events import Event
from business_care.judgement import judge
from business_care.notices import Notice
from business_care.presenting import answer, next_wake_at
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundStatus
from business_care.settlement import care_ended, refund_answered, renewal_cancelled, request_refund
from business_care.state import CareState
from business_care.turn import Step
from business_care.views import AppliedCommand
from tests.rules.invariants import check_journal, check_state
from tests.rules.model import Model
from tests.rules.model_calendar import MIDNIGHTS
from tests.rules.model_record import Message
from tests.rules.planner import answer_all
from tests.rules.random_beginnings import a_beginning
from tests.rules.random_messages import a_message, as_command, in_utc, marks

ANSWERS = tuple(RefundAnswerKind)
FINAL = frozenset({RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK, RefundStatus.NOTHING_TO_PAY})
NO_WAY_BACK = frozenset({RefundStatus.PENDING, RefundStatus.MANUAL}) | FINAL
DAY = 86_400


class Play:
    """One life, twice."""

    def __init__(self, rng: Random, seen: Counter[str]) -> None:
        self.rng, self.seen = rng, seen
        self.state, self.model = a_beginning(rng)
        self.now = self.model.now = self.model.opened
        self.said: list[Message] = []
        self.applied: dict[str, tuple[Command, CareState, datetime]] = {}
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self.money_moved = False
        self.compared, self.rules = self.state, seen_by_the_rules(self.state)

    def run(self) -> None:
        """Six to twelve acts, or until the request has been closed for a while."""
        after_the_end, begun_at = 0, self.state.seq
        for _ in range(self.rng.randint(6, 12)):
            self._time_passes()
            self._something_happens()
            self._compare()
            after_the_end += self.state.is_closed
            if after_the_end > 1:
                break
        check_journal(self.events, self.notices, begun_at, self.state.seq)

    def _take(self, step: Step) -> None:
        before, now = self.state, in_utc(self.now)
        if step.state is before:
            return
        assert not before.is_closed, "a closed request has changed"
        self._keep(step)
        for counting in answer_all(self.state, now):
            self._keep(counting)
        self.money_moved |= self.state.refund.status in NO_WAY_BACK
        assert not self.money_moved or self.state.refund.status in NO_WAY_BACK, "money may have moved twice"

    def _keep(self, step: Step) -> None:
        self.state = step.state
        self.events += step.events
        self.notices += step.notices

    def _time_passes(self) -> None:
        until, draw = self._a_moment(), self.rng.random()
        if draw < 0.8:
            # Whatever the rules would have to do between their wake-ups, the model does.
            self._clocks_ring(until)
            self.model.pass_time(until)
        elif draw < 0.9:
            # Nothing ran for a while: everything happens at once, and late.
            self.now = until
            self._take(tick(self.state, in_utc(until)))
            self.model.pass_time(until)
        # Else the act is judged before the clocks are looked at.
        self.now = self.model.now = until

    def _clocks_ring(self, until: int) -> None:
        while (wake := next_wake_at(self.state)) is not None and wake.timestamp() <= until:
            self.now = max(int(wake.timestamp()), self.now)
            self._take(tick(self.state, in_utc(self.now)))
            self.model.pass_time(self.now)

    def _a_moment(self) -> int:
        rng, now, draw = self.rng, self.now, self.rng.random()
        if draw < 0.45:
            return now + rng.randrange(20 * 3_600)
        if draw < 0.6:
            return now + rng.randrange(9 * DAY)
        mark = rng.choice(marks(self.model)) + rng.choice((-DAY, -3_600, -60, -1, 0, 1, 60, 600, 3_600))
        return mark if now < mark < MIDNIGHTS[500] else now + rng.randrange(600)

    def _something_happens(self) -> None:
        status, draw = self.state.refund.status, self.rng.random()
        if self.state.is_closed or status is None:
            self._somebody_speaks()
        elif status is RefundStatus.DUE and draw < 0.4:
            self._take(request_refund(self.state, in_utc(self.now)))
            self.model.pay()
        elif status is RefundStatus.PENDING and draw < 0.4:
            self._provider_answers()
        elif status in FINAL and draw < 0.7:
            self._take(care_ended(self.state, in_utc(self.now)))
            self._take(renewal_cancelled(self.state, in_utc(self.now)))
            self.model.follow_up()
        else:
            self._somebody_speaks()

    def _provider_answers(self) -> None:
        kind = self.rng.choice(ANSWERS)
        self._take(refund_answered(self.state, RefundAnswer(kind=kind), in_utc(self.now)))
        self.model.provider_says(str(kind))

    def _somebody_speaks(self) -> None:
        said = a_message(self.rng, self.model, self.said)
        expected = self.model.hears(said, self.now)
        came_of_it = self._judged(said)
        assert came_of_it == expected, f"{said} came to {came_of_it}, and the model says {expected}"
        self.seen[f"{said['name']} {expected}" if expected == "accepted" else expected] += 1
        if expected == "accepted":
            self.said.append(said)

    def _judged(self, said: Message) -> str:
        command, now = as_command(said), in_utc(self.now)
        try:
            outcome = judge(self.state, command, now, self._applied(command.command_id))
        except RuleViolation as violation:
            return violation.code
        if isinstance(outcome, AppliedCommand):
            return "duplicate"
        self._take(outcome)
        self.applied[command.command_id] = command, self.state, now
        return "accepted"

    def _applied(self, command_id: str) -> dict[str, AppliedCommand]:
        """What was applied under this id; an answer is written down only when somebody asks again."""
        if command_id not in self.applied:
            return {}
        command, state, now = self.applied[command_id]
        return {command_id: AppliedCommand.of(command, answer(state, command, now))}

    def _compare(self) -> None:
        if self.state is not self.compared:
            check_state(self.state)
            self.compared, self.rules = self.state, seen_by_the_rules(self.state)
        model = seen_by_the_model(self.model)
        assert self.rules == model, f"{self.rules}\n{model}\n{[event.name for event in self.events]}"
        self.seen[f"{self.model.phase} {self.model.refund} {self.model.outcome}"] += 1


def seen_by_the_rules(state: CareState) -> tuple[object, ...]:
    ack, resolution, refund = state.acknowledgement, state.resolution, state.refund
    first, second, window = ack.deadline, resolution.deadline, resolution.window
    assert first is not None
    assert second is not None
    return (
        ack.status.value,
        resolution.phase.value,
        resolution.outcome and resolution.outcome.value,
        refund.status and refund.status.value,
        refund.cause and refund.cause.value,
        first.due.timestamp(),
        second.due.timestamp(),
        window.plan.due.timestamp() if window and window.plan else None,
        ack.acted_at and ack.acted_at.timestamp(),
        ack.breached_at is not None,
        resolution.missed_at is not None,
        resolution.waiting_for_customer,
        {task.kind.value for task in state.tasks},
        state.kind.value,
        len(first.revisions) + len(second.revisions),
    )


def seen_by_the_model(model: Model) -> tuple[object, ...]:
    return (
        model.ack,
        model.phase,
        model.outcome,
        model.refund,
        model.cause,
        model.ack_due,
        model.due,
        model.window,
        model.acted,
        model.breach,
        model.missed,
        model.asked,
        model.waits,
        model.kind,
        model.revisions,
    )
