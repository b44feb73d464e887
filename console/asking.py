"""Asks a request or a product, and falls back on the records when neither it nor its server answers (R63)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from adapters.records.opened import Records
from business_care.errors import RuleViolation, StepFailed, TemporarilyUnavailable
from console.composition import Gateways, gateways_over, opened_records
from console.ending import complain
from gateway.client import CareGateway
from gateway.products import ProductGateway
from gateway.reading import RecordedRequests
from gateway.recorded_deactivations import RecordedDeactivations

READING_PATIENCE = timedelta(seconds=10)

Answer = TypeVar("Answer")


async def ask(
    live: Callable[[CareGateway], Awaitable[Answer]],
    recorded: Callable[[RecordedRequests], Awaitable[Answer]],
) -> Answer:
    """Ask the running request, or else the records; a person is told which of them it was."""
    return await _ask(
        lambda gateways: live(gateways.care),
        lambda records: recorded(RecordedRequests(records.directory)),
    )


async def ask_product(
    live: Callable[[ProductGateway], Awaitable[Answer]],
    recorded: Callable[[RecordedDeactivations], Awaitable[Answer]],
) -> Answer:
    """Ask the deactivation that runs, or else the records; told like `ask`."""
    return await _ask(
        lambda gateways: live(gateways.products),
        lambda records: recorded(RecordedDeactivations(records.deactivations)),
    )


async def _ask(
    live: Callable[[Gateways], Awaitable[Answer]],
    recorded: Callable[[Records], Awaitable[Answer]],
) -> Answer:
    async with opened_records() as records:
        try:
            return await live(await gateways_over(records, READING_PATIENCE))
        except TemporarilyUnavailable as failure:
            answer = await _remembered(recorded(records), failure)
            complain(str(failure), "This is what the records hold; they may be a step behind.")
            return answer


async def _remembered(answer: Awaitable[Answer], failure: StepFailed) -> Answer:
    try:
        return await answer
    except (StepFailed, RuleViolation):
        # The records don't answer, or don't know it, which does not mean that there is no such request:
        # what went wrong first is what has to be mended.
        raise failure from None
