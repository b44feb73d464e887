"""A worker put together as the product's own, with named points at which it can be killed."""

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from temporalio import client as temporal_client
from temporalio import worker as temporal_worker

from adapters.logs import forwarding_runtime, logging_to
from adapters.mail.folder import FolderMailbox
from adapters.notice_delivery import deliver_forever
from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.opened import OperatorDesk, Records
from adapters.settings import Language, LogFormat
from adapters.temporal import connect
from business_care.errors import StepFailed
from business_care.ports import CareRecords, Mail, Mailbox, PaymentProvider, Payments
from business_care.reconciliation import MadeRefund
from business_care.refund import RefundAnswer, RefundOrder
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.views import RequestView, StepRecord
from console.assembly import SIMULATED, Parties, care_worker, parties
from tests.chaos.diary import Diary
from tests.chaos.kill_points import KillPoints
from tests.chaos.processes import die_with_parent


@dataclasses.dataclass(frozen=True)
class MortalProvider:
    """The payment provider, asked by a process that may die before and after the call."""

    inner: PaymentProvider
    points: KillPoints

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        return await self.inner.find_refund(order, at)

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        self.points.reach("before_payment")
        try:
            return await self.inner.create_refund(order, at)
        finally:
            self.points.reach("after_payment")

    def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        return self.inner.refunds_made(at)


@dataclasses.dataclass(frozen=True)
class MortalPayments:
    """`Payments` of a process that may die before it has kept its intent."""

    inner: Payments
    points: KillPoints

    async def stopped(self, seller_id: str) -> bool:
        return await self.inner.stopped(seller_id)

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        self.points.reach("before_intent")
        return await self.inner.pay_back(order, at)

    async def look_up(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        return await self.inner.look_up(order, at)


@dataclasses.dataclass(frozen=True)
class MortalRecords:
    """`CareRecords` of a process that may die around each step that it stores."""

    inner: CareRecords
    points: KillPoints

    async def licence_facts(self, opening: CareRequestOpening) -> LicenceFacts:
        return await self.inner.licence_facts(opening)

    async def finished(self, request_id: str) -> RequestView | None:
        return await self.inner.finished(request_id)

    async def store(self, step: StepRecord) -> None:
        self.points.reach("before_store")
        await self.inner.store(step)
        self.points.reach("after_store")

    async def end_care(self, licence_id: str, at: datetime) -> None:
        await self.inner.end_care(licence_id, at)
        self.points.reach("between_care_and_renewal")

    async def cancel_renewal(self, licence_id: str, at: datetime) -> None:
        await self.inner.cancel_renewal(licence_id, at)


@dataclasses.dataclass(frozen=True)
class MortalMailbox:
    """A mailbox that remembers each delivery, of a process that may die before the records know of it."""

    inner: Mailbox
    log: Diary
    points: KillPoints

    async def deliver(self, mail: Mail) -> None:
        await self.inner.deliver(mail)
        self.log.outcome(mail.key, 1, "delivered", to=mail.to, subject=mail.subject)
        self.points.reach("after_mail")


class BeforeTheReport(temporal_client.Interceptor, temporal_worker.Interceptor):
    """Dies when a payment is made and its completion has not been reported yet."""

    def __init__(self, points: KillPoints) -> None:
        self.points = points

    def intercept_activity(
        self,
        next: temporal_worker.ActivityInboundInterceptor,  # noqa: A002 -- the SDK's name
    ) -> temporal_worker.ActivityInboundInterceptor:
        return _BeforeTheReport(next, self.points)


class _BeforeTheReport(temporal_worker.ActivityInboundInterceptor):
    def __init__(self, inner: temporal_worker.ActivityInboundInterceptor, points: KillPoints) -> None:
        super().__init__(inner)
        self._points = points

    async def execute_activity(
        self,
        input: temporal_worker.ExecuteActivityInput,  # noqa: A002 -- the SDK's name
    ) -> Any:
        result = await super().execute_activity(input)
        if input.fn.__name__ == "pay_back":
            self._points.reach("before_report")
        return result


def mortal_parties(records: Records, points: KillPoints) -> Parties:
    """The product's own parties, with the points in between."""
    whole = parties(records, SIMULATED)
    payments = OncePayments(records.database, MortalProvider(SimulatedProvider(records.database), points))
    return dataclasses.replace(
        whole, records=MortalRecords(whole.records, points), payments=MortalPayments(payments, points)
    )


def has_begun(folder: Path, name: str) -> bool:
    """Whether the worker of this name has worked at some time in this run."""
    return _sign(folder, name).exists()


def _sign(folder: Path, name: str) -> Path:
    return folder / f"{name}.begun"


async def work(folder: Path, target: str, name: str) -> None:
    """Work until the end of the process."""
    points = KillPoints(folder)
    client = await connect(
        {"TEMPORAL_ADDRESS": target}, interceptors=[BeforeTheReport(points)], runtime=forwarding_runtime()
    )
    async with Records.open(f"sqlite:///{folder / 'records.db'}") as records:
        mailbox = MortalMailbox(FolderMailbox(folder / "mail"), Diary(folder / "mail.jsonl"), points)
        desk = OperatorDesk(address="operator@market.example", language=Language.EN)
        async with (
            asyncio.TaskGroup() as together,
            care_worker(client, mortal_parties(records, points)),
        ):
            _sign(folder, name).touch()
            sender = deliver_forever(records.notices(desk), mailbox, "care@market.example", asyncio.Event())
            await together.create_task(sender)


def main(folder: Path, target: str, name: str) -> None:
    """The whole process."""
    die_with_parent()
    code = 1
    with logging_to(LogFormat.JSON, file=folder / "logs" / f"{name}.log", level="warning"):
        try:
            asyncio.run(work(folder, target, name))
        except* StepFailed:
            code = 3
        finally:
            os._exit(code)
