"""The renewals as the settings want them."""

from adapters.billing.in_records import RenewalsInRecords
from adapters.billing.simulated import SimulatedBilling
from adapters.billing.through_provider import RenewalsThroughProvider
from adapters.records.database import Database
from adapters.settings import BillingProviderName
from business_care.deactivation.ports import Renewals
from business_care.ports import Payments


def renewals(
    database: Database, provider: BillingProviderName, payments: Payments, calls_per_second: int
) -> Renewals:
    """The port `Renewals`, one for a process: `calls_per_second` holds for all its walks together.

    `payments` gives charges back that paid for too much (R56); the records alone need neither of the two.
    """
    if provider is BillingProviderName.RECORDS:
        return RenewalsInRecords(database)
    return RenewalsThroughProvider(database, SimulatedBilling(database), payments, calls_per_second)
