"""What is started every morning, recorded: it is lived once, and replayed for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowHandle

from adapters.embedded_server import SkippingServer
from tests.lives.world import World
from workflows.names import OPERATOR_DIGEST, RECORDS_CHECK, TASK_QUEUE


@dataclass
class LivingCheck:
    """A workflow that was started as its schedule starts it."""

    server: SkippingServer
    handle: WorkflowHandle[Any, Any]

    async def ends(self) -> object:
        return await self.handle.result()


async def records_check(world: World) -> LivingCheck:
    """A request was terminated by hand: the check finds it."""
    request = await world.opens()
    await request.handle.terminate("by mistake")
    handle = await world.server.client.start_workflow(
        RECORDS_CHECK, {}, id="records-check-2031-03-04", task_queue=TASK_QUEUE
    )
    return LivingCheck(world.server, handle)


async def operator_digest(world: World) -> LivingCheck:
    """A request waits for its seller, and the operator is told that there is nothing to do."""
    await world.opens()
    handle = await world.server.client.start_workflow(
        OPERATOR_DIGEST, {}, id="operator-digest-2031-03-04", task_queue=TASK_QUEUE
    )
    return LivingCheck(world.server, handle)


RECORDED: dict[str, Callable[[World], Awaitable[LivingCheck]]] = {
    "records_check": records_check,
    "operator_digest": operator_digest,
}
