"""Plugs the gateway together for one command: settings, records, the connection to Temporal."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client, Interceptor

from adapters.encryption.converter import data_converter
from adapters.public_holidays import PublicHolidays
from adapters.records.opened import Records
from adapters.settings import Settings, SettingsRefused, load_settings, temporal_environment
from adapters.temporal import connect
from adapters.traced import traced
from console.ending import WrongUsage
from gateway.client import PATIENCE, CareGateway, now
from gateway.products import ProductGateway
from gateway.recorded_deactivations import RecordedDeactivations
from gateway.records_desk import RecordsDesk


@dataclass(frozen=True)
class Gateways:
    """Both gateways over one connection and the same records."""

    care: CareGateway
    products: ProductGateway


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
async def opened_gateways() -> AsyncIterator[Gateways]:
    """Both gateways over the records and the Temporal server of the settings."""
    async with opened_records() as records:
        try:
            with traced(settings().tracing_endpoint) as interceptors:
                yield await gateways_over(records, interceptors=interceptors)
        except SettingsRefused as refused:
            raise WrongUsage(str(refused)) from None


@asynccontextmanager
async def opened_gateway() -> AsyncIterator[CareGateway]:
    """The gateway of requests."""
    async with opened_gateways() as gateways:
        yield gateways.care


@asynccontextmanager
async def opened_product_gateway() -> AsyncIterator[ProductGateway]:
    """The gateway of products that are switched off."""
    async with opened_gateways() as gateways:
        yield gateways.products


@asynccontextmanager
async def opened_desk() -> AsyncIterator[RecordsDesk]:
    """What needs the records alone, so that it can be done while no server answers."""
    async with opened_records() as records:
        yield RecordsDesk(records.closures, records.switches, now)


@asynccontextmanager
async def opened_deactivations() -> AsyncIterator[RecordedDeactivations]:
    """Products that are switched off, as the records alone tell them."""
    async with opened_records() as records:
        yield RecordedDeactivations(records.deactivations)


async def opened_client(interceptors: Sequence[Interceptor] = ()) -> Client:
    """The connection to the Temporal server of the settings.

    Raises `ServerUnreachable`, `ConnectionSettingsRefused`.
    """
    keyring = settings().keyring  # before the environment is read: what can't be used there is told
    return await connect(
        temporal_environment(), data_converter=data_converter(keyring), interceptors=interceptors
    )


async def gateways_over(
    records: Records, patience: timedelta = PATIENCE, interceptors: Sequence[Interceptor] = ()
) -> Gateways:
    """Both gateways once a Temporal server answers.

    Raises `ServerUnreachable`, `ConnectionSettingsRefused`.
    """
    client = await opened_client(interceptors)
    care = CareGateway(
        client=client,
        directory=records.directory,
        commands=records.commands,
        closures=records.closures,
        switches=records.switches,
        deactivations=records.deactivations,
        recoveries=records.recoveries,
        planner=PublicHolidays(settings().extra_days),
        patience=patience,
    )
    products = ProductGateway(
        client=client, directory=records.deactivations, commands=records.commands, patience=patience
    )
    return Gateways(care=care, products=products)
