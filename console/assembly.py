"""Puts a worker together: the steps over the parties they need, the workflows, and the size of it all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.calendar_steps import CalendarSteps
from activities.comparison_steps import ComparisonSteps
from activities.digest_steps import DigestSteps
from activities.opening_steps import OpeningSteps
from activities.payment_steps import PaymentSteps
from activities.product_steps import ProductSteps
from activities.record_steps import RecordSteps
from activities.recovery_steps import RecoverySteps
from activities.renewal_steps import RenewalSteps
from adapters.billing.opened import care_records, renewals
from adapters.payments.once import OncePayments
from adapters.payments.opened import embedded_provider
from adapters.public_holidays import PublicHolidays, data_versions
from adapters.records.opened import Records
from adapters.settings import BillingProviderName, PaymentProviderName
from adapters.throttle import Throttle
from adapters.workflow_runners import IN_PLACE, production_runner
from business_care.deactivation.ports import ProductRecords, Renewals
from business_care.ports import CareRecords, DeadlinePlanner, Digests, OpenRuns, PaymentProvider, Payments
from business_care.recovery.ports import RecoveryDirectory, RecoveryRecords
from gateway.comparing import Comparer
from gateway.precedence import Crowd
from workflows.care_request import CareRequest
from workflows.names import TASK_QUEUE
from workflows.operator_digest import OperatorDigest
from workflows.product_deactivation import ProductDeactivation
from workflows.records_check import RecordsCheck
from workflows.refund_recovery import RefundRecovery

WORKFLOWS = (CareRequest, ProductDeactivation, RefundRecovery, RecordsCheck, OperatorDigest)

SHORTEST_SPREAD_SECONDS = 10
"""Refunds that give way to a crowd of deadlines, however small, come apart over so long."""


@dataclass(frozen=True)
class Parties:
    """The outside parties that the workflows' steps speak to."""

    records: CareRecords
    planner: DeadlinePlanner
    payments: Payments
    products: ProductRecords
    renewals: Renewals
    recoveries: RecoveryRecords
    open_runs: OpenRuns
    digests: Digests
    open_recoveries: RecoveryDirectory
    crowd: Crowd


@dataclass(frozen=True)
class Providers:
    """Which services are asked outside: by default none, everything is done in the records."""

    payment: PaymentProviderName = PaymentProviderName.LEDGER
    billing: BillingProviderName = BillingProviderName.RECORDS
    billing_calls_per_second: int = 50


SIMULATED = Providers(PaymentProviderName.SIMULATED, BillingProviderName.SIMULATED, 1000)
"""Both simulated, with their knobs in the records: for scenarios, and for looking around."""


@dataclass(frozen=True)
class WorkerSize:
    """How much a worker does at a time, and how long it may take to stop."""

    workflow_tasks: int = 12
    activities: int = 50
    activities_per_second: int = 12
    cached_workflows: int = 500
    graceful_shutdown: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class WorkerVersion:
    """Which deployment this worker belongs to, and which build of it: tasks go to the build that is current.

    A run goes on with whatever build is current, unless an operator pins it to one (docs/deploying.md).
    """

    deployment: str
    build: str


def parties(
    records: Records,
    providers: Providers,
    paying: PaymentProvider | None = None,
    planner: DeadlinePlanner | None = None,
) -> Parties:
    """The records, the tables of public holidays, and the providers.

    `paying` was opened before, and is closed by whoever opened it; left out, it is the embedded one that
    `providers` names.
    """
    database = records.database
    payments = OncePayments(database, paying or embedded_provider(database, providers.payment))
    return Parties(
        records=care_records(database, providers.billing, payments),
        planner=planner or PublicHolidays(),
        payments=payments,
        products=records.products,
        recoveries=records.recoveries,
        open_runs=records.runs,
        digests=records.digests,
        open_recoveries=records.recoveries,
        renewals=renewals(database, providers.billing, payments, providers.billing_calls_per_second),
        crowd=Crowd(records.directory, lambda: datetime.now(UTC)),
    )


def steps(client: Client, of: Parties, refunds_per_second: float) -> list[Callable[..., Any]]:
    """Every activity of the task queue."""
    beginning, calendar, records, payments = (
        OpeningSteps(of.records, of.planner),
        CalendarSteps(of.planner),
        RecordSteps(of.records),
        PaymentSteps(
            of.payments, Throttle(refunds_per_second).turn, _spread_after(of.crowd, refunds_per_second)
        ),
    )
    products, of_renewals = ProductSteps(of.products), RenewalSteps(of.renewals)
    recoveries = RecoverySteps(of.recoveries)
    comparisons = ComparisonSteps(Comparer(client, of.open_runs, of.open_recoveries))
    return [
        beginning.look_up,
        beginning.plan_opening,
        calendar.plan_window,
        calendar.recount,
        calendar.plan_reminders,
        records.store,
        records.end_care,
        records.cancel_renewal,
        payments.payments_stopped,
        payments.pay_back,
        payments.look_up_refund,
        products.find_product,
        products.claim_id,
        products.switch_product,
        products.switch_bundles,
        products.store_deactivation,
        of_renewals.survey_renewals,
        of_renewals.cancel_renewals,
        of_renewals.settle_renewals,
        of_renewals.free_failed_renewals,
        recoveries.find_recovery,
        recoveries.store_recovery,
        comparisons.compare_with_records,
        DigestSteps(of.digests).write_digest,
    ]


def care_worker(
    client: Client, of: Parties, size: WorkerSize | None = None, version: WorkerVersion | None = None
) -> Worker:
    """A worker for every workflow and step of the task queue; without a version it takes every task.

    It then says which release it is. Left to itself the SDK would hash every module that is loaded, at each
    start, and write the hash into each request several times.
    """
    size = size or WorkerSize()
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=list(WORKFLOWS),
        activities=steps(client, of, size.activities_per_second),
        workflow_runner=production_runner(),
        # A task waits ten seconds, as by default, for the worker that remembers its run. With less, a worker
        # that is only busy loses tasks of a crowd, which costs the server more than it gains (decision 14).
        max_concurrent_workflow_tasks=size.workflow_tasks,
        max_concurrent_activities=size.activities,
        max_activities_per_second=size.activities_per_second,
        max_concurrent_local_activities=size.activities,
        max_cached_workflows=size.cached_workflows,
        debug_mode=IN_PLACE,
        graceful_shutdown_timeout=size.graceful_shutdown,
        build_id=data_versions().business_care if version is None else None,
        deployment_config=None if version is None else _deployment(version),
    )


def _spread_after(crowd: Crowd, per_second: float) -> Callable[[], Awaitable[int]]:
    """Over how many seconds the refunds come apart that the crowd may lead to; nought without a crowd.

    As if each of its deadlines led to one, at the pace of this worker, which knows of no other: as many
    refunds as that in a second can be more than it bears in a bad minute, and whoever sends a command would
    stand behind them.
    """

    async def seconds() -> int:
        size = await crowd.size()
        return max(SHORTEST_SPREAD_SECONDS, round(size / per_second)) if size else 0

    return seconds


def _deployment(version: WorkerVersion) -> WorkerDeploymentConfig:
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(version.deployment, version.build),
        use_worker_versioning=True,
        # Not at the workflows: a worker without a version would have every task refused.
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )
