"""The typed client for everything that callers do with products that are switched off."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio.client import Client
from temporalio.common import QueryRejectCondition

from business_care.commands import Command
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.party import demand_own_product
from business_care.deactivation.ports import DeactivationDirectory
from business_care.deactivation.renewals import CascadeProgress, FailedRenewal
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.views import DeactivationAnswer, DeactivationJournalView, DeactivationView
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import demand_role, same_command
from business_care.listing import CommandLogEntry
from business_care.ports import CommandLog
from gateway.client import PATIENCE, now
from gateway.deactivations import DeactivationAddressee, unknown_product
from gateway.delivering import Courier
from gateway.failures import RunIsOver, asking
from gateway.raw_command import RawCommand
from gateway.recorded_deactivations import RecordedDeactivations
from gateway.switching_off import DeactivationStarter

View = TypeVar("View", DeactivationView, DeactivationJournalView)

_PAUSES = (0.1, 0.5, 1.0)
"""Seconds before an order is given again that met the last moments of an earlier deactivation."""


@dataclass(frozen=True)
class ProductGateway:
    """Switches products off, sends commands to their deactivations, and reads what became of them.

    Every method raises `RuleViolation` where a rule says no, and `StepFailed` where the question could not be
    put. `clock` tells the instant of arrival, in UTC; `patience` is how long an answer is waited for.
    """

    client: Client
    directory: DeactivationDirectory
    commands: CommandLog
    clock: Callable[[], datetime] = now
    patience: timedelta = PATIENCE

    async def deactivate(self, order: Deactivate) -> DeactivationAnswer:
        """Order a product off the market, for a while or for good; again, the same order changes nothing.

        Raises:
            RuleViolation: `unknown_product`, `not_your_product`, `already_deactivated`, `until_out_of_range`,
            `command_id_reused` for another order under the same id.
        """
        answer = await self._courier.deliver(
            self._whom(order.product_id), RawCommand.of(order), lambda _: self._order(order)
        )
        if answer is None:
            raise AssertionError("an order always brings an answer")
        return answer

    async def deactivate_by_signal(self, order: Deactivate) -> DeactivationAnswer | None:
        """Give an order without waiting: None comes back, and how it was judged stands in the journal.

        Raises:
            RuleViolation: `unknown_product`, `not_your_product`, `command_id_reused`.
        """

        async def hand_over(_: object) -> DeactivationAnswer | None:
            product, earlier = await self._look_up(order)
            if earlier is not None:
                return earlier
            await DeactivationStarter(self.client).hand_over(order, product)
            return None

        return await self._courier.deliver(self._whom(order.product_id), RawCommand.of(order), hand_over)

    async def deactivate_later(self, order: Deactivate, delay: timedelta) -> None:
        """Give an order whose instants may lie ahead: its run takes its first step after `delay`.

        Raises:
            RuleViolation: `unknown_product`, `not_your_product`, `command_id_reused`.
        """

        async def start(_: object) -> DeactivationAnswer | None:
            product, earlier = await self._look_up(order)
            if earlier is None:
                await DeactivationStarter(self.client).order_later(order, product, delay)
            return earlier

        await self._courier.deliver(self._whom(order.product_id), RawCommand.of(order), start)

    async def send(self, product_id: str, command: Command | RawCommand) -> DeactivationAnswer:
        """Send a command to the product's deactivation and wait for its answer (R60, R61).

        The command is kept with its answer or its refusal. Sending the same command again is safe.

        Raises:
            RuleViolation: the code of the rule that says no; `unknown_product`, `unknown_deactivation`.
        """
        return await self._courier.ask(self._whom(product_id), command)

    async def send_as_signal(
        self, product_id: str, command: Command | RawCommand
    ) -> DeactivationAnswer | None:
        """Hand a command over without waiting for its answer: how it was judged stands in the journal."""
        return await self._courier.tell(self._whom(product_id), command)

    async def status(self, product_id: str, *, as_recorded: bool = False) -> DeactivationView:
        """The deactivation that stands, or else the last one; told by itself, or by the records.

        With `as_recorded` it is not asked: the records may be a step behind.

        Raises:
            RuleViolation: `unknown_product`, `unknown_deactivation`.
        """
        if not as_recorded:
            with suppress(RunIsOver):
                return await self._ask(product_id, "status", DeactivationView)
        return await self._recorded.status(product_id)

    async def journal(self, product_id: str, *, as_recorded: bool = False) -> DeactivationJournalView:
        """Everything that happened, rejected commands included (R63); read like the status."""
        if not as_recorded:
            with suppress(RunIsOver):
                return await self._ask(product_id, "journal", DeactivationJournalView)
        return await self._recorded.journal(product_id)

    async def progress(self, product_id: str) -> CascadeProgress:
        """How far the renewals are, from the records: they know every page, the workflow every slice.

        All counts are zero while nothing has been begun.
        """
        return await self._recorded.progress(product_id)

    async def failed_renewals(self, product_id: str) -> Sequence[FailedRenewal]:
        """Every renewal of the last deactivation that failed, or whose charge is to be given back by hand."""
        return await self._recorded.failed_renewals(product_id)

    async def commands_of(self, product_id: str) -> Sequence[CommandLogEntry]:
        """Every command about the product that went through a gateway, with its answer or its refusal."""
        return await self.commands.of_product(product_id)

    @property
    def _courier(self) -> Courier[DeactivationAnswer]:
        return Courier(self.client, self.commands, self.clock, self.patience)

    @property
    def _recorded(self) -> RecordedDeactivations:
        return RecordedDeactivations(self.directory)

    def _whom(self, product_id: str) -> DeactivationAddressee:
        return DeactivationAddressee(product_id, self.directory)

    async def _order(self, order: Deactivate) -> DeactivationAnswer:
        product, earlier = await self._look_up(order)
        if earlier is not None:
            return earlier
        for pause in _PAUSES:
            try:
                async with asking(str(self._whom(order.product_id).subject), self.patience):
                    return await DeactivationStarter(self.client).order(order, product)
            except RunIsOver:
                pass
            except RuleViolation as violation:
                if violation.code != ErrorCode.DEACTIVATION_ENDED:
                    raise
            # The last deactivation was about to end when the order met it.
            await asyncio.sleep(pause)
        return await DeactivationStarter(self.client).order(order, product)

    async def _look_up(self, order: Deactivate) -> tuple[ProductFacts, DeactivationAnswer | None]:
        """The product, and the answer if the order was taken before and has come to its end.

        Raises:
            RuleViolation: `role_not_allowed`, `unknown_product`, `not_your_product`, `command_id_reused`.
        """
        product = await self._demand_own_product(order)
        kept = await self.directory.stored(order.command_id)
        if kept is None:
            return product, None
        earlier = next(one for one in kept.applied if one.command_id == order.command_id)
        repeated = same_command(earlier, order)
        return product, repeated.answer_again() if kept.state.has_ended else None

    async def _demand_own_product(self, order: Deactivate) -> ProductFacts:
        demand_role(order)
        product = await self.directory.product(order.product_id)
        if product is None:
            raise unknown_product(order.product_id)
        demand_own_product(product, order)
        return product

    async def _ask(self, product_id: str, query: str, view: type[View]) -> View:
        whom = self._whom(product_id)
        async with asking(str(whom.subject), self.patience):
            # A closed run could answer too, but only by being replayed.
            answer: View = await self.client.get_workflow_handle(whom.workflow_id).query(
                query, result_type=view, reject_condition=QueryRejectCondition.NOT_OPEN
            )
            return answer
