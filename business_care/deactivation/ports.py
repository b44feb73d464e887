"""What switching a product off needs from the outside world, as protocols with business verbs.

Every method may raise `TemporarilyUnavailable`; what else it raises stands beside it. `at` is the instant of
the act in the life of the deactivation, given by the caller.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from business_care.deactivation.charges import BillingAnswer, RenewalCharge, RenewalOrder
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.renewals import (
    CascadeOrder,
    CascadeProgress,
    CascadeTotals,
    FailedRenewal,
    RenewalSurvey,
    WalkOrder,
    WalkStanding,
)
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.views import (
    AppliedToDeactivation,
    BundleChange,
    DeactivationJournalView,
    DeactivationRecord,
    DeactivationView,
    FoundProduct,
    StoredDeactivation,
)
from business_care.deactivation.words import SaleState


class ProductRecords(Protocol):
    """The records as the steps of a deactivation use them."""

    async def find_product(self, order: Deactivate) -> FoundProduct:
        """The product of an order, what was said about it, and the order if it was taken before (R50)."""
        ...

    async def claim_id(self, order: Deactivate) -> str:
        """Whose deactivation goes by the order's id from now on: its own product's, unless one was first."""
        ...

    async def switch_product(self, product_id: str, deactivation_id: str, to: SaleState) -> None:
        """Stop the sales of a product for a while or for good, or start them again; twice changes nothing.

        What is retired stays retired.
        """
        ...

    async def switch_bundles(self, product_id: str, deactivation_id: str, to: SaleState) -> BundleChange:
        """Let the bundles follow: add this blocker, take it away, or retire them (R52).

        The bundles that stand otherwise than before; asked again, it answers as the first time.
        """
        ...

    async def store(self, record: DeactivationRecord) -> None:
        """Store one step, all or nothing; storing it again, or storing an older one late, changes nothing.

        Raises `RuleViolation` with `already_deactivated` while another deactivation of the product stands.
        Of an order that was refused only the rejections are kept.
        """
        ...


class Renewals(Protocol):
    """The tacit renewals of a product's customers, cancelled each once (R51, R55, R56)."""

    async def survey(self, cascade: CascadeOrder) -> RenewalSurvey:
        """What there is to do, and the ranges that are best walked side by side."""
        ...

    def walk(self, order: WalkOrder) -> AsyncIterator[WalkStanding]:
        """Cancel page by page from where this walk stands, telling after each page how far it is.

        Ends when the walk is finished, or has seen as many as the order says. Whatever breaks it off, the
        next call goes on behind the last page that was kept. One customer who fails is listed, and stops
        nobody.
        """
        ...

    async def settle(self, cascade: CascadeOrder) -> CascadeTotals:
        """Ask what became of the charges that were in flight, and give back what is owed (R56)."""
        ...

    async def free_failed(self, cascade: CascadeOrder) -> CascadeTotals:
        """Let the next round try again what failed."""
        ...


class BillingProvider(Protocol):
    """A billing service that charges tacit renewals. Its words are translated at its own edge."""

    async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
        """Let no further period be charged; safe to repeat. Raises `RenewalNotCancelled` for this one."""
        ...

    async def find_charge(self, order: RenewalOrder, at: datetime) -> RenewalCharge | None:
        """The charge that was in flight when the renewal was cancelled, as it stands now."""
        ...


class DeactivationDirectory(Protocol):
    """The records as the gateway reads them."""

    async def product(self, product_id: str) -> ProductFacts | None:
        """The product; None for an unknown one."""
        ...

    async def latest(self, product_id: str) -> DeactivationView | None:
        """The last stored view of the product's deactivation that stands, or else of the last one."""
        ...

    async def stored(self, deactivation_id: str) -> StoredDeactivation | None:
        """A deactivation as the records remember it, with every command that it accepted."""
        ...

    async def applied(self, product_id: str, command_id: str) -> AppliedToDeactivation | None:
        """A command that a deactivation of the product accepted, with its answer (R60)."""
        ...

    async def journal(self, deactivation_id: str) -> DeactivationJournalView | None:
        """The journal of a deactivation, as stored."""
        ...

    async def progress(self, deactivation_id: str) -> CascadeProgress | None:
        """How far its renewals are, up to the last page that was kept; None where nothing was begun."""
        ...

    async def failed_renewals(self, deactivation_id: str) -> Sequence[FailedRenewal]:
        """Every renewal that failed, or whose charge is left to be given back by hand, by licence."""
        ...

    async def waiting_for_payment(self, seller_id: str | None) -> Sequence[str]:
        """The ids of the products with charges to give back that the kill switch may hold up (R44)."""
        ...
