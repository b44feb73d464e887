"""What `doctor` looks at: settings, server, worker, records, data of calendars, payments, mail.

What could lose money or promises is judged in `console.safety`, for a start as well.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

from temporalio.client import Client

from adapters.encryption.converter import data_converter
from adapters.payments.opened import opened_account
from adapters.records.migrations.standing import is_current
from adapters.records.opened import Records
from adapters.settings import (
    PaymentProviderName,
    Settings,
    SettingsRefused,
    temporal_environment,
    unknown_variables,
)
from adapters.temporal import connect
from business_care.errors import StepFailed
from console.calendar_check import calendars
from console.encryption_check import complaints, standings
from console.safety import dangers_of_records, dangers_of_server
from gateway.inspection import Finding, Verdict, inspect
from gateway.schedules import schedules

MAIL_SERVER_SECONDS = 5


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Every finding; what can't be reached is one too."""
    return (
        _settings(),
        *await _temporal(settings),
        await _records(settings.database_url),
        *await dangers_of_records(settings.database_url),
        await calendars(settings, datetime.now(UTC).date()),
        await _payments(settings),
        await _mail(settings),
    )


def _settings() -> Finding:
    unknown = unknown_variables()
    if unknown:
        return Finding(
            check="settings", verdict=Verdict.WARNING, detail=f"no such setting: {'; '.join(unknown)}"
        )
    return Finding(check="settings", verdict=Verdict.OK, detail="all can be used")


async def _temporal(settings: Settings) -> tuple[Finding, ...]:
    try:
        client = await connect(temporal_environment(), data_converter=data_converter(settings.keyring))
        return (
            *await inspect(client),
            await schedules(client),
            *await dangers_of_server(client),
            *await _keys(settings, client),
        )
    except StepFailed as failure:
        return (Finding(check="temporal", verdict=Verdict.WRONG, detail=str(failure)),)


async def _keys(settings: Settings, client: Client) -> tuple[Finding, ...]:
    """Whether every key is at hand that something open needs; nothing, where the records can't tell."""
    try:
        if not await is_current(settings.database_url):
            return ()
        async with Records.open(settings.database_url) as records:
            found = await standings(records.keys, settings.keyring, client)
    except (StepFailed, ValueError):
        return ()
    check = "encryption_keys"
    if wrong := complaints(found):
        return (Finding(check=check, verdict=Verdict.WRONG, detail="; ".join(wrong)),)
    locking = settings.keyring.locking
    detail = "messages are not locked" if locking is None else f"messages are locked with {locking.id}"
    return (Finding(check=check, verdict=Verdict.OK, detail=f"{detail}, and no key is missing"),)


async def _records(url: str) -> Finding:
    try:
        current = await is_current(url)
    except (StepFailed, ValueError) as failure:
        return Finding(check="records", verdict=Verdict.WRONG, detail=str(failure))
    if not current:
        return Finding(
            check="records",
            verdict=Verdict.WRONG,
            detail="the tables are not those of this version; run `business-care db upgrade`",
        )
    return Finding(check="records", verdict=Verdict.OK, detail="reached, and up to date")


async def _payments(settings: Settings) -> Finding:
    if settings.payment_provider is not PaymentProviderName.STRIPE:
        return Finding(
            check="payments",
            verdict=Verdict.OK,
            detail=f"refunds are paid by the {settings.payment_provider} provider, in the records",
        )
    try:
        async with opened_account(settings) as stripe:
            await stripe.check()
    except (SettingsRefused, StepFailed) as failure:
        return Finding(check="payments", verdict=Verdict.WRONG, detail=str(failure))
    if settings.stripe_webhook_secret is None:
        return Finding(
            check="payments",
            verdict=Verdict.WARNING,
            detail="Stripe takes the key; without a webhook secret, refunds under way are asked after daily",
        )
    return Finding(check="payments", verdict=Verdict.OK, detail="Stripe answers and takes the key")


async def _mail(settings: Settings) -> Finding:
    if settings.smtp is None:
        return await asyncio.to_thread(_outbox, settings.outbox_dir)
    server = f"{settings.smtp.host}:{settings.smtp.port}"
    try:
        async with asyncio.timeout(MAIL_SERVER_SECONDS):
            _, writer = await asyncio.open_connection(settings.smtp.host, settings.smtp.port)
    except (OSError, TimeoutError):
        return Finding(check="mail", verdict=Verdict.WRONG, detail=f"no mail server answers at {server}")
    writer.close()
    return Finding(check="mail", verdict=Verdict.OK, detail=f"the mail server at {server} answers")


def _outbox(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            check="mail",
            verdict=Verdict.WRONG,
            detail=f"the folder {folder} can't be written to: {error.strerror}",
        )
    return Finding(check="mail", verdict=Verdict.OK, detail=f"notices go to the folder {folder}")
