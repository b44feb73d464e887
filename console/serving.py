"""Runs a worker and the sender of notices side by side until told to stop."""

import asyncio
import signal
from datetime import timedelta

from temporalio.client import Client

from adapters.alive_file import told_alive
from adapters.encryption.uses import KeyUses
from adapters.mail.folder import FolderMailbox
from adapters.mail.smtp import SmtpMailbox
from adapters.notice_delivery import deliver_forever
from adapters.payments.opened import opened_provider
from adapters.public_holidays import PublicHolidays
from adapters.records.opened import OperatorDesk, Records
from adapters.settings import Settings
from business_care.ports import Mailbox
from console.assembly import Providers, WorkerSize, WorkerVersion, care_worker, parties
from console.key_noting import noting


def worker_size(settings: Settings) -> WorkerSize:
    """How much the settings let a worker do at a time."""
    return WorkerSize(
        workflow_tasks=settings.workflow_task_slots,
        activities=settings.activity_slots,
        activities_per_second=settings.activities_per_second,
        cached_workflows=settings.max_cached_workflows,
        graceful_shutdown=timedelta(seconds=settings.graceful_shutdown_seconds),
    )


def worker_version(settings: Settings) -> WorkerVersion | None:
    """Which build of which deployment the settings say that this is; None: versions are not told apart."""
    if settings.deployment_name is None or settings.build_id is None:
        return None
    return WorkerVersion(settings.deployment_name, settings.build_id)


def mailbox(settings: Settings) -> Mailbox:
    """Where notices go: the mail server if one is set, else a folder."""
    return SmtpMailbox(settings.smtp) if settings.smtp else FolderMailbox(settings.outbox_dir)


async def serve(
    client: Client, records: Records, settings: Settings, uses: KeyUses, stop: asyncio.Event
) -> None:
    """Work until `stop` is set, then finish what is under way, within the settings' grace.

    `uses` are noted by the client's codec, where there is one. Raises `SettingsRefused`, and what ends a
    worker: a server that refuses it, or a fault of its own.
    """
    providers = Providers(
        settings.payment_provider, settings.billing_provider, settings.billing_calls_per_second
    )
    desk = OperatorDesk(address=settings.operator_email, language=settings.operator_language)
    async with (
        opened_provider(records.database, settings) as paying,
        noting(uses, records.keys.note),
        asyncio.TaskGroup() as tasks,
    ):
        planner = PublicHolidays(settings.extra_days)
        of = parties(records, providers, paying, planner)
        worker = care_worker(client, of, worker_size(settings), worker_version(settings))
        notices = records.notices(desk)

        tasks.create_task(
            deliver_forever(notices, mailbox(settings), settings.mail_from, stop, gives_way=of.crowd.is_there)
        )
        async with told_alive(settings.alive_file, lambda: worker.is_running), worker:
            await stop.wait()


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C and a termination signal set."""
    stop = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    return stop
