"""The service in figures, as the records tell them: for metrics, and for the report of promises kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Label, RowMapping, Table, case, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.book_tables import BOOKINGS
from adapters.records.catalogue_tables import PAYMENT_SWITCHES
from adapters.records.counted import counted
from adapters.records.database import Database
from adapters.records.licence_facts import policy_in_force
from adapters.records.recovery_tables import RECOVERIES
from adapters.records.request_tables import NOTICES, REQUESTS
from adapters.time_zones import zone_named
from business_care.books import BookingKind
from business_care.calendar import MARKETPLACE_PLACE
from business_care.promises import KEPT, CountedRequest
from business_care.refund import PURCHASE_PRICE, Money
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import NOT_SETTLED

HOUR: Final = 3600
DAY: Final = 24 * HOUR
HOURS_TO_ACKNOWLEDGE: Final = (1, 2, 4, 8, 12, 24, 36, 48, 72, 96, 120, 168, 240)
"""One business day is up to four days at a weekend, and a week or more with holidays or a closure."""
DAYS_TO_RESOLVE: Final = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 45, 50, 60, 75, 90, 120)
"""Thirty business days are about 42 days, 50 with the customer's verification, more with public holidays."""

LATE_BY: Final = timedelta(minutes=15)
"""What stands still for longer than that, after its deadline and the policy's grace (R12), is overdue."""


@dataclass(frozen=True)
class Histogram:
    """Durations in seconds: how many do not exceed each bound, how many there are, and their sum."""

    bounds: Sequence[int]
    counts: Sequence[int]
    count: int
    sum: int


@dataclass(frozen=True)
class Figures:
    """All that is counted at one instant. Keys are words of the wire format."""

    opened: int
    open_by_state: Mapping[str, int]
    closed_by_outcome: Mapping[str, int]
    acknowledgements: Mapping[str, int]
    breaches: Mapping[str, int]
    """By clock: promises broken, as they are judged today."""
    refunds: Mapping[str, int]
    oldest_refund_due_at: Mapping[str, datetime]
    """By the status of a refund that is not settled."""
    overdue: int
    oldest_deadline: datetime | None
    to_acknowledge: Histogram
    to_resolve: Histogram
    paid_back: Mapping[str, int]
    """By currency, in minor units, less what came back to the provider."""
    recoveries_open: int
    notices_delivered: int
    notices_waiting: int
    """For their first try, or for the next one."""
    notices_failed: Mapping[str, int] = field(default_factory=dict)
    """By the code of the last failure: tried, and still not delivered."""
    oldest_notice_waiting_since: datetime | None = None
    payments_stopped: int = 0
    """Kill switches that are on: one for all, and one for each seller (R44)."""


_TO_ACKNOWLEDGE = tuple(hours * HOUR for hours in HOURS_TO_ACKNOWLEDGE)
_TO_RESOLVE = tuple(days * DAY for days in DAYS_TO_RESOLVE)
_MISSED = (AcknowledgementStatus.BREACHED, AcknowledgementStatus.MET_LATE)
_ZONE = zone_named(MARKETPLACE_PLACE.timezone)
_MONTHS = 12
_WORDS = [
    REQUESTS.c[name] for name in ("state", "outcome", "acknowledgement", "resolution_missed", "refund_status")
]
_SIGNED = case(
    (BOOKINGS.c.kind == BookingKind.RETURNED_BY_PROVIDER, -BOOKINGS.c.amount), else_=BOOKINGS.c.amount
)
_COUNTED = ("outcome", "acknowledgement", "acknowledged_after", "resolution_missed", "closed_after", "ground")
_UNCOUNTED = case((REQUESTS.c.acknowledgement.is_(None), REQUESTS.c.view), else_=null()).label("uncounted")
"""The view of a request that a worker of the version before has stored, which knew nothing of the columns."""


