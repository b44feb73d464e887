"""What a happy life costs, exactly: a change of these numbers is a decision, not an accident."""

from datetime import UTC, datetime, timedelta

from temporalio.api.history.v1 import HistoryEvent

from adapters.public_holidays import PublicHolidays
from benchmarks.history_costs import costs_of
from business_care.commands import Acknowledge, ConfirmFix, Fix
from business_care.people import Actor, Role
from gateway.client import CareGateway
from tests.lives.catalogue import Bought
from tests.lives.world import World
from workflows.names import care_request_id

EVENTS = 37
WORKFLOW_TASKS = 4
BILLABLE_ACTIONS = 15


async def happy_life(world: World) -> list[HistoryEvent]:
    """Opened, acknowledged, fixed and confirmed through our own client, at the real time."""
    gateway = CareGateway(
        client=world.server.client,
        directory=world.records.directory,
        commands=world.records.commands,
        closures=world.records.closures,
        switches=world.records.switches,
        deactivations=world.records.deactivations,
        recoveries=world.records.recoveries,
        planner=PublicHolidays(),
    )
    licence = await world.licence(Bought(care_from="2020-01-01"))
    opening = world.opening(licence, at=datetime.now(UTC) - timedelta(minutes=1))
    agent = Actor(role=Role.AGENT, id="A1", seller_id=licence.seller_id)
    customer = Actor(role=Role.CUSTOMER, id=licence.customer_id)
    await gateway.open_request(opening)
    await gateway.send(opening.request_id, Acknowledge(command_id="a", by=agent, message="We are on it"))
    await gateway.send(opening.request_id, Fix(command_id="b", by=agent, reference="v2.4.1"))
    await gateway.send(opening.request_id, ConfirmFix(command_id="c", by=customer))
    handle = world.server.client.get_workflow_handle(care_request_id(opening.request_id))
    await handle.result()
    return list((await handle.fetch_history()).events)


async def test_a_happy_life_costs_what_was_decided(world: World) -> None:
    history = await happy_life(world)

    costs = costs_of([history])
    assert (costs.events, costs.workflow_tasks, costs.billable_actions) == (
        EVENTS,
        WORKFLOW_TASKS,
        BILLABLE_ACTIONS,
    )
