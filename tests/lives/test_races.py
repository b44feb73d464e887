"""A fix against the deadline, on a real worker: an accepted fix or a refund, never both, never neither."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.lives.catalogue import Licence
from tests.lives.living import LivingRequest
from tests.lives.world import GRACE, RESOLVE_BY, World

RACES = 30


async def test_an_accepted_fix_or_a_refund_never_both_and_never_neither(world: World) -> None:
    licences = [await world.licence() for _ in range(RACES)]
    requests = [await world.starts(licence) for licence in licences]
    # A lead that differs from race to race lets either side win some of them.
    leads = [timedelta(milliseconds=20 * (number % 15)) for number in range(RACES)]

    accepted = await asyncio.gather(
        *(race(request, lead) for request, lead in zip(requests, leads, strict=True))
    )

    ends = [await end(world, request, licence) for request, licence in zip(requests, licences, strict=True)]
    assert ends == [("resolved", 0) if won else ("refunded", 1) for won in accepted]


async def race(request: LivingRequest, lead: timedelta) -> bool:
    """Whether the fix was accepted that was sent while the last moment before the refund passed."""
    await request.reaches(RESOLVE_BY + GRACE - lead)
    fixing = asyncio.create_task(
        request.update("fix", reference="v2", occurred_at=RESOLVE_BY - timedelta(minutes=1))
    )
    await asyncio.gather(fixing, moves_past_the_deadline(request), return_exceptions=True)
    failure = fixing.exception()
    if failure is None:
        return True
    assert isinstance(failure, WorkflowUpdateFailedError), failure
    assert isinstance(failure.cause, ApplicationError)
    assert failure.cause.type in ("refund_under_way", "request_closed", "AcceptedUpdateCompletedWorkflow")
    return False


async def moves_past_the_deadline(request: LivingRequest) -> None:
    await request.server.fast_forward(request.handle, timedelta(seconds=1))


async def end(world: World, request: LivingRequest, licence: Licence) -> tuple[str, int]:
    """The outcome when all windows are over, and how many refunds were sent."""
    await request.server.fast_forward(request.handle, timedelta(days=30))
    sent = await world.refund_of(licence)
    ended = await request.ends()
    assert ended.outcome is not None
    return str(ended.outcome), 0 if sent is None else sent.attempts


@pytest.mark.parametrize("way", ["update", "signal"])
async def test_of_many_fixes_at_the_deadline_the_answers_agree_with_the_end(world: World, way: str) -> None:
    licence = await world.licence()
    request = await world.opens_on(licence)
    await request.reaches(RESOLVE_BY + GRACE - timedelta(milliseconds=50))
    in_time = RESOLVE_BY - timedelta(minutes=1)

    async def fix(number: int) -> bool:
        if way == "signal":
            await request.signal("fix", reference=f"v{number}", occurred_at=in_time)
            return False
        try:
            await request.update("fix", reference=f"v{number}", occurred_at=in_time)
        except WorkflowUpdateFailedError:
            return False
        return True

    fixed, *_ = await asyncio.gather(
        asyncio.gather(*(fix(number) for number in range(8))), moves_past_the_deadline(request)
    )
    outcome, refunds = await end(world, request, licence)
    taken = (await request.events()).count("fix")
    assert (outcome, refunds) == (("resolved", 0) if taken else ("refunded", 1))
    if way == "update":
        assert sum(fixed) == taken