class SqlFigures:
    """Counts in the database: requests from one index, without reading what they hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, now: datetime) -> Figures:
        """The figures of all requests, refunds and notices; `now` says which deadlines have passed."""
        async with self._database.reading() as connection:
            groups = await _groups(connection)
            under_way = [group for group in groups if group["outcome"] is None]
            kept = [group for group in groups if group["outcome"] in KEPT]
            grace = timedelta(minutes=(await policy_in_force(connection)).arrival_grace_minutes)
            overdue, oldest_deadline = await _overdue(connection, now - grace - LATE_BY)
            return Figures(
                opened=sum(group["n"] for group in groups),
                open_by_state=_by("state", under_way),
                closed_by_outcome=_by("outcome", groups),
                acknowledgements=_by("acknowledgement", groups),
                breaches={
                    "acknowledgement": sum(g["n"] for g in groups if g["acknowledgement"] in _MISSED),
                    "resolution": sum(g["n"] for g in groups if g["resolution_missed"]),
                },
                refunds=_by("refund_status", groups),
                oldest_refund_due_at=await _oldest_refunds(connection),
                overdue=overdue,
                oldest_deadline=oldest_deadline,
                to_acknowledge=_histogram(groups, REQUESTS.c.acknowledged_after, _TO_ACKNOWLEDGE),
                to_resolve=_histogram(kept, REQUESTS.c.closed_after, _TO_RESOLVE),
                paid_back=await _paid_back(connection),
                recoveries_open=await _number(connection, RECOVERIES, RECOVERIES.c.ended_at.is_(None)),
                payments_stopped=await _number(
                    connection, PAYMENT_SWITCHES, PAYMENT_SWITCHES.c.stopped.is_(True)
                ),
                **await _notices(connection),
            )

    async def counted(
        self, month: str | None = None, seller_id: str | None = None
    ) -> Sequence[CountedRequest]:
        """What is counted of each request: of one month such as `2031-03`, of one seller, or all.

        A request belongs to the month of its opening in the marketplace's own zone.
        """
        columns = ("request_id", "opened_at", "seller_id", *_COUNTED)
        query = select(*(REQUESTS.c[name] for name in columns), _UNCOUNTED)
        if seller_id is not None:
            query = query.where(REQUESTS.c.seller_id == seller_id)
        if month is not None:
            begin, end = _instants_of(month)
            query = query.where(REQUESTS.c.opened_at >= begin, REQUESTS.c.opened_at < end)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
            paid = await _paid_back_for(connection)
        return [_counted(row, paid.get(row["request_id"])) for row in rows]


async def _groups(connection: AsyncConnection) -> Sequence[RowMapping]:
    sums = [
        func.count().label("n"),
        *_durations(REQUESTS.c.acknowledged_after, _TO_ACKNOWLEDGE),
        *_durations(REQUESTS.c.closed_after, _TO_RESOLVE),
    ]
    return (await connection.execute(select(*_WORDS, *sums).group_by(*_WORDS))).mappings().all()


def _durations(duration: Column[int], bounds: Sequence[int]) -> list[Label[int]]:
    """How many are known, their sum, and how many do not exceed each bound."""
    within = [func.sum(case((duration <= bound, 1), else_=0)) for bound in bounds]
    columns = [func.count(duration), func.coalesce(func.sum(duration), 0), *within]
    return [column.label(f"{duration.name}_{number}") for number, column in enumerate(columns)]


def _histogram(groups: Sequence[RowMapping], duration: Column[int], bounds: Sequence[int]) -> Histogram:
    names = [f"{duration.name}_{number}" for number in range(len(bounds) + 2)]
    count, seconds, *counts = (sum(int(group[name]) for group in groups) for name in names)
    return Histogram(bounds=bounds, counts=counts, count=count, sum=seconds)


def _by(word: str, groups: Sequence[RowMapping]) -> dict[str, int]:
    counts = Counter[str]()
    for group in groups:
        if group[word] is not None:
            counts[group[word]] += group["n"]
    return dict(counts)


async def _overdue(connection: AsyncConnection, before: datetime) -> tuple[int, datetime | None]:
    due = REQUESTS.c.next_due_at
    query = select(func.count(), func.min(due)).where(REQUESTS.c.outcome.is_(None), due < before)
    count, oldest = (await connection.execute(query)).one()
    return count, oldest


async def _oldest_refunds(connection: AsyncConnection) -> dict[str, datetime]:
    query = (
        select(REQUESTS.c.refund_status, func.min(REQUESTS.c.refund_due_at).label("due"))
        .where(REQUESTS.c.state.in_(NOT_SETTLED), REQUESTS.c.refund_due_at.is_not(None))
        .group_by(REQUESTS.c.refund_status)
    )
    rows = await connection.execute(query)
    return {row.refund_status: row.due for row in rows}


async def _paid_back(connection: AsyncConnection) -> dict[str, int]:
    query = (
        select(BOOKINGS.c.currency, func.sum(_SIGNED))
        .where(BOOKINGS.c.purpose == PURCHASE_PRICE)
        .group_by(BOOKINGS.c.currency)
    )
    return {currency: int(amount) for currency, amount in await connection.execute(query)}


async def _paid_back_for(connection: AsyncConnection) -> dict[str, Money]:
    """What was given back and stayed so, by the request that was paid first: each licence once (R41)."""
    query = (
        select(BOOKINGS.c.licence_id, BOOKINGS.c.request_id, BOOKINGS.c.currency, _SIGNED)
        .where(BOOKINGS.c.purpose == PURCHASE_PRICE)
        .order_by(BOOKINGS.c.licence_id, BOOKINGS.c.position)
    )
    first: dict[str, tuple[str, str]] = {}
    amounts = Counter[str]()
    for licence_id, request_id, currency, amount in await connection.execute(query):
        first.setdefault(licence_id, (request_id, currency))
        amounts[licence_id] += amount
    return {
        request_id: Money(amount=amounts[licence_id], currency=currency)
        for licence_id, (request_id, currency) in first.items()
        if amounts[licence_id] > 0
    }


async def _number(connection: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> int:
    return await connection.scalar(select(func.count()).select_from(table).where(condition)) or 0


async def _notices(connection: AsyncConnection) -> Mapping[str, Any]:
    waiting = NOTICES.c.delivered_at.is_(None)
    query = (
        select(NOTICES.c.last_error, func.count(), func.min(NOTICES.c.created_at))
        .where(waiting)
        .group_by(NOTICES.c.last_error)
    )
    rows = [(error, count, since) for error, count, since in await connection.execute(query)]
    return {
        "notices_delivered": await _number(connection, NOTICES, NOTICES.c.delivered_at.is_not(None)),
        "notices_waiting": sum(count for _, count, _ in rows),
        "notices_failed": {error: count for error, count, _ in rows if error is not None},
        "oldest_notice_waiting_since": min((since for *_, since in rows), default=None),
    }


def _instants_of(month: str) -> tuple[datetime, datetime]:
    year, number = (int(part) for part in month.split("-"))
    following = (year + 1, 1) if number == _MONTHS else (year, number + 1)
    return datetime(year, number, 1, tzinfo=_ZONE), datetime(*following, 1, tzinfo=_ZONE)


def _counted(stored: RowMapping, paid_back: Money | None) -> CountedRequest:
    row = dict(stored) if stored["uncounted"] is None else {**stored, **counted(stored["uncounted"])}
    outcome = row["outcome"]
    return CountedRequest(
        month=row["opened_at"].astimezone(_ZONE).strftime("%Y-%m"),
        seller_id=row["seller_id"],
        outcome=None if outcome is None else Outcome(outcome),
        acknowledgement=AcknowledgementStatus(row["acknowledgement"]),
        acknowledged_after=row["acknowledged_after"],
        resolution_missed=row["resolution_missed"],
        closed_after=row["closed_after"],
        ground=row["ground"],
        paid_back=paid_back,
    )
