"""The daily check, recorded: it is lived once, and replayed for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowHandle

from adapters.embedded_server import SkippingServer
from business_care.comparison import Comparison
from tests.lives.world import World
from workflows.names import RECORDS_CHECK, TASK_QUEUE


@dataclass
class LivingCheck:
    """A check that was started as the schedule starts it."""

    server: SkippingServer
    handle: WorkflowHandle[Any, Comparison]

    async def ends(self) -> Comparison:
        found: Comparison = await self.handle.result()
        return found


async def records_check(world: World) -> LivingCheck:
    """A request was terminated by hand: the check finds it."""
    request = await world.opens()
    await request.handle.terminate("by mistake")
    handle = await world.server.client.start_workflow(
        RECORDS_CHECK, {}, id="records-check-2031-03-04", task_queue=TASK_QUEUE
    )
    return LivingCheck(world.server, handle)


RECORDED: dict[str, Callable[[World], Awaitable[LivingCheck]]] = {"records_check": records_check}
