"""A fix against the deadline, on a real worker: an accepted fix or a refund, never both, never neither."""

import asyncio
from datetime import timedelta
from enum import Enum

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from tests.lives.catalogue import Licence
from tests.lives.living import LivingRequest
from tests.lives.world import GRACE, RESOLVE_BY, World

RACES = 30
HEAD_START = timedelta(milliseconds=600)
A_MINUTE = timedelta(minutes=1)
STAGGER = timedelta(milliseconds=40)
KEPT, PAID_BACK = ("resolved", 0), ("refunded", 1)
TOO_LATE = ("refund_under_way", "request_closed", "AcceptedUpdateCompletedWorkflow")


class Answer(Enum):
    """What the sender of a fix learned."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOST = "lost"
    """The call was lost in the server: the sender has to ask again."""


async def test_an_accepted_fix_or_a_refund_never_both_and_never_neither(world: World) -> None:
    licences = [await world.licence() for _ in range(RACES)]
    # Begun late, so that nothing but the race is left to do; the deadline is that of Monday all the same.
    requests = await asyncio.gather(
        *(world.opens_late(licence, RESOLVE_BY + GRACE - A_MINUTE) for licence in licences)
    )
    await asyncio.gather(*(request.reaches(RESOLVE_BY + GRACE - HEAD_START) for request in requests))
    # Sent sooner or later from race to race, so that either side wins some of them.
    delays = [number * STAGGER for number in range(RACES)]

    answers = await asyncio.gather(
        *(race(request, delay) for request, delay in zip(requests, delays, strict=True))
    )

    ends = await asyncio.gather(
        *(end(world, request, licence) for request, licence in zip(requests, licences, strict=True))
    )
    assert set(ends) <= {KEPT, PAID_BACK}
    for answer, ended in zip(answers, ends, strict=True):
        assert answer is Answer.LOST or ended == (KEPT if answer is Answer.ACCEPTED else PAID_BACK)
    assert {Answer.ACCEPTED, Answer.REFUSED} <= set(answers), "one side won every race: nothing was shown"


async def race(request: LivingRequest, delay: timedelta) -> Answer:
    """What was answered to a fix that was sent while the last moment before the refund passed."""
    passing = asyncio.create_task(request.lets_pass(timedelta(seconds=1)))
    await asyncio.sleep(delay.total_seconds())
    try:
        await request.update("fix", reference="v2", occurred_at=RESOLVE_BY - timedelta(minutes=1))
    except WorkflowUpdateFailedError as failure:
        if isinstance(failure.cause, ApplicationError) and failure.cause.type in TOO_LATE:
            return Answer.REFUSED
        raise
    except RPCError as failure:
        return Answer.REFUSED if failure.status is RPCStatusCode.NOT_FOUND else Answer.LOST
    finally:
        await passing
    return Answer.ACCEPTED


async def end(world: World, request: LivingRequest, licence: Licence) -> tuple[str, int]:
    """The outcome when all windows are over, and how many refunds were sent."""
    await request.lets_pass(timedelta(days=30))
    ended = await request.ends()
    sent = await world.refund_of(licence)
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
        asyncio.gather(*(fix(number) for number in range(8))), request.lets_pass(timedelta(seconds=1))
    )
    ended = await end(world, request, licence)
    taken = (await request.events()).count("fix")
    assert ended == (KEPT if taken else PAID_BACK)
    if way == "update":
        assert sum(fixed) == taken
