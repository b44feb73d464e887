"""Starts the workflow of a request, so that starting it twice is starting it once."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from business_care.calendar import CalendarRefused
from business_care.day_words import minute
from business_care.ports import DeadlinePlanner
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.views import CareStateName, OpenedAnswer
from workflows import names

_REUSE = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
"""A run that was terminated by hand, or could not read its start, may be started again; others not."""

_OPENED = "opened"
_CONFLICT = WorkflowIDConflictPolicy.USE_EXISTING

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Starter:
    """Starts runs at a Temporal server; with a planner, the first deadline can be searched for at once."""

    client: Client
    planner: DeadlinePlanner | None = None

    async def start_and_wait(
        self, opening: CareRequestOpening, facts: LicenceFacts | None, priority: Priority
    ) -> OpenedAnswer:
        """Start the request unless it runs, and wait until it tells its deadlines: one round trip."""
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            names.CARE_REQUEST,
            opening,
            id=names.care_request_id(opening.request_id),
            task_queue=names.TASK_QUEUE,
            id_conflict_policy=_CONFLICT,
            id_reuse_policy=_REUSE,
            search_attributes=self._attributes(opening, facts, at_once=True),
            static_summary=_summary(opening),
            static_details=_details(opening),
            priority=priority,
        )
        return await start_and_ask(self.client, operation, _OPENED, [], OpenedAnswer)

    async def start_later(
        self, opening: CareRequestOpening, facts: LicenceFacts | None, delay: timedelta
    ) -> None:
        """Start the request so that it takes its first step after `delay`."""
        await self.client.start_workflow(
            names.CARE_REQUEST,
            opening,
            id=names.care_request_id(opening.request_id),
            task_queue=names.TASK_QUEUE,
            id_conflict_policy=_CONFLICT,
            id_reuse_policy=_REUSE,
            search_attributes=self._attributes(opening, facts, at_once=False),
            static_summary=_summary(opening),
            static_details=_details(opening),
            start_delay=delay,
        )

    def _attributes(
        self, opening: CareRequestOpening, facts: LicenceFacts | None, *, at_once: bool
    ) -> TypedSearchAttributes:
        """What the first step would set: at the start it costs nothing, later an event and an action."""
        due = None if facts is None else self._first_due(opening, facts)
        told = at_once and due is not None
        state = CareStateName.AWAITING_ACKNOWLEDGEMENT if told else CareStateName.OPENING
        pairs: list[SearchAttributePair[Any]] = [
            SearchAttributePair(names.CARE_STATE, str(state)),
            SearchAttributePair(names.CARE_BREACHED, False),
        ]
        if facts is not None:
            pairs.append(SearchAttributePair(names.CARE_SELLER, facts.seller_id))
            pairs.append(SearchAttributePair(names.CARE_PRODUCT, facts.product_id))
        if due is not None:
            pairs.append(SearchAttributePair(names.CARE_DUE_AT, due))
        return TypedSearchAttributes(pairs)

    def _first_due(self, opening: CareRequestOpening, facts: LicenceFacts) -> datetime | None:
        if self.planner is None or not facts.care_active:
            return None
        policy = facts.policy
        try:
            plan = self.planner.plan(
                opening.opened_at,
                policy.acknowledge_business_days,
                facts.place,
                policy.profile,
                facts.closures,
            )
        except CalendarRefused:
            return None  # the request itself waits until its calendar is put in order (R15)
        return plan.due


def _summary(opening: CareRequestOpening) -> str:
    """What the Temporal UI shows beside the id: ids only (R62)."""
    return f"{opening.kind} {opening.request_id}, licence {opening.licence_id}"


def _details(opening: CareRequestOpening) -> str:
    """What the Temporal UI shows of a run as long as it is kept, in Markdown: ids and dates only (R62)."""
    return "\n".join(
        [
            "A customer's request under Business Care: acknowledged by a person in 1 business day and "
            "corrected in 30, or the price back, unless it is refused on one of six grounds.",
            "",
            f"- **request**: {opening.request_id} ({opening.kind})",
            f"- **licence**: {opening.licence_id}",
            f"- **opened**: {minute(opening.opened_at)}",
            "- **more**: the current details beside this; the queries `status`, `deadlines`, `journal`",
        ]
    )


async def start_and_ask(
    client: Client,
    operation: WithStartWorkflowOperation[Any, Any],
    update: str,
    args: Sequence[Any],
    answer: type[Answer],
) -> Answer:
    """Start a workflow unless it runs, and wait for its answer to an update: one round trip."""
    try:
        told: Answer = await client.execute_update_with_start_workflow(
            update,
            args=args,
            start_workflow_operation=operation,
            id=str(uuid4()),
            result_type=answer,
        )
    except BaseException:
        await _consume(operation)
        raise
    return told


async def _consume(operation: WithStartWorkflowOperation[Any, Any]) -> None:
    """Look at the start's own failure, the one being raised; unseen, it would be logged once more."""
    with contextlib.suppress(Exception):
        await asyncio.wait_for(operation.workflow_handle(), timeout=0.1)
