"""Starts the workflow that switches a product off: one a product at a time, however often it is ordered."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.views import DeactivationAnswer
from business_care.deactivation.words import DeactivationPhase
from gateway.raw_command import RawCommand
from gateway.starting import start_and_ask
from workflows import names

_REUSE = WorkflowIDReusePolicy.ALLOW_DUPLICATE
"""A new deactivation may follow when the last has ended (R50)."""
_CONFLICT = WorkflowIDConflictPolicy.USE_EXISTING


@dataclass(frozen=True)
class DeactivationStarter:
    """Starts deactivations at a Temporal server."""

    client: Client

    async def order(self, order: Deactivate, product: ProductFacts) -> DeactivationAnswer:
        """Give the order to the deactivation that runs, or start one with it: one round trip."""
        raw = RawCommand.of(order)
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            names.PRODUCT_DEACTIVATION,
            raw.payload,
            id=names.product_deactivation_id(order.product_id),
            task_queue=names.TASK_QUEUE,
            id_conflict_policy=_CONFLICT,
            id_reuse_policy=_REUSE,
            search_attributes=_attributes(product),
            static_summary=_summary(order),
            static_details=_details(order),
        )
        return await start_and_ask(self.client, operation, order.NAME, [raw.payload], DeactivationAnswer)

    async def hand_over(self, order: Deactivate, product: ProductFacts) -> None:
        """Give the order as a signal, to the deactivation that runs or to one that starts with it."""
        await self._start(order, product, signals=True)

    async def order_later(self, order: Deactivate, product: ProductFacts, delay: timedelta) -> None:
        """Start a deactivation that takes its first step after `delay`, unless one runs."""
        await self._start(order, product, delay=delay)

    async def _start(
        self,
        order: Deactivate,
        product: ProductFacts,
        *,
        signals: bool = False,
        delay: timedelta | None = None,
    ) -> None:
        raw = RawCommand.of(order)
        await self.client.start_workflow(
            names.PRODUCT_DEACTIVATION,
            raw.payload,
            id=names.product_deactivation_id(order.product_id),
            task_queue=names.TASK_QUEUE,
            id_conflict_policy=_CONFLICT,
            id_reuse_policy=_REUSE,
            search_attributes=_attributes(product),
            static_summary=_summary(order),
            static_details=_details(order),
            start_signal=order.NAME if signals else None,
            start_signal_args=[raw.payload] if signals else [],
            start_delay=delay,
        )


def _attributes(product: ProductFacts) -> TypedSearchAttributes:
    """What the first step would set: at the start it costs nothing, later an event and an action."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(names.CARE_STATE, str(DeactivationPhase.ORDERED)),
            SearchAttributePair(names.CARE_SELLER, product.seller_id),
            SearchAttributePair(names.CARE_PRODUCT, product.product_id),
        ]
    )


def _summary(order: Deactivate) -> str:
    """What the Temporal UI shows beside the id: ids only (R62)."""
    return f"{order.kind} deactivation {order.command_id} of product {order.product_id}"


def _details(order: Deactivate) -> str:
    """What the Temporal UI shows of a run for as long as it can be seen, in Markdown: ids only (R62)."""
    return "\n".join(
        [
            "A product that is switched off: its bundles follow, and for good its customers' renewals too. "
            "Open requests about it go on.",
            "",
            f"- **product**: {order.product_id}",
            f"- **order**: {order.command_id}, {order.kind}",
            "- **right now**: the current details beside this, or the query `status`",
            "- **renewals**: the query `progress`",
            "- **what happened**: the query `journal`, refused messages included",
        ]
    )
