"""Timeouts and retries, named once for each kind of partner, and the two ways in which a step is done."""

import asyncio
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception
from temporalio.types import MethodAsyncSingleParam
from temporalio.workflow import ActivityConfig, LocalActivityConfig

from business_care.errors import StepFailed

Steps = TypeVar("Steps")
Given_contra = TypeVar("Given_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)
Answer = TypeVar("Answer")

QUICKLY = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=2),
    schedule_to_close_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_attempts=3
    ),
)
"""Our own records and calendars, as a local activity: three attempts within five seconds.

A local activity that retries for longer would hold back queries and updates.
"""

PATIENTLY = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=10),
    ),
)
"""The same partners when they are out of order: as a regular activity, for as long as it takes."""

DEATH_NOTICED_AFTER = timedelta(seconds=10)
"""How long the payment side may give no sign of life: then its worker has died, and another one goes on."""

THOROUGHLY = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=30), retry_policy=PATIENTLY.get("retry_policy")
)
"""A look at all that is open: after a restore the server is asked about each run that it does not list."""

PAYING = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=60),
    schedule_to_close_timeout=timedelta(hours=22),
    heartbeat_timeout=DEATH_NOTICED_AFTER,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=5), backoff_coefficient=2, maximum_interval=timedelta(hours=1)
    ),
)
"""The payment provider. It forgets idempotency keys after about a day: well before, we look what came of it.

One attempt looks and then pays, and a provider may take a quarter of a minute for each.
"""

WALKING = ActivityConfig(
    start_to_close_timeout=timedelta(days=2),
    heartbeat_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=10)
    ),
)
"""A step over many customers: as long as it takes, with signs of life, so that a death is noticed soon."""

IN_FLIGHT_FIRST_LOOK = timedelta(minutes=5)
IN_FLIGHT_SLOWEST_LOOK = timedelta(hours=1)
"""How often a billing service is asked for charges in flight, and the kill switch is looked at (R44, R56)."""

SETTLEMENT_POLL = timedelta(days=1)
KILL_SWITCH_FIRST_LOOK = timedelta(minutes=5)
KILL_SWITCH_SLOWEST_LOOK = timedelta(hours=1)
UNKNOWN_LICENCE_LOOK = timedelta(hours=1)
CALENDAR_PATIENCE = timedelta(hours=1)
"""After it the licence is looked up again: the seller's place in the records may have been wrong."""


class NotDoneQuickly(StepFailed):
    """Three attempts within five seconds failed."""


async def quickly(
    step: MethodAsyncSingleParam[Steps, Given_contra, Answer_co], given: Given_contra
) -> Answer_co:
    """Do a step as a local activity. Raises `NotDoneQuickly`."""
    try:
        return await workflow.execute_local_activity_method(step, given, **QUICKLY)
    except FailureError as failure:
        # A local activity raises its own error, not an `ActivityError`; let through, it would end the run.
        if is_cancelled_exception(failure):
            raise
        raise NotDoneQuickly("a step could not be done quickly") from failure


async def patiently(
    step: MethodAsyncSingleParam[Steps, Given_contra, Answer_co],
    given: Given_contra,
    summary: str,
    within: timedelta | None = None,
) -> Answer_co:
    """Do a step as a regular activity, retried without end, or until `within` is over (`ActivityError`)."""
    options = PATIENTLY.copy()
    options["summary"] = summary
    options["schedule_to_close_timeout"] = within
    return await workflow.execute_activity_method(step, given, **options)


async def thoroughly(
    step: MethodAsyncSingleParam[Steps, Given_contra, Answer_co],
    given: Given_contra,
    summary: str,
    within: timedelta,
) -> Answer_co:
    """Do a step that looks at all that is open, retried until `within` is over (`ActivityError`)."""
    options = THOROUGHLY.copy()
    options["summary"] = summary
    options["schedule_to_close_timeout"] = within
    return await workflow.execute_activity_method(step, given, **options)


async def asking_the_provider(
    step: MethodAsyncSingleParam[Steps, Given_contra, Answer_co], given: Given_contra, summary: str
) -> Answer_co:
    """Ask the payment provider, for as long as it takes; a worker that dies meanwhile is noticed soon."""
    options = PATIENTLY.copy()
    options["summary"] = summary
    options["heartbeat_timeout"] = DEATH_NOTICED_AFTER
    return await workflow.execute_activity_method(step, given, **options)


async def walking(
    step: MethodAsyncSingleParam[Steps, Given_contra, Answer_co], given: Given_contra, summary: str
) -> Answer_co:
    """Do a step over many customers, however long it takes and whatever dies on the way."""
    options = WALKING.copy()
    options["summary"] = summary
    return await workflow.execute_activity_method(step, given, **options)


async def surely(
    step: MethodAsyncSingleParam[Steps, Given_contra, Answer_co],
    given: Given_contra,
    summary: str,
    within: timedelta | None = None,
) -> Answer_co:
    """Do a step quickly, or else patiently: it will be done, unless `within` is over (`ActivityError`)."""
    try:
        return await quickly(step, given)
    except NotDoneQuickly:
        return await patiently(step, given, summary, within)


async def call_off(step: asyncio.Task[Answer]) -> None:
    """Cancel a step whose answer is moot by now, and wait until it has taken note."""
    step.cancel()
    await workflow.wait([step])
    if not step.cancelled():
        step.exception()  # looked at, so that nobody is warned of a failure that no one has seen
