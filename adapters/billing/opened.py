"""The renewals as the settings want them: of retired products, and of refunded licences."""

from adapters.billing.in_records import RenewalsInRecords
from adapters.billing.refunded import CareRecordsThroughBilling, RefundedRenewals
from adapters.billing.simulated import SimulatedBilling
from adapters.billing.through_provider import RenewalsThroughProvider
from adapters.records.care_records import SqlCareRecords
from adapters.records.database import Database
from adapters.settings import BillingProviderName
from business_care.deactivation.ports import Renewals
from business_care.ports import CareRecords, Payments


def renewals(
    database: Database, provider: BillingProviderName, payments: Payments, calls_per_second: int
) -> Renewals:
    """The port `Renewals`, one for a process: `calls_per_second` holds for all its walks together.

    `payments` gives charges back that paid for too much (R56); the records alone need neither of the two.
    """
    if provider is BillingProviderName.RECORDS:
        return RenewalsInRecords(database)
    return RenewalsThroughProvider(database, SimulatedBilling(database), payments, calls_per_second)


def refunded_renewals(
    database: Database, provider: BillingProviderName, payments: Payments
) -> RefundedRenewals | None:
    """The renewals of refunded licences at the billing service; None where nobody outside charges any."""
    if provider is BillingProviderName.RECORDS:
        return None
    return RefundedRenewals(database, SimulatedBilling(database), payments)


def care_records(database: Database, provider: BillingProviderName, payments: Payments) -> CareRecords:
    """The port `CareRecords`, whose renewals of refunded licences are cancelled wherever they are charged."""
    refunded = refunded_renewals(database, provider, payments)
    return SqlCareRecords(database) if refunded is None else CareRecordsThroughBilling(database, refunded)
