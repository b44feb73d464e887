"""Requests whose deadlines end at one instant: the first deadline of one half, the second of the other."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle

from temporalio.client import Client

from benchmarks.at_a_time import at_a_time
from benchmarks.open_requests import AT_A_TIME, Opened, Requests
from business_care.commands import ClockName


async def about_to_fall_due(
    requests: Requests,
    client: Client,
    wanted: int,
    lead: Callable[[timedelta], timedelta],
    few: int = AT_A_TIME,
) -> tuple[Mapping[Opened, ClockName], datetime]:
    """Which deadline of each request falls due, and when.

    `lead` says how far ahead that is, from how long it took to open the requests: to move a deadline takes
    less than to open a request, on the same machine in the same minute, as long as the worker remembers it.
    """
    begun = datetime.now(UTC)
    opened = await at_a_time([partial(requests.open, client)] * wanted, few)
    now = datetime.now(UTC)
    due = now + lead(now - begun)
    clocks = dict(zip(opened, cycle(ClockName), strict=False))
    await at_a_time(
        [partial(requests.move_deadline, client, one, clock, due) for one, clock in clocks.items()], few
    )
    return clocks, due
