"""The records as the steps of a workflow use them: the port `CareRecords`."""

from datetime import date, datetime

from sqlalchemy import Column, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.records.catalogue_tables import CARE_SUBSCRIPTIONS
from adapters.records.database import Database
from adapters.records.licence_facts import find_licence, licence_facts
from adapters.records.places import local_day, place_of
from adapters.records.request_tables import REQUESTS
from adapters.records.steps import store_step
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.views import RequestView, StepRecord

_FINISHED = select(REQUESTS.c.view).where(
    REQUESTS.c.request_id == bindparam("request_id"), REQUESTS.c.outcome.is_not(None)
)


class SqlCareRecords:
    """`CareRecords` in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def licence_facts(self, opening: CareRequestOpening) -> LicenceFacts:
        async with self._database.glancing() as connection:
            return await licence_facts(connection, opening)

    async def finished(self, request_id: str) -> RequestView | None:
        async with self._database.glancing() as connection:
            view: RequestView | None = await connection.scalar(_FINISHED, {"request_id": request_id})
            return view

    async def store(self, step: StepRecord) -> None:
        async with self._database.writing() as connection:
            await store_step(connection, step)

    async def end_care(self, licence_id: str, at: datetime) -> None:
        async with self._database.writing() as connection:
            await set_day_once(connection, CARE_SUBSCRIPTIONS.c.ended_on, licence_id, at)

    async def cancel_renewal(self, licence_id: str, at: datetime) -> None:
        async with self._database.writing() as connection:
            await set_day_once(connection, CARE_SUBSCRIPTIONS.c.renewal_cancelled_on, licence_id, at)


async def set_day_once(
    connection: AsyncConnection, column: Column[date], licence_id: str, at: datetime
) -> None:
    """Put the seller's local day of `at` into a column of the licence's care, unless one stands there."""
    licence = await find_licence(connection, licence_id)
    await connection.execute(
        update(CARE_SUBSCRIPTIONS)
        .where(CARE_SUBSCRIPTIONS.c.licence_id == licence_id, column.is_(None))
        .values({column: local_day(at, place_of(licence))})
    )
