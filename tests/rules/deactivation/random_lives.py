"""Plays random deactivations through the rules and through the model at once, and compares them after
every act. Steps are begun and told of apart, so that commands are accepted while one is under way."""

from collections import Counter
from datetime import datetime
from random import Random

from business_care.commands import Command
from business_care.deactivation.judgement import judge
from business_care.deactivation.moves import (
    bundles_followed,
    failed_freed,
    next_change_at,
    order_refused,
    order_taken,
    product_switched,
    renewals_done,
    renewals_moved,
    time_passed,
)
from business_care.deactivation.presenting import answer
from business_care.deactivation.renewals import CascadeTotals
from business_care.deactivation.state import DeactivationState, ProductFacts, ordered_state
from business_care.deactivation.turn import DeactivationStep
from business_care.deactivation.views import AppliedToDeactivation, BundleChange
from business_care.deactivation.words import SaleState
from business_care.errors import RuleViolation
from business_care.events import Event
from business_care.notices import Notice
from tests.rules.deactivation.model import DAY, Market, Model
from tests.rules.deactivation.random_messages import a_message, an_order, as_command, in_utc, marks
from tests.rules.invariants import check_journal
from tests.rules.model_record import Message

BEGINS = 1_930_302_000
"""3 March 2031, 10:00 in Madrid."""


