"""What a happy life costs, exactly: a change of these numbers is a decision, not an accident."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from adapters.public_holidays import PublicHolidays
from business_care.commands import Acknowledge, ConfirmFix, Fix
from business_care.people import Actor, Role
from gateway.client import CareGateway
from tests.lives.catalogue import Bought
from tests.lives.world import World
from workflows.names import care_request_id

EVENTS = 38
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


def billable_actions(history: list[HistoryEvent]) -> int:
    """As Temporal Cloud counts; local activities are one action for each task that ran any."""
    count = Counter(event.event_type for event in history)
    each = (
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    )
    with_local_ones = {
        event.marker_recorded_event_attributes.workflow_task_completed_event_id
        for event in history
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    }
    return sum(count[kind] for kind in each) + len(with_local_ones)


async def test_a_happy_life_costs_what_was_decided(world: World) -> None:
    history = await happy_life(world)

    tasks = [event for event in history if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    costs = (len(history), len(tasks), billable_actions(history))
    assert costs == (EVENTS, WORKFLOW_TASKS, BILLABLE_ACTIONS)
