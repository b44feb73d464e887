"""Reads what the records hold of products that are, or were, switched off."""

from collections.abc import Sequence
from dataclasses import dataclass

from business_care.deactivation.ports import DeactivationDirectory
from business_care.deactivation.renewals import CascadeProgress, FailedRenewal
from business_care.deactivation.views import DeactivationJournalView, DeactivationView
from gateway.deactivations import DeactivationAddressee


@dataclass(frozen=True)
class RecordedDeactivations:
    """The deactivation that stands, or else the last one; of one that runs they may be a step behind (R63).

    Every method raises `RuleViolation` with `unknown_product` or `unknown_deactivation`.
    """

    directory: DeactivationDirectory

    async def status(self, product_id: str) -> DeactivationView:
        """The whole view."""
        whom = DeactivationAddressee(product_id, self.directory)
        latest = await self.directory.latest(product_id)
        if latest is None:
            raise await whom.nothing_known()
        return latest

    async def journal(self, product_id: str) -> DeactivationJournalView:
        """Everything that happened."""
        latest = await self.status(product_id)
        journal = await self.directory.journal(latest.deactivation_id)
        if journal is None:  # pragma: no cover - the same row of the records
            raise await DeactivationAddressee(product_id, self.directory).nothing_known()
        return journal

    async def progress(self, product_id: str) -> CascadeProgress:
        """How far the renewals are, up to the last page that was kept; all zero where nothing was begun."""
        latest = await self.status(product_id)
        return await self.directory.progress(latest.deactivation_id) or CascadeProgress()

    async def failed_renewals(self, product_id: str) -> Sequence[FailedRenewal]:
        """Every renewal that failed, or whose charge is to be given back by hand."""
        latest = await self.status(product_id)
        return await self.directory.failed_renewals(latest.deactivation_id)
