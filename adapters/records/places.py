"""Where a seller's calendar is, read from a row, and which local day an instant falls on there."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import SELLERS
from adapters.records.database import Database
from adapters.time_zones import zone_named
from business_care.calendar import MARKETPLACE_PLACE, Place
from business_care.errors import RecordMissing

SPANISH_SPEAKING = frozenset(
    {
        "AR",
        "BO",
        "CL",
        "CO",
        "CR",
        "CU",
        "DO",
        "EC",
        "ES",
        "GT",
        "HN",
        "MX",
        "NI",
        "PA",
        "PE",
        "PR",
        "PY",
        "SV",
        "UY",
        "VE",
    }
)
FRENCH_SPEAKING = frozenset({"FR", "MC"})


async def find_seller(connection: AsyncConnection, seller_id: str) -> RowMapping:
    """The row of a seller. Raises `RecordMissing`."""
    found = await connection.execute(select(SELLERS).where(SELLERS.c.id == seller_id))
    seller = found.mappings().one_or_none()
    if seller is None:
        raise RecordMissing(f"the records hold no seller {seller_id}")
    return seller


async def all_places(database: Database) -> Sequence[Place]:
    """Every place where a seller's calendar is, the marketplace's among them, in the order of their names."""
    columns = (SELLERS.c.country, SELLERS.c.subdivision, SELLERS.c.timezone)
    async with database.reading() as connection:
        rows = (await connection.execute(select(*columns).distinct())).mappings()
        places = {MARKETPLACE_PLACE, *(place_of(row) for row in rows)}
    return sorted(places, key=lambda place: (place.country, place.subdivision or "", place.timezone))


def place_of(seller: RowMapping) -> Place:
    """The place of a seller's row, or the marketplace's where it has none (R3)."""
    if seller["country"] is None or seller["timezone"] is None:
        return MARKETPLACE_PLACE
    return Place(country=seller["country"], subdivision=seller["subdivision"], timezone=seller["timezone"])


def language_of(seller: RowMapping) -> str:
    """The language a seller is written to: its own choice, else that of its calendar's country."""
    if seller["language"] is not None:
        return str(seller["language"])
    country = place_of(seller).country
    if country in SPANISH_SPEAKING:
        return "es"
    return "fr" if country in FRENCH_SPEAKING else "en"


def local_day(instant: datetime, place: Place) -> date:
    """The local date at that place. Raises `CalendarRefused` for a zone that does not exist."""
    return instant.astimezone(zone_named(place.timezone)).date()
