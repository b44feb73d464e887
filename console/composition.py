"""Plugs the gateway together for one command: settings, records, the connection to Temporal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from adapters.public_holidays import PublicHolidays
from adapters.records.opened import Records
from adapters.settings import Settings, SettingsRefused, load_settings, temporal_environment
from adapters.temporal import connect
from console.ending import WrongUsage
from gateway.client import PATIENCE, CareGateway, now
from gateway.records_desk import RecordsDesk


def settings() -> Settings:
    """The settings of the environment. Raises `WrongUsage` for what can't be used."""
    try:
        return load_settings()
    except SettingsRefused as refused:
        raise WrongUsage(str(refused)) from None


@asynccontextmanager
async def opened_records() -> AsyncIterator[Records]:
    """The records at the address of the settings."""
    try:
        records = Records.open(settings().database_url)
    except ValueError as refused:
        raise WrongUsage(str(refused)) from None
    async with records:
        yield records


@asynccontextmanager
async def opened_gateway() -> AsyncIterator[CareGateway]:
    """The gateway over the records and the Temporal server of the settings."""
    async with opened_records() as records:
        yield await gateway_over(records)


@asynccontextmanager
async def opened_desk() -> AsyncIterator[RecordsDesk]:
    """What needs the records alone, so that it can be done while no server answers."""
    async with opened_records() as records:
        yield RecordsDesk(records.closures, records.switches, now)


async def gateway_over(records: Records, patience: timedelta = PATIENCE) -> CareGateway:
    """A gateway once a Temporal server answers. Raises `ServerUnreachable`, `ConnectionSettingsRefused`."""
    return CareGateway(
        client=await connect(temporal_environment()),
        directory=records.directory,
        commands=records.commands,
        closures=records.closures,
        switches=records.switches,
        planner=PublicHolidays(),
        patience=patience,
    )
