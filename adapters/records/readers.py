"""Who reads a notice: address, name, language and time zone, looked up when it is delivered (R62)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES, PRODUCTS, SELLERS
from adapters.records.places import language_of, place_of
from adapters.records.request_tables import REQUESTS
from business_care.calendar import MARKETPLACE_PLACE
from business_care.notices import Notice, NoticeAbout
from business_care.people import Role

DEFAULT_LANGUAGE = "en"

_SELLER = select(SELLERS).where(SELLERS.c.id == bindparam("seller_id"))
_LICENCE_ABOUT = select(REQUESTS.c.licence_id).where(REQUESTS.c.request_id == bindparam("request_id"))
_LICENCES = (
    select(LICENCES, SELLERS.c.country, SELLERS.c.subdivision, SELLERS.c.timezone)
    .join(PRODUCTS, PRODUCTS.c.id == LICENCES.c.product_id)
    .join(SELLERS, SELLERS.c.id == PRODUCTS.c.seller_id)
    .where(LICENCES.c.customer_id == bindparam("customer_id"))
    .order_by(LICENCES.c.purchased_at.desc(), LICENCES.c.id)
)


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
    connection: AsyncConnection, about: NoticeAbout, subject_id: str, notice: Notice, operator: OperatorDesk
) -> Reader:
    """The reader of a notice about a request, a product, or the renewals of a product's customers."""
    if notice.to.role is Role.CUSTOMER:
        return _customer(await _licence_concerned(connection, about, subject_id, notice))
    if notice.to.role in (Role.SELLER, Role.AGENT):
        return await _seller(connection, notice.to.id)
    return Reader(operator.address, None, operator.language, operator.timezone)


async def _seller(connection: AsyncConnection, seller_id: str) -> Reader:
    seller = (await connection.execute(_SELLER, {"seller_id": seller_id})).mappings().one_or_none()
    if seller is None:
        return _nowhere()
    return Reader(seller["email"], seller["name"], language_of(seller), place_of(seller).timezone)


async def _licence_concerned(
    connection: AsyncConnection, about: NoticeAbout, subject_id: str, notice: Notice
) -> RowMapping | None:
    """The licence that a customer is written to about; the latest purchase where the notice does not tell."""
    licences = await _licences_of(connection, notice.to.id)
    if about in (NoticeAbout.REQUEST, NoticeAbout.RECOVERY):
        wanted = await _licence_about(connection, subject_id, notice)
        concerned = [row for row in licences if row["id"] == wanted]
    else:
        concerned = [row for row in licences if row["product_id"] == notice.data.get("product_id")]
    return next(iter(concerned or licences), None)


async def _licences_of(connection: AsyncConnection, customer_id: str) -> Sequence[RowMapping]:
    """The licences of a customer, the latest purchase first.

    Which of them is meant is not asked of the database: it might walk all licences of a product to find out.
    """
    return (await connection.execute(_LICENCES, {"customer_id": customer_id})).mappings().all()


def _customer(licence: RowMapping | None) -> Reader:
    """The customer's address under the licence concerned; deadlines are told in the seller's zone."""
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
    licence_id: str | None = await connection.scalar(_LICENCE_ABOUT, {"request_id": request_id})
    return licence_id


def _nowhere() -> Reader:
    return Reader(None, None, DEFAULT_LANGUAGE, MARKETPLACE_PLACE.timezone)
