"""Renewals of refunded licences at an outside billing service: cancelled there, then in our records (R43)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.billing.charges import CareEnd, ChargeReturns
from adapters.billing.outcomes import LONGEST_CODE, Outcome
from adapters.records.care_records import SqlCareRecords, set_day_once
from adapters.records.catalogue_tables import CARE_SUBSCRIPTIONS
from adapters.records.database import Database
from adapters.records.deactivation_tables import REFUNDED_RENEWALS
from adapters.records.journal_rows import notice_rows
from adapters.records.licence_facts import find_licence
from adapters.records.places import local_day, place_of
from adapters.records.renewal_counts import TroubleStatus
from adapters.records.request_tables import NOTICES
from adapters.records.upsert import insert_missing, put
from business_care.deactivation.charges import RenewalNotCancelled, RenewalOrder
from business_care.deactivation.ports import BillingProvider
from business_care.notices import Notice, NoticeAbout, NoticeKind
from business_care.people import THE_OPERATOR
from business_care.ports import Payments
from business_care.values import Identifier, Instant, Value, known

_CHARGE_IS_OPEN = (TroubleStatus.IN_FLIGHT, TroubleStatus.GIVING_BACK)


class OpenRenewal(Value):
    """A refunded licence for which something is still open at the billing service."""

    licence_id: Identifier
    status: str
    """A `TroubleStatus`: it renews there still, or a charge of it is open."""
    code: str
    since: Instant


@dataclass(frozen=True)
class _Standing:
    """How a refunded licence stands in our records, before the billing service is asked."""

    end: CareEnd
    renews: bool
    open: TroubleStatus | None


async def open_renewals(database: Database) -> Sequence[OpenRenewal]:
    """What is still open, by licence."""
    query = select(REFUNDED_RENEWALS).order_by(REFUNDED_RENEWALS.c.licence_id)
    async with database.reading() as connection:
        return [OpenRenewal(**row) for row in (await connection.execute(query)).mappings()]


class RefundedRenewals:
    """Cancels the renewal of a refunded licence, and remembers what that leaves open.

    A service that is down is asked again by whoever called (`TemporarilyUnavailable`). Whatever else it
    answers lets the request close: what is open then is kept, told to the operator, and looked at again when
    the operator says so.
    """

    def __init__(self, database: Database, provider: BillingProvider, payments: Payments) -> None:
        self._database = database
        self._provider = provider
        self._returns = ChargeReturns(payments)

    async def cancel(self, licence_id: str, at: datetime) -> None:
        """Cancel at the billing service, then in our records; done before, it changes nothing."""
        standing = await self._standing(licence_id, at)
        renewal = RenewalOrder(licence_id=licence_id, cause_id=licence_id)
        if standing.open in _CHARGE_IS_OPEN:
            charge = await self._provider.find_charge(renewal, at)
            outcome = await self._returns.outcome_later(standing.end, renewal, charge)
        elif standing.renews:
            outcome = await self._ask(standing.end, renewal)
        elif standing.open is TroubleStatus.BY_HAND:
            return
        else:
            # Who had opted out is charged by nobody; what was cancelled before is cancelled.
            outcome = Outcome(licence_id)
        await self._keep(outcome, at)

    async def try_again(self, at: datetime) -> Sequence[OpenRenewal]:
        """Ask again about all that is open, one after the other; what is open afterwards."""
        for waiting in await open_renewals(self._database):
            await self.cancel(waiting.licence_id, at)
        return await open_renewals(self._database)

    async def _ask(self, end: CareEnd, renewal: RenewalOrder) -> Outcome:
        try:
            answer = await self._provider.cancel_renewal(renewal, end.at)
        except RenewalNotCancelled as refused:
            return Outcome(renewal.licence_id, TroubleStatus.FAILED, refused.code)
        return await self._returns.outcome_of(end, renewal, answer)

    async def _standing(self, licence_id: str, at: datetime) -> _Standing:
        query = select(REFUNDED_RENEWALS.c.status).where(REFUNDED_RENEWALS.c.licence_id == licence_id)
        async with self._database.reading() as connection:
            licence = await find_licence(connection, licence_id)
            status: str | None = await connection.scalar(query)
        ended_on: date = licence["ended_on"] or local_day(at, place_of(licence))
        return _Standing(
            CareEnd(seller_id=licence["seller_id"], on=ended_on, at=at),
            renews=bool(licence["auto_renew"]) and licence["renewal_cancelled_on"] is None,
            open=None if status is None else TroubleStatus(status),
        )

    async def _keep(self, outcome: Outcome, at: datetime) -> None:
        """Keep what became of it, our own cancellation and the operator's notice, all or nothing."""
        licence_id, cancelled_on = outcome.licence_id, CARE_SUBSCRIPTIONS.c.renewal_cancelled_on
        async with self._database.writing() as connection:
            if outcome.is_cancelled:
                await set_day_once(connection, cancelled_on, licence_id, at)
            elif await _is_cancelled(connection, licence_id):
                # An attempt that was taken for dead, and was not, comes late behind one that has succeeded.
                return
            if outcome.trouble is not None:
                await _keep_open(connection, outcome, at)
            else:
                of_licence = REFUNDED_RENEWALS.c.licence_id == licence_id
                await connection.execute(delete(REFUNDED_RENEWALS).where(of_licence))


class CareRecordsThroughBilling(SqlCareRecords):
    """`CareRecords` where a billing service outside charges the renewals."""

    def __init__(self, database: Database, renewals: RefundedRenewals) -> None:
        super().__init__(database)
        self._renewals = renewals

    async def cancel_renewal(self, licence_id: str, at: datetime) -> None:
        await self._renewals.cancel(licence_id, at)


async def _is_cancelled(connection: AsyncConnection, licence_id: str) -> bool:
    query = select(CARE_SUBSCRIPTIONS.c.renewal_cancelled_on).where(
        CARE_SUBSCRIPTIONS.c.licence_id == licence_id
    )
    return await connection.scalar(query.with_for_update()) is not None


async def _keep_open(connection: AsyncConnection, outcome: Outcome, at: datetime) -> None:
    """What stays as it was keeps its instant; the operator is told of each once."""
    code, status = outcome.code[:LONGEST_CODE], known(outcome.trouble)
    same = and_(
        REFUNDED_RENEWALS.c.licence_id == outcome.licence_id,
        REFUNDED_RENEWALS.c.status == status,
        REFUNDED_RENEWALS.c.code == code,
    )
    if (await connection.execute(select(REFUNDED_RENEWALS).where(same))).first() is not None:
        return
    row = {"licence_id": outcome.licence_id, "status": status, "code": code, "since": at}
    await put(connection, REFUNDED_RENEWALS, [row])
    notice = Notice(
        key=status,
        kind=NoticeKind.RENEWAL_LEFT_OPEN,
        to=THE_OPERATOR,
        at=at,
        data={"code": code},
    )
    rows = notice_rows(NoticeAbout.LICENCE, outcome.licence_id, [notice], datetime.now(UTC))
    await insert_missing(connection, NOTICES, rows)
