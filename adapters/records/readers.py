"""Who reads a notice: address, name, language and time zone, looked up when it is delivered (R62)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES, PRODUCTS, SELLERS
from adapters.records.places import language_of, place_of
from adapters.records.request_tables import REQUESTS
from business_care.calendar import MARKETPLACE_PLACE
from business_care.notices import Notice
from business_care.people import Role

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class OperatorDesk:
    """Where the marketplace's operator reads: an address, if mail is wanted, and a language."""

    address: str | None = None
    language: str = DEFAULT_LANGUAGE
    timezone: str = MARKETPLACE_PLACE.timezone


@dataclass(frozen=True)
class Reader:
    """The reader of one notice; without an address it can't be delivered by mail."""

    address: str | None
    name: str | None
    language: str
    timezone: str


async def find_reader(
    connection: AsyncConnection, request_id: str, notice: Notice, operator: OperatorDesk
) -> Reader:
    """The reader of a notice about a request."""
    if notice.to.role is Role.CUSTOMER:
        return await _customer(connection, request_id, notice)
    if notice.to.role in (Role.SELLER, Role.AGENT):
        return await _seller(connection, notice.to.id)
    return Reader(operator.address, None, operator.language, operator.timezone)


async def _seller(connection: AsyncConnection, seller_id: str) -> Reader:
    query = select(SELLERS).where(SELLERS.c.id == seller_id)
    seller = (await connection.execute(query)).mappings().one_or_none()
    if seller is None:
        return _nowhere()
    return Reader(seller["email"], seller["name"], language_of(seller), place_of(seller).timezone)


async def _customer(connection: AsyncConnection, request_id: str, notice: Notice) -> Reader:
    """The customer's address under the licence concerned; deadlines are told in the seller's zone."""
    query = (
        select(LICENCES, SELLERS.c.country, SELLERS.c.subdivision, SELLERS.c.timezone)
        .join(PRODUCTS, PRODUCTS.c.id == LICENCES.c.product_id)
        .join(SELLERS, SELLERS.c.id == PRODUCTS.c.seller_id)
        .where(LICENCES.c.customer_id == notice.to.id)
        .order_by(LICENCES.c.purchased_at.desc())
    )
    licences = list((await connection.execute(query)).mappings())
    about = await _licence_about(connection, request_id, notice)
    licence = next((row for row in licences if row["id"] == about), licences[0] if licences else None)
    if licence is None:
        return _nowhere()
    return Reader(
        licence["customer_email"],
        None,
        licence["customer_language"] or DEFAULT_LANGUAGE,
        place_of(licence).timezone,
    )


async def _licence_about(connection: AsyncConnection, request_id: str, notice: Notice) -> str | None:
    named = notice.data.get("licence_id")
    if named is not None:
        return named
    licence_id: str | None = await connection.scalar(
        select(REQUESTS.c.licence_id).where(REQUESTS.c.request_id == request_id)
    )
    return licence_id


def _nowhere() -> Reader:
    return Reader(None, None, DEFAULT_LANGUAGE, MARKETPLACE_PLACE.timezone)