class Play:
    """One life, twice."""

    def __init__(self, rng: Random, seen: Counter[str]) -> None:
        self.rng, self.seen = rng, seen
        self.now = BEGINS
        self.model = Model(_a_market(rng))
        self.order = an_order(rng, self.now)
        self.said: list[Message] = [self.order]
        given = as_command(self.order)
        self.state = ordered_state(given)  # type: ignore[arg-type]
        self.applied: dict[str, tuple[Command, DeactivationState, datetime]] = {}
        self.under_way: tuple[str, SaleState] | None = None
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self.world = "on_sale"
        """How the product stands in the records."""
        self._take_order(given)

    def run(self) -> None:
        """Eight to sixteen acts, or until the deactivation has been over for a while."""
        after_the_end = 0
        self._compare()
        for _ in range(self.rng.randint(8, 16)):
            self._time_passes()
            if self.rng.random() < 0.5:
                self._work_goes_on()
            else:
                self._somebody_speaks()
            self._compare()
            after_the_end += self.state.has_ended
            if after_the_end > 2:
                break
        check_journal(self.events, self.notices, 0, self.state.seq)

    def _take_order(self, given: Command) -> None:
        expected = self.model.takes_order(self.order, self.now)
        now, came_of_it = in_utc(self.now), "accepted"
        try:
            self._take(order_taken(self.state, self._facts(), now))
        except RuleViolation as violation:
            came_of_it = violation.code
            self._take(order_refused(self.state, violation, now))
        else:
            self.applied[given.command_id] = given, self.state, now
        assert came_of_it == expected, f"{self.order} came to {came_of_it}, and the model says {expected}"
        self.seen[f"deactivate {expected}" if expected == "accepted" else expected] += 1

    def _facts(self) -> ProductFacts | None:
        market = self.model.market
        if not market.exists:
            return None
        return ProductFacts(
            product_id="P1",
            seller_id="S1",
            state=SaleState(market.state),
            max_backdating_hours=market.backdating // 3_600,
            deactivated_by="D0" if market.occupied else None,
        )

    def _take(self, step: DeactivationStep) -> None:
        assert not self.state.has_ended or step.state == self.state, "what has ended has changed"
        self.state = step.state
        self.events += step.events
        self.notices += step.notices

    # --- time ---------------------------------------------------------------------------------------------

    def _time_passes(self) -> None:
        until, draw = self._a_moment(), self.rng.random()
        if draw < 0.5:
            while (due := next_change_at(self.state)) is not None and due.timestamp() <= until:
                self.now = max(self.now, int(due.timestamp()))
                self._take(time_passed(self.state, in_utc(self.now)))
            self.model.pass_time(until)
        # Else nothing runs until then, and whatever comes next finds it so.
        self.now = self.model.now = until

    def _a_moment(self) -> int:
        draw = self.rng.random()
        if draw < 0.3:
            return self.now
        if draw < 0.6:
            return self.now + self.rng.randrange(2 * DAY)
        mark = self.rng.choice(marks(self.model)) + self.rng.choice((-60, -1, 0, 1, 60))
        return max(mark, self.now)

    # --- the workflow -------------------------------------------------------------------------------------

    def _work_goes_on(self) -> None:
        if self.under_way is None:
            self._begin()
        else:
            step, to = self.under_way
            self.under_way = None
            getattr(self, f"_{step}_done")(to)

    def _begin(self) -> None:
        wanted = self.model.wanted
        if wanted is None:
            return
        assert self.state.wanted == wanted, f"{self.state.wanted} is wanted, and the model says {wanted}"
        if self.state.product != wanted or not self.state.told:
            assert self.world != "retired" or wanted == "retired", "what is off for good came back"
            self.under_way, self.world = ("sales", self.state.wanted), wanted
        elif self.state.bundles != self.state.product:
            self.under_way = "bundles", self.state.wanted
        elif wanted == "retired" and self.state.phase != "renewals_failed":
            self.under_way = "renewals", self.state.wanted

    def _sales_done(self, to: SaleState) -> None:
        self._take(product_switched(self.state, to, in_utc(self.now)))
        self.model.product_is(str(to))

    def _bundles_done(self, to: SaleState) -> None:
        self._take(bundles_followed(self.state, to, BundleChange(changed=("B1",)), in_utc(self.now)))
        self.model.bundles_are(str(to))

    def _renewals_done(self, _to: SaleState) -> None:
        assert self.model.kind == "permanent", "a temporary deactivation cancels no renewal"
        failed = self.rng.choice((0, 0, 2))
        now = in_utc(self.now)
        if self.state.cascade.retry_wanted:
            self._take(failed_freed(self.state, CascadeTotals(cancelled=98), now))
        came_to = CascadeTotals(cancelled=100 - failed, failed=failed)
        self._take(renewals_moved(self.state, came_to, None, now))
        self._take(renewals_done(self.state, now))
        self.model.renewals_are_done(failed)

    # --- people -------------------------------------------------------------------------------------------

    def _somebody_speaks(self) -> None:
        said = a_message(self.rng, self.model, self.said)
        expected = self.model.hears(said, self.now)
        came_of_it = self._judged(said)
        assert came_of_it == expected, f"{said} came to {came_of_it}, and the model says {expected}"
        if self.under_way is not None and expected == "accepted":
            self.seen[f"{said['name']} while {self.under_way[0]} were under way"] += 1
        self.seen[f"{said['name']} {expected}" if expected == "accepted" else expected] += 1
        self.said.append(said)

    def _judged(self, said: Message) -> str:
        command, now = as_command(said), in_utc(self.now)
        try:
            outcome = judge(self.state, command, now, self._applied(command.command_id))
        except RuleViolation as violation:
            return violation.code
        if isinstance(outcome, AppliedToDeactivation):
            return "duplicate"
        self._take(outcome)
        self.applied[command.command_id] = command, self.state, now
        return "accepted"

    def _applied(self, command_id: str) -> dict[str, AppliedToDeactivation]:
        """What was applied under this id; an answer is written down only when somebody asks again."""
        if command_id not in self.applied:
            return {}
        command, state, now = self.applied[command_id]
        return {command_id: AppliedToDeactivation.of(command, answer(state, command, now))}

    # --- the comparison -----------------------------------------------------------------------------------

    def _compare(self) -> None:
        rules, model = self._seen_by_the_rules(), self._seen_by_the_model()
        assert rules == model, f"{rules}\n{model}\n{[event.name for event in self.events]}"
        self.seen[f"{self.model.phase} {self.model.outcome}"] += 1

    def _seen_by_the_rules(self) -> tuple[object, ...]:
        state = self.state
        return (
            state.phase.value,
            state.kind.value,
            state.imposed,
            _seconds(state.until),
            _seconds(state.in_effect_since),
            _seconds(state.permanent_since),
            state.product and state.product.value,
            state.bundles and state.bundles.value,
            state.outcome and state.outcome.value,
            [f"{notice.kind} {notice.data.get('kind', '')}".strip() for notice in self.notices],
        )

    def _seen_by_the_model(self) -> tuple[object, ...]:
        model = self.model
        return (
            model.phase,
            model.kind,
            model.imposed,
            model.ends,
            model.off_since,
            model.permanent_since,
            model.product,
            model.bundles,
            model.outcome,
            model.told,
        )


def _seconds(instant: datetime | None) -> int | None:
    return int(instant.timestamp()) if instant else None


def _a_market(rng: Random) -> Market:
    draw = rng.random()
    if draw < 0.02:
        return Market(exists=False)
    if draw < 0.04:
        return Market(state="offline", occupied=True)
    if draw < 0.06:
        return Market(state="retired")
    return Market(backdating=rng.choice((DAY, DAY, 2 * 3_600)))
