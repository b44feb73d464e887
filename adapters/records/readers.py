"""Who reads a notice: address, name, language and time zone, looked up when it is delivered (R62)."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES, PRODUCTS, SELLERS
from adapters.records.places import language_of, place_of
from adapters.records.request_tables import REQUESTS
from business_care.calendar import MARKETPLACE_PLACE
from business_care.notices import Notice, NoticeAbout
from business_care.people import Role

DEFAULT_LANGUAGE = "en"
_AT_THE_SELLER = (Role.SELLER, Role.AGENT)

_SELLERS = select(SELLERS).where(SELLERS.c.id.in_(bindparam("ids", expanding=True)))
_LICENCES_ABOUT = select(REQUESTS.c.request_id, REQUESTS.c.licence_id).where(
    REQUESTS.c.request_id.in_(bindparam("ids", expanding=True))
)
_LICENCES = (
    select(LICENCES, SELLERS.c.country, SELLERS.c.subdivision, SELLERS.c.timezone)
    .join(PRODUCTS, PRODUCTS.c.id == LICENCES.c.product_id)
    .join(SELLERS, SELLERS.c.id == PRODUCTS.c.seller_id)
    .where(LICENCES.c.customer_id.in_(bindparam("ids", expanding=True)))
    .order_by(LICENCES.c.purchased_at.desc(), LICENCES.c.id)
)


@dataclass(frozen=True)
class Addressed:
    """A notice, and what it is about."""

    about: NoticeAbout
    subject_id: str
    notice: Notice

    @property
    def named_licence(self) -> str | None:
        """The licence that the notice itself names."""
        return self.notice.data.get("licence_id")

    @property
    def is_about_a_licence(self) -> bool:
        """Whether it is about the licence of a request rather than about a product."""
        return self.about in (NoticeAbout.REQUEST, NoticeAbout.RECOVERY)


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


async def find_readers(
    connection: AsyncConnection, notices: Sequence[Addressed], operator: OperatorDesk
) -> Sequence[Reader]:
    """The reader of each notice: three statements for all of them."""
    sellers = {one.notice.to.id for one in notices if one.notice.to.role in _AT_THE_SELLER}
    to_customers = [one for one in notices if one.notice.to.role is Role.CUSTOMER]
    unnamed = {one.subject_id for one in to_customers if one.is_about_a_licence and not one.named_licence}
    seller_rows = {row["id"]: row for row in await _rows(connection, _SELLERS, sellers)}
    concerned = {
        row["request_id"]: row["licence_id"] for row in await _rows(connection, _LICENCES_ABOUT, unnamed)
    }
    # Which of a customer's licences is meant is not asked of the database: it might walk all licences of a
    # product to find out.
    licences = defaultdict[str, list[RowMapping]](list)
    for row in await _rows(connection, _LICENCES, {one.notice.to.id for one in to_customers}):
        licences[row["customer_id"]].append(row)

    def reader(one: Addressed) -> Reader:
        to = one.notice.to
        if to.role is Role.CUSTOMER:
            wanted = one.named_licence or concerned.get(one.subject_id)
            return _customer(_licence_concerned(one, licences[to.id], wanted))
        if to.role in _AT_THE_SELLER:
            return _seller(seller_rows.get(to.id))
        return Reader(operator.address, None, operator.language, operator.timezone)

    return [reader(one) for one in notices]


async def _rows(connection: AsyncConnection, query: Select[Any], ids: Set[str]) -> Sequence[RowMapping]:
    return (await connection.execute(query, {"ids": sorted(ids)})).mappings().all() if ids else ()


def _licence_concerned(
    one: Addressed, licences: Sequence[RowMapping], wanted: str | None
) -> RowMapping | None:
    """The licence that a customer is written to about; the latest purchase where the notice does not tell."""
    if one.is_about_a_licence:
        concerned = [row for row in licences if row["id"] == wanted]
    else:
        concerned = [row for row in licences if row["product_id"] == one.notice.data.get("product_id")]
    return next(iter(concerned or licences), None)


def _seller(seller: RowMapping | None) -> Reader:
    if seller is None:
        return _nowhere()
    return Reader(seller["email"], seller["name"], language_of(seller), place_of(seller).timezone)


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


def _nowhere() -> Reader:
    return Reader(None, None, DEFAULT_LANGUAGE, MARKETPLACE_PLACE.timezone)
