"""Whatever order the steps of several deactivations come in, and however often: bundles stand as R52 says."""

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.deactivation.words import SaleState
from tests.adapters.model_of_bundles import MarketModel
from tests.adapters.product_world import OFFLINE, ON_SALE, RETIRED, a_bundle, a_catalogue

PRODUCTS = ("P1", "P2", "P3", "P4")
BUNDLES = ("B1", "B2", "B3")

T = TypeVar("T")
Composition = dict[str, tuple[frozenset[str], bool]]

compositions: st.SearchStrategy[Composition] = st.fixed_dictionaries(
    {
        bundle_id: st.tuples(st.frozensets(st.sampled_from(PRODUCTS), max_size=3), st.booleans())
        for bundle_id in BUNDLES
    }
)
AT_FIRST: Composition = {
    "B1": (frozenset({"P1", "P2"}), True),
    "B2": (frozenset({"P2", "P3", "P4"}), True),
    "B3": (frozenset({"P1", "P4"}), False),
}


@dataclass(frozen=True)
class Step:
    """A step of a deactivation: of its product, or of the bundles that follow it."""

    product_id: str
    deactivation_id: str
    to: SaleState
    of_bundles: bool


@dataclass(frozen=True)
class Delivered:
    """A step that was taken, and the bundles that it named."""

    step: Step
    answer: set[str] | None


class Market(RuleBasedStateMachine):
    """Deactivations of several products, one a product at a time, whose steps come in between each other."""

    def __init__(self, records: Records, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.records = records
        self.loop = loop
        self.model = MarketModel(PRODUCTS)
        self.standing: dict[str, str] = {}
        """Which deactivation each product has."""
        self.off: set[str] = set()
        """The products whose deactivation is temporary and carried out."""
        self.to_do: list[Step] = []
        self.done: list[Delivered] = []
        self.ordered = 0

    @initialize()
    def open_the_market(self) -> None:
        self.compose(AT_FIRST)

    @precondition(lambda self: len(self.standing) < len(PRODUCTS))
    @rule(data=st.data(), to=st.sampled_from((OFFLINE, OFFLINE, RETIRED)))
    def switch_off(self, data: st.DataObject, to: SaleState) -> None:
        free = [product_id for product_id in PRODUCTS if product_id not in self.standing]
        product_id = data.draw(st.sampled_from(free))
        self.ordered += 1
        self.standing[product_id] = f"D{self.ordered}"
        self.plan(product_id, to)

    @precondition(lambda self: self.off)
    @rule(data=st.data(), to=st.sampled_from((ON_SALE, ON_SALE, RETIRED)))
    def end_or_make_permanent(self, data: st.DataObject, to: SaleState) -> None:
        product_id = data.draw(st.sampled_from(sorted(self.off)))
        self.off.remove(product_id)
        self.plan(product_id, to)

    @precondition(lambda self: self.to_do)
    @rule(data=st.data())
    def take_a_step(self, data: st.DataObject) -> None:
        # Of one deactivation the steps come in their order; those of others come in between.
        first_of_each = list({step.product_id: step for step in reversed(self.to_do)}.values())
        self.take(data.draw(st.sampled_from(first_of_each)))

    @precondition(lambda self: self.to_do)
    @rule()
    def take_all_steps(self) -> None:
        while self.to_do:
            self.take(self.to_do[0])

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        delivered = data.draw(st.sampled_from(self.done))
        assert self.deliver(delivered.step) == delivered.answer

    @rule(bundles=compositions)
    def compose(self, bundles: Composition) -> None:
        entries = [
            a_bundle(bundle_id, *sorted(members), on_sale=wanted)
            for bundle_id, (members, wanted) in bundles.items()
        ]
        self.run(load(self.records.database, a_catalogue(*entries, products=PRODUCTS)))
        self.model.compose(bundles)

    @invariant()
    def everything_stands_as_the_contract_says(self) -> None:
        assert self.run(self.records.report.products()) == self.model.products
        assert self.run(self.records.report.bundles()) == self.model.shown()

    def teardown(self) -> None:
        self.run(self.records.close())

    def plan(self, product_id: str, to: SaleState) -> None:
        deactivation_id = self.standing[product_id]
        self.to_do += [Step(product_id, deactivation_id, to, of_bundles) for of_bundles in (False, True)]

    def take(self, step: Step) -> None:
        self.to_do.remove(step)
        answer = self.deliver(step)
        if step.of_bundles:
            assert answer == self.expect_of_bundles(step)
        else:
            self.expect_of_product(step)
        self.done.append(Delivered(step, answer))
        if step.of_bundles and step.to is OFFLINE:
            self.off.add(step.product_id)
        if step.of_bundles and step.to is ON_SALE:
            del self.standing[step.product_id]

    def deliver(self, step: Step) -> set[str] | None:
        whose = (step.product_id, step.deactivation_id)
        if not step.of_bundles:
            self.run(self.records.products.switch_product(*whose, step.to))
            return None
        changed = self.run(self.records.products.switch_bundles(*whose, step.to)).changed
        assert len(changed) == len(set(changed))
        return set(changed)

    def expect_of_product(self, step: Step) -> None:
        if step.to is ON_SALE:
            self.model.product_returns(step.product_id)
        else:
            self.model.product_goes(step.product_id, for_good=step.to is RETIRED)

    def expect_of_bundles(self, step: Step) -> set[str]:
        match step.to:
            case SaleState.RETIRED:
                return self.model.bundles_retire(step.product_id)
            case SaleState.OFFLINE:
                return self.model.bundles_go(step.product_id, step.deactivation_id)
            case SaleState.ON_SALE:
                return self.model.bundles_return(step.product_id, step.deactivation_id)

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(act)


@pytest.mark.timeout(600)  # a failure is brought down to its shortest story, which takes minutes
def test_bundles_stand_as_the_contract_says_whatever_comes_in_between(tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(upgrade(f"sqlite:///{template}"))

        class FreshMarket(Market):
            def __init__(self) -> None:
                copy = shutil.copy(template, tmp_path / "records.db")
                super().__init__(Records.open(f"sqlite:///{copy}"), loop)

        run_state_machine_as_test(FreshMarket, settings=settings(max_examples=20, stateful_step_count=30))
