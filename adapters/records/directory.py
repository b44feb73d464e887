"""The records as the gateway reads them: the port `RequestDirectory`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import LICENCES
from adapters.records.database import Database
from adapters.records.deadlines import deadlines_of
from adapters.records.disputes import keep_dispute
from adapters.records.journal_rows import applied_in
from adapters.records.licence_facts import licence_facts, policy_in_force
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.refund_marks import IntentStatus
from adapters.records.rejections_shown import last_rejections, rejections_not_shown
from adapters.records.request_tables import APPLIED_COMMANDS, REJECTIONS, REQUEST_EVENTS, REQUESTS
from business_care.applied import MAX_APPLIED
from business_care.listing import RequestFilter
from business_care.provider_news import ChargebackNews, DisputeStanding
from business_care.refund import PURCHASE_PRICE, SETTLED_AS_FAILED, Money, amount_owed
from business_care.request import CareRequestOpening, LicenceFacts, PricePaid
from business_care.views import AppliedCommand, CareStateName, DeadlinesView, JournalView, RequestView

_UNSETTLED = (CareStateName.REFUND_PENDING, CareStateName.REFUND_MANUAL)

_A_DAY = timedelta(days=1)
_VIEW = select(REQUESTS.c.view).where(REQUESTS.c.request_id == bindparam("of"))
_OPENING = select(REQUESTS.c.opening).where(REQUESTS.c.request_id == bindparam("of"))
_OPENED = select(REQUESTS.c.opening, REQUESTS.c.view).where(REQUESTS.c.request_id == bindparam("of"))
_LATER = APPLIED_COMMANDS.alias("later")
_ACCEPTED_SINCE = (
    select(func.count())
    .select_from(_LATER)
    .where(_LATER.c.request_id == bindparam("of"), _LATER.c.id > APPLIED_COMMANDS.c.id)
    .scalar_subquery()
)
_FORGOTTEN = select(APPLIED_COMMANDS).where(
    APPLIED_COMMANDS.c.request_id == bindparam("of"),
    APPLIED_COMMANDS.c.command_id == bindparam("command"),
    _ACCEPTED_SINCE >= MAX_APPLIED,
)


def _number_of(*conditions: ColumnElement[bool]) -> Select[int]:
    """How many requests meet all of them, counted no further than `at_most`."""
    found = select(REQUESTS.c.request_id).where(*conditions).limit(bindparam("at_most"))
    return select(func.count()).select_from(found.subquery())


_WAITING = _number_of(
    REQUESTS.c.next_due_at > bindparam("long_ago"),
    or_(
        and_(
            REQUESTS.c.state == CareStateName.AWAITING_ACKNOWLEDGEMENT,
            REQUESTS.c.next_due_at <= bindparam("now"),
        ),
        # What happens by itself at the other deadlines waits for late arrivals first (R12).
        REQUESTS.c.next_due_at <= bindparam("past_grace"),
    ),
)
_UNASKED = _number_of(
    REQUESTS.c.state == CareStateName.REFUND_DUE, REQUESTS.c.refund_due_at >= bindparam("since")
)


class SqlRequestDirectory:
    """`RequestDirectory` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def view(self, request_id: str) -> RequestView | None:
        async with self._database.glancing() as connection:
            return await _view(connection, request_id)

    async def deadlines(self, request_id: str) -> DeadlinesView | None:
        async with self._database.reading() as connection:
            view = await _view(connection, request_id)
            return None if view is None else await deadlines_of(connection, view)

    async def journal(self, request_id: str) -> JournalView | None:
        events = (
            select(REQUEST_EVENTS.c.event)
            .where(REQUEST_EVENTS.c.request_id == request_id)
            .order_by(REQUEST_EVENTS.c.seq)
        )
        owner = {"request_id": request_id}
        async with self._database.reading() as connection:
            dropped_there = await connection.scalar(
                select(REQUESTS.c.rejections_dropped).where(REQUESTS.c.request_id == request_id)
            )
            if dropped_there is None:
                return None
            shown = await last_rejections(connection, REJECTIONS, owner)
            return JournalView(
                request_id=request_id,
                events=tuple(await connection.scalars(events)),
                rejections=tuple(shown),
                rejections_dropped=await rejections_not_shown(
                    connection, REJECTIONS, owner, shown, dropped_there
                ),
            )

    async def list_requests(self, wanted: RequestFilter) -> Sequence[RequestView]:
        query = (
            select(REQUESTS.c.view)
            .where(*_conditions(wanted))
            .order_by(REQUESTS.c.next_due_at.asc().nulls_last(), REQUESTS.c.request_id)
            .limit(wanted.limit)
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    async def deadlines_waiting(self, now: datetime, at_most: int) -> int:
        # In place although it counts: a hundredth of a second for ten thousand, once a second at most.
        async with self._database.glancing() as connection:
            policy = await policy_in_force(connection)
            past_grace = now - timedelta(minutes=policy.arrival_grace_minutes)
            when = {"now": now, "past_grace": past_grace, "long_ago": now - _A_DAY, "at_most": at_most}
            return int(await connection.scalar(_WAITING, when) or 0)

    async def refunds_waiting(self, since: datetime, at_most: int) -> int:
        # In place although it walks all that are due: they lie together in an index, once a second at most.
        async with self._database.glancing() as connection:
            return int(await connection.scalar(_UNASKED, {"since": since, "at_most": at_most}) or 0)

    async def applied(self, request_id: str, command_id: str) -> AppliedCommand | None:
        query = select(APPLIED_COMMANDS).where(
            APPLIED_COMMANDS.c.request_id == request_id, APPLIED_COMMANDS.c.command_id == command_id
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            return None if row is None else applied_in(row, AppliedCommand)

    async def forgotten(self, request_id: str, command_id: str) -> AppliedCommand | None:
        of_it = {"of": request_id, "command": command_id}
        async with self._database.glancing() as connection:
            row = (await connection.execute(_FORGOTTEN, of_it)).mappings().one_or_none()
            return None if row is None else applied_in(row, AppliedCommand)

    async def facts(self, opening: CareRequestOpening) -> LicenceFacts:
        async with self._database.glancing() as connection:
            return await licence_facts(connection, opening)

    async def opening(self, request_id: str) -> CareRequestOpening | None:
        async with self._database.glancing() as connection:
            opening: CareRequestOpening | None = await connection.scalar(_OPENING, {"of": request_id})
            return opening

    async def opened(self, request_id: str) -> tuple[CareRequestOpening | None, RequestView | None]:
        async with self._database.glancing() as connection:
            row = (await connection.execute(_OPENED, {"of": request_id})).one_or_none()
            return (None, None) if row is None else (row.opening, row.view)

    async def waiting_for_settlement(self, licence_id: str) -> Sequence[str]:
        asked_first = REFUND_INTENTS.c.request_id == REQUESTS.c.request_id
        query = (
            select(REQUESTS.c.request_id)
            .join(
                REFUND_INTENTS,
                and_(
                    REFUND_INTENTS.c.licence_id == REQUESTS.c.licence_id,
                    REFUND_INTENTS.c.purpose == PURCHASE_PRICE,
                ),
            )
            .where(REQUESTS.c.licence_id == licence_id, REQUESTS.c.state.in_(_UNSETTLED))
            .order_by(asked_first.desc(), REQUESTS.c.opened_at, REQUESTS.c.request_id)
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    async def refund_has_failed(self, licence_id: str) -> bool:
        failed = select(REFUND_INTENTS.c.id).where(
            REFUND_INTENTS.c.licence_id == licence_id,
            REFUND_INTENTS.c.purpose == PURCHASE_PRICE,
            REFUND_INTENTS.c.status == IntentStatus.FAILED,
        )
        by_hand = select(REQUESTS.c.view).where(
            REQUESTS.c.licence_id == licence_id, REQUESTS.c.state == CareStateName.REFUND_MANUAL
        )
        async with self._database.reading() as connection:
            if await connection.scalar(failed) is not None:
                return True
            views: Sequence[RequestView] = list(await connection.scalars(by_hand))
        refunds = [view.refund for view in views]
        return any(one is not None and one.manual_reason == SETTLED_AS_FAILED for one in refunds)

    async def paid_with(self, payment_ref: str) -> Sequence[str]:
        query = (
            select(REQUESTS.c.request_id)
            .join(LICENCES, LICENCES.c.id == REQUESTS.c.licence_id)
            .where(LICENCES.c.payment_ref == payment_ref, REQUESTS.c.outcome.is_(None))
            .order_by(REQUESTS.c.opened_at, REQUESTS.c.request_id)
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    async def keep_dispute(self, news: ChargebackNews) -> DisputeStanding:
        async with self._database.writing() as connection:
            return await keep_dispute(connection, news)

    async def prices_paid_with(self, payment_ref: str) -> Sequence[Money]:
        columns = (LICENCES.c.price_amount, LICENCES.c.price_currency, LICENCES.c.refunded_before)
        query = select(*columns).where(LICENCES.c.payment_ref == payment_ref)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [
                amount_owed(PricePaid(amount=amount, currency=currency, refunded_before=before))
                for amount, currency, before in rows
            ]


async def _view(connection: AsyncConnection, request_id: str) -> RequestView | None:
    view: RequestView | None = await connection.scalar(_VIEW, {"of": request_id})
    return view


def _conditions(wanted: RequestFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.seller_id is not None:
        conditions.append(REQUESTS.c.seller_id == wanted.seller_id)
    if wanted.product_id is not None:
        conditions.append(REQUESTS.c.product_id == wanted.product_id)
    if wanted.state is not None:
        conditions.append(REQUESTS.c.state == wanted.state)
    if wanted.open_only:
        conditions.append(REQUESTS.c.outcome.is_(None))
    if wanted.breached_only:
        conditions.append(REQUESTS.c.breached.is_(True))
    if wanted.due_before is not None:
        conditions.append(REQUESTS.c.next_due_at < wanted.due_before)
    return conditions
