"""A worker that stops in the middle of its first payment, and waits there to be killed.

`python -m benchmarks.halting_worker WHERE FILE` makes the file when it has come there. Settings are those of
the worker.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from adapters.logs import forwarding_runtime, get_logger, logging_to
from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.records.opened import Records
from adapters.settings import Settings, load_settings, temporal_environment
from adapters.temporal import connect
from business_care.ports import PaymentProvider, Payments
from business_care.reconciliation import MadeRefund
from business_care.refund import RefundAnswer, RefundOrder
from console.assembly import Providers, care_worker, parties


class Halt(StrEnum):
    """Where a payment stops."""

    BEFORE_EFFECT = "before_effect"
    """The intent is kept, the provider has not been asked yet."""
    AFTER_EFFECT = "after_effect"
    """The money has moved, and nobody here knows."""
    BEFORE_REPORT = "before_report"
    """The answer is kept in the records, the server has not been told."""


@dataclass(frozen=True)
class HaltingProvider:
    """The port `PaymentProvider`: stops before or after the effect."""

    provider: PaymentProvider
    halt: Halt
    marker: Path

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        """As the provider finds it."""
        return await self.provider.find_refund(order, at)

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        """Stop before or after the provider has paid."""
        if self.halt is Halt.BEFORE_EFFECT:
            await _halted(self.marker)
        answer = await self.provider.create_refund(order, at)
        if self.halt is Halt.AFTER_EFFECT:
            await _halted(self.marker)
        return answer

    def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        """As the provider lists them."""
        return self.provider.refunds_made(at)


@dataclass(frozen=True)
class HaltingPayments:
    """The port `Payments`: stops when everything is kept and only the report is missing."""

    payments: Payments
    halt: Halt
    marker: Path

    async def stopped(self, seller_id: str) -> bool:
        """As the payment side says."""
        return await self.payments.stopped(seller_id)

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        """Stop when the answer is kept."""
        answer = await self.payments.pay_back(order, at)
        if self.halt is Halt.BEFORE_REPORT:
            await _halted(self.marker)
        return answer

    async def look_up(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        """As the payment side finds it."""
        return await self.payments.look_up(order, at)


async def work(settings: Settings, halt: Halt, marker: Path) -> None:
    """Work like every other worker, up to the first payment."""
    client = await connect(temporal_environment(), runtime=forwarding_runtime())
    async with Records.open(settings.database_url) as records:
        provider = HaltingProvider(LedgerProvider(records.database), halt, marker)
        halting = HaltingPayments(OncePayments(records.database, provider), halt, marker)
        async with care_worker(client, replace(parties(records, Providers()), payments=halting)):
            get_logger("worker").info("worker.started", halts=halt)
            await asyncio.Event().wait()


async def _halted(marker: Path) -> None:
    await asyncio.to_thread(marker.touch)
    await asyncio.Event().wait()


def main() -> None:
    """Work until killed."""
    halt, marker = sys.argv[1:]
    settings = load_settings()
    with logging_to(settings.log_format, file=settings.log_file, level=settings.log_level):
        asyncio.run(work(settings, Halt(halt), Path(marker)))


if __name__ == "__main__":
    main()
