"""Builders for tests of cancelling renewals, and short words for what became of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, insert, select

from adapters.billing.in_records import RenewalsInRecords
from adapters.billing.simulated import SimulatedBilling
from adapters.billing.through_provider import RenewalsThroughProvider
from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.catalogue_tables import CARE_SUBSCRIPTIONS
from adapters.records.money_tables import SIMULATED_CANCELLATIONS, SIMULATED_CHARGES
from adapters.records.opened import Records
from adapters.records.request_tables import NOTICES
from adapters.records.seed import load
from adapters.records.seed_file import (
    BillingBehaviourEntry,
    BillingWord,
    LicenceEntry,
    PaymentBehaviourEntry,
    PaymentWord,
    RecordsFile,
)
from business_care.deactivation.charges import ChargeStatus
from business_care.deactivation.ports import BillingProvider, Renewals
from business_care.deactivation.renewals import (
    CascadeOrder,
    WalkId,
    WalkOrder,
    WalkRange,
    WalkStanding,
)
from business_care.listing import PaymentState, PaymentSwitch
from tests.adapters.care_world import OPERATOR, YEAR_OF_CARE, a_file, a_licence, a_product, a_sheet

EFFECTIVE_AT = datetime(2031, 3, 3, 23, 30, tzinfo=UTC)
"""Half past midnight of the next day at the seller's place."""
EFFECTIVE_ON = date(2031, 3, 4)
A_MINUTE_LATER = EFFECTIVE_AT + timedelta(minutes=1)
AN_HOUR_LATER = A_MINUTE_LATER + timedelta(hours=1)
TO_THE_END = 1_000_000
SMALL_PAGE = 3

Open = Callable[[Records], Renewals]
"""A way to cancel renewals, on records that are open."""

OPTED_OUT = YEAR_OF_CARE.model_copy(update={"auto_renew": False})


def of_customer(customer_id: str, licence: LicenceEntry) -> LicenceEntry:
    return licence.model_copy(update={"customer_id": customer_id})


def licences(count: int, first: int = 0) -> tuple[LicenceEntry, ...]:
    return tuple(a_licence(f"L{number:03}") for number in range(first, first + count))


def a_catalogue(*sold: LicenceEntry, **behave: tuple[BillingWord, ...]) -> RecordsFile:
    """Products P1 and P2 with what was sold of them; and how billing behaves for some licences."""
    behaviours = tuple(BillingBehaviourEntry(licence_id=key, behave=words) for key, words in behave.items())
    file = a_file(products=(a_product(a_sheet()), a_product(a_sheet(), id="P2")), licences=sold)
    return file.model_copy(update={"billing_provider": behaviours})


def a_cascade(at: datetime = A_MINUTE_LATER, deactivation_id: str = "D1") -> CascadeOrder:
    return CascadeOrder(
        deactivation_id=deactivation_id,
        product_id="P1",
        seller_id="S1",
        effective_at=EFFECTIVE_AT,
        at=at,
    )


def a_walk(
    round: int = 1,  # noqa: A002
    *,
    number: int = 1,
    part: WalkRange | None = None,
    until_seen: int = TO_THE_END,
    at: datetime = A_MINUTE_LATER,
) -> WalkOrder:
    return WalkOrder(
        cascade=a_cascade(at),
        walk=WalkId(round=round, number=number),
        range=part or WalkRange(),
        until_seen=until_seen,
    )


def in_records(records: Records) -> Renewals:
    return RenewalsInRecords(records.database, page=SMALL_PAGE)


def through_provider(records: Records, provider: BillingProvider | None = None) -> Renewals:
    database = records.database
    return RenewalsThroughProvider(
        database,
        provider or SimulatedBilling(database),
        OncePayments(database, SimulatedProvider(database)),
        1000,
        largest_page=SMALL_PAGE,
    )


async def surveyed(
    records: Records, renewals: Renewals, *sold: LicenceEntry, **behave: tuple[BillingWord, ...]
) -> None:
    """The catalogue is there, and the cascade has begun."""
    await load(records.database, a_catalogue(*sold, **behave))
    await renewals.survey(a_cascade())


async def let_pay(records: Records, *words: PaymentWord) -> None:
    """How the payment provider behaves for L1, one word for each attempt to give money back."""
    entry = PaymentBehaviourEntry(licence_id="L1", behave=words)
    await load(records.database, RecordsFile(payment_provider=(entry,)))


async def switch_payments(records: Records, state: PaymentState) -> None:
    """The kill switch, for all sellers (R44)."""
    switch = PaymentSwitch(state=state, seller_id=None, at=A_MINUTE_LATER, by=OPERATOR)
    await records.switches.set_payments(switch)


async def forget_charges(records: Records) -> None:
    """The billing service knows of no charge any more."""
    async with records.database.writing() as connection:
        await connection.execute(delete(SIMULATED_CHARGES))


async def walked(renewals: Renewals, order: WalkOrder | None = None) -> WalkStanding:
    """How far the walk is when it ends."""
    return [standing async for standing in renewals.walk(order or a_walk())][-1]


async def cancelled(records: Records) -> list[str]:
    """The licences whose renewal is cancelled, by id."""
    query = (
        select(CARE_SUBSCRIPTIONS.c.licence_id)
        .where(CARE_SUBSCRIPTIONS.c.renewal_cancelled_on.is_not(None))
        .order_by(CARE_SUBSCRIPTIONS.c.licence_id)
    )
    async with records.database.reading() as connection:
        return list(await connection.scalars(query))


async def told(records: Records) -> list[str]:
    """The customers who were told, each as often as it happened."""
    async with records.database.reading() as connection:
        return list(await connection.scalars(select(NOTICES.c.to_id).order_by(NOTICES.c.to_id)))


async def attempts(records: Records) -> dict[str, int]:
    """How often the billing service was asked to cancel, by licence."""
    query = select(SIMULATED_CANCELLATIONS).order_by(SIMULATED_CANCELLATIONS.c.licence_id)
    async with records.database.reading() as connection:
        return {row.licence_id: row.attempts for row in await connection.execute(query)}


async def charged(
    records: Records,
    period_starts_on: date,
    settles_as: ChargeStatus = ChargeStatus.PAID,
    amount: int = 12_900,
) -> None:
    """The next period of L1 was charged; that has settled a minute after the deactivation."""
    row = {
        "charge_id": "charge-1",
        "licence_id": "L1",
        "amount": amount,
        "currency": "EUR",
        "period_starts_on": period_starts_on,
        "settles_as": settles_as,
        "settles_at": A_MINUTE_LATER,
    }
    async with records.database.writing() as connection:
        await connection.execute(insert(SIMULATED_CHARGES).values(**row))
