"""What the contract says about products and bundles that are switched off (R52, R53), written a second time.

It looks at nothing of ours: each bundle keeps the set of what blocks it by itself, and the members that took
it along, where the records keep a set of products and derive the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ON_SALE, OFFLINE, RETIRED = "on_sale", "offline", "retired"

Blocker = tuple[str, str]
"""A product, and the deactivation that keeps it off."""


@dataclass
class ModelBundle:
    """A bundle: what it is made of, whether it is wanted on the market, and what keeps it away."""

    members: frozenset[str]
    wanted: bool
    blockers: set[Blocker] = field(default_factory=set)
    gone_for_good: bool = False
    told_gone: set[str] = field(default_factory=set)
    """Members that are gone for good, and of which it is known already that they take the bundle along."""


class MarketModel:
    """The market as customers see it."""

    def __init__(self, products: Iterable[str]) -> None:
        self.products = dict.fromkeys(products, ON_SALE)
        self.bundles: dict[str, ModelBundle] = {}
        self._off: set[Blocker] = set()
        self._gone: set[str] = set()

    def compose(self, bundles: Mapping[str, tuple[frozenset[str], bool]]) -> None:
        """The marketplace makes its bundles of other products, or wants other ones on sale."""
        for bundle_id, (members, wanted) in bundles.items():
            bundle = self.bundles.setdefault(bundle_id, ModelBundle(members, wanted))
            bundle.members, bundle.wanted = members, wanted
            bundle.blockers = {blocker for blocker in self._off if blocker[0] in members}
            bundle.told_gone = self._gone & members

    def product_goes(self, product: str, *, for_good: bool) -> None:
        """Its sales stop."""
        self.products[product] = RETIRED if for_good else OFFLINE

    def product_returns(self, product: str) -> None:
        """Its sales begin again."""
        self.products[product] = ON_SALE

    def bundles_go(self, product: str, deactivation: str) -> set[str]:
        """The bundles follow for a while; those that were on sale until then."""
        before = self.shown()
        self._off.add((product, deactivation))
        for bundle in self._with(product):
            bundle.blockers.add((product, deactivation))
        return self._otherwise_than(before)

    def bundles_return(self, product: str, deactivation: str) -> set[str]:
        """This blocker goes; those of which it was the last, if they are wanted on sale."""
        before = self.shown()
        self._off.discard((product, deactivation))
        for bundle in self._with(product):
            bundle.blockers.discard((product, deactivation))
        return self._otherwise_than(before)

    def bundles_retire(self, product: str) -> set[str]:
        """The bundles follow for good; those of which nobody has said so before."""
        told = {
            bundle_id
            for bundle_id, bundle in self.bundles.items()
            if product in bundle.members and not bundle.gone_for_good and not bundle.told_gone
        }
        self._gone.add(product)
        for bundle in self._with(product):
            bundle.gone_for_good = True
            bundle.told_gone.add(product)
        return told

    def shown(self) -> dict[str, str]:
        """How each bundle stands."""
        return {bundle_id: self._shown(bundle) for bundle_id, bundle in self.bundles.items()}

    def _shown(self, bundle: ModelBundle) -> str:
        if bundle.gone_for_good or any(self.products[member] == RETIRED for member in bundle.members):
            return RETIRED
        return ON_SALE if bundle.wanted and not bundle.blockers else OFFLINE

    def _with(self, product: str) -> list[ModelBundle]:
        return [bundle for bundle in self.bundles.values() if product in bundle.members]

    def _otherwise_than(self, before: Mapping[str, str]) -> set[str]:
        return {bundle_id for bundle_id, shown in self.shown().items() if shown != before[bundle_id]}
