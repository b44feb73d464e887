"""What the records and the payment provider came to: refunds, care, renewals, catalogue, notices."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, and_, select

from adapters.records.bundle_states import bundle_states
from adapters.records.catalogue_tables import PRODUCTS
from adapters.records.database import Database
from adapters.records.deactivation_tables import DEACTIVATIONS
from adapters.records.licence_facts import ALL_LICENCES, care_term
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.places import local_day, place_of
from adapters.records.request_tables import NOTICES
from business_care.entitlement import care_is_active
from business_care.notices import NoticeAbout
from business_care.request import CareTerm
from business_care.values import Currency, Identifier, Instant, MinorUnits, Value


class RenewalState(StrEnum):
    """How the tacit renewal of a licence stands; wire format of the simulation."""

    AUTOMATIC = "automatic"
    CANCELLED = "cancelled"
    OPTED_OUT = "opted_out"


class CareStanding(StrEnum):
    """How the care of a licence stands; wire format of the simulation."""

    ACTIVE = "active"
    ENDED = "ended"
    """Ended by a refund (R43)."""
    LAPSED = "lapsed"
    """Its days are over, or have not begun."""


class SentRefund(Value):
    """A refund that was sent to the payment provider; `attempts` counts the calls that asked it to pay."""

    licence_id: Identifier
    amount: MinorUnits
    currency: Currency
    status: str
    attempts: int


class ToldNotice(Value):
    """A notice: what it was, for whom, and about which request or which product."""

    kind: str
    to: str
    request: str | None = None
    product: str | None = None
    at: Instant


class LicenceStanding(Value):
    """Care and renewal of one licence on the local day of an instant."""

    care: CareStanding
    renewal: RenewalState


class Report:
    """Reads across all requests and products; for the simulation and for people who look into the records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refunds(self) -> Sequence[SentRefund]:
        """Every refund that was sent to the provider, in the order of the first intent."""
        query = select(REFUND_INTENTS).where(REFUND_INTENTS.c.attempts > 0).order_by(REFUND_INTENTS.c.id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            SentRefund(
                licence_id=row["licence_id"],
                amount=row["amount"],
                currency=row["currency"],
                status=row["status"],
                attempts=row["attempts"],
            )
            for row in rows
        ]

    async def licences(self, at: datetime) -> dict[str, LicenceStanding]:
        """The licences that have, or ever had, Business Care: how they stand at an instant."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(ALL_LICENCES)).mappings().all()
        return {row["id"]: _standing(care, row, at) for row in rows if (care := care_term(row)) is not None}

    async def products(self) -> dict[str, str]:
        """The products: `on_sale`, `offline` or `retired`."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(PRODUCTS.c.id, PRODUCTS.c.state).order_by(PRODUCTS.c.id))
            return {row.id: row.state for row in rows}

    async def bundles(self) -> dict[str, str]:
        """The bundles: `on_sale`, `offline` or `retired`."""
        async with self._database.reading() as connection:
            states = await bundle_states(connection)
        return {bundle_id: str(state) for bundle_id, state in states.items()}

    async def notices(self) -> Sequence[ToldNotice]:
        """All notices about requests and products in order of time."""
        of_the_product = and_(
            NOTICES.c.about.in_([NoticeAbout.PRODUCT, NoticeAbout.RENEWALS]),
            DEACTIVATIONS.c.deactivation_id == NOTICES.c.subject_id,
        )
        query = (
            select(NOTICES, DEACTIVATIONS.c.product_id)
            .outerjoin(DEACTIVATIONS, of_the_product)
            .order_by(NOTICES.c.at, NOTICES.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            ToldNotice(
                kind=row["kind"],
                to=row["to_id"],
                request=_request_concerned(row),
                product=row["product_id"],
                at=row["at"],
            )
            for row in rows
        ]


def _request_concerned(row: RowMapping) -> str | None:
    if row["about"] == NoticeAbout.REQUEST:
        return str(row["subject_id"])
    return row["data"].get("request_id") if row["about"] == NoticeAbout.RECOVERY else None


def _standing(care: CareTerm, row: RowMapping, at: datetime) -> LicenceStanding:
    today = local_day(at, place_of(row))
    ended = care.ended_on is not None and care.ended_on <= today
    cancelled = care.renewal_cancelled_on is not None and care.renewal_cancelled_on <= today
    if ended:
        standing = CareStanding.ENDED
    else:
        standing = CareStanding.ACTIVE if care_is_active(care, on=today) else CareStanding.LAPSED
    if not care.auto_renew:
        renewal = RenewalState.OPTED_OUT
    else:
        renewal = RenewalState.CANCELLED if cancelled else RenewalState.AUTOMATIC
    return LicenceStanding(care=standing, renewal=renewal)
