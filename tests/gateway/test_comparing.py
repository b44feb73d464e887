"""Nothing is forgotten: what is open in the records runs, and what runs is open there."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from adapters.records.opened import OperatorDesk
from adapters.records.request_tables import REQUESTS
from business_care.calendar import MARKETPLACE_PLACE
from business_care.comparison import LATE_AFTER, Comparison, Running
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.words import DeactivationKind
from gateway import schedules
from gateway.comparing import NEW_FOR, PATIENCE, Comparer
from tests.gateway.marketplace import ACKNOWLEDGE_BY, Marketplace
from tests.gateway.terminal import Typed
from workflows.names import OPERATOR_DIGEST, RECORDS_CHECK, TASK_QUEUE, care_request_id


async def compared(market: Marketplace, at: datetime | None = None) -> Comparison:
    comparer = Comparer(market.server.client, market.records.runs, market.records.recoveries)
    return await comparer.compare(at or datetime.now(UTC))


async def opened(market: Marketplace) -> str:
    """A request that runs, once the server lists it; its workflow's id."""
    opening = market.opening((await market.licence()).id)
    await market.gateway().open_request(opening)
    await market.lists(1)
    return care_request_id(opening.request_id)


def told(found: Comparison) -> list[tuple[str, str]]:
    return [(one.workflow_id, one.kind) for one in found.differences]


async def test_requests_and_products_that_run_are_as_they_should_be(alone: Marketplace) -> None:
    await opened(alone)
    product = await alone.product()
    await alone.products().deactivate(
        Deactivate(command_id="d1", by=product.seller, product_id=product.id, kind=DeactivationKind.TEMPORARY)
    )
    await alone.lists(2)

    found = await compared(alone)

    assert (found.open_in_records, found.running, told(found)) == (2, 2, [])


async def test_an_open_request_that_somebody_terminated_is_found(alone: Marketplace) -> None:
    workflow_id = await opened(alone)
    await alone.server.client.get_workflow_handle(workflow_id).terminate("by mistake")
    await alone.lists(0)

    assert told(await compared(alone)) == [(workflow_id, "not_running")]


async def test_a_run_that_began_after_the_look_and_is_not_listed_yet_runs(
    alone: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lists_nothing_yet(_: Comparer) -> dict[str, Running]:
        return {}

    monkeypatch.setattr(Comparer, "_running", lists_nothing_yet)
    begun = datetime.now(UTC)
    await alone.gateway().open_request(alone.opening((await alone.licence()).id))

    assert told(await compared(alone, begun)) == []


async def test_a_run_that_the_records_do_not_know_is_found_when_it_is_no_longer_new(
    alone: Marketplace,
) -> None:
    workflow_id = await opened(alone)
    async with alone.records.database.writing() as connection:
        await connection.execute(update(REQUESTS).values(outcome="resolved"))

    assert told(await compared(alone)) == []
    later = datetime.now(UTC) + NEW_FOR + timedelta(seconds=1)
    assert told(await compared(alone, later)) == [(workflow_id, "not_open")]


async def test_a_deadline_that_passed_long_ago_without_a_trace_is_found(alone: Marketplace) -> None:
    workflow_id = await opened(alone)

    assert told(await compared(alone, ACKNOWLEDGE_BY + LATE_AFTER)) == []
    assert told(await compared(alone, ACKNOWLEDGE_BY + LATE_AFTER + timedelta(minutes=1))) == [
        (workflow_id, "late")
    ]


async def test_the_server_starts_the_check_every_morning_and_its_result_is_there_to_read(
    alone: Marketplace,
) -> None:
    client = alone.server.client
    workflow_id = await opened(alone)
    await client.get_workflow_handle(workflow_id).terminate("by mistake")
    await alone.lists(0)

    assert (await schedules.schedules(client)).verdict == "warning"
    await schedules.keep_schedules(client, MARKETPLACE_PLACE.timezone)
    await schedules.keep_schedules(client, MARKETPLACE_PLACE.timezone)
    await client.get_schedule_handle(schedules.RECORDS_CHECK.id).trigger()

    finding = await schedules.schedules(client)
    assert (finding.verdict, finding.check) == ("ok", "schedules")
    assert told(await result_of_the_check(alone)) == [(workflow_id, "not_running")]


async def result_of_the_check(market: Marketplace) -> Comparison:
    for _ in range(200):
        async for run in market.server.client.list_workflows(f"WorkflowType = '{RECORDS_CHECK}'"):
            checking = market.server.client.get_workflow_handle(run.id, result_type=Comparison)
            result: Comparison = await checking.result()
            return result
        await asyncio.sleep(0.05)
    pytest.fail("the schedule started nothing")


async def test_the_operator_is_told_once_a_day_what_there_is_to_look_at(alone: Marketplace) -> None:
    client = alone.server.client
    await opened(alone)
    await schedules.keep_schedules(client, MARKETPLACE_PLACE.timezone)

    for _ in range(2):
        await client.get_schedule_handle(schedules.OPERATOR_DIGEST.id).trigger()
        await digests(alone)

    waiting = await alone.records.notices(OperatorDesk("operator@market.example")).undelivered(100)
    told = [queued.notice for queued in waiting if queued.about == "marketplace"]
    assert [notice.kind for notice in told] == ["operator_digest"]
    assert told[0].data == {
        "due_today": "0",
        "overdue": "0",
        "breached": "0",
        "waiting": "0",
        "refunds": "0",
        "differences": "0",
    }


async def digests(market: Marketplace) -> None:
    """Wait until a digest has been written, and none is under way."""
    written = f"WorkflowType = '{OPERATOR_DIGEST}' AND ExecutionStatus = 'Completed'"
    running = f"WorkflowType = '{OPERATOR_DIGEST}' AND ExecutionStatus = 'Running'"
    for _ in range(200):
        counts = [(await market.server.client.count_workflows(query)).count for query in (written, running)]
        if counts[0] and not counts[1]:
            return
        await asyncio.sleep(0.05)
    pytest.fail("no digest was written")


async def test_the_check_has_the_time_that_its_lists_and_many_missing_runs_take(alone: Marketplace) -> None:
    check = await alone.server.client.start_workflow(RECORDS_CHECK, {}, id="check", task_queue=TASK_QUEUE)
    await check.result()

    history = await check.fetch_history()

    (scheduled,) = [
        event.activity_task_scheduled_event_attributes
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    assert scheduled.start_to_close_timeout.ToTimedelta() > PATIENCE


async def test_a_schedule_that_somebody_paused_stays_paused(alone: Marketplace) -> None:
    client = alone.server.client
    await schedules.keep_schedules(client, MARKETPLACE_PLACE.timezone)
    await client.get_schedule_handle(schedules.RECORDS_CHECK.id).pause(note="moving the database")

    await schedules.keep_schedules(client, MARKETPLACE_PLACE.timezone)

    finding = await schedules.schedules(client)
    assert (finding.verdict, finding.detail) == ("warning", "records-check is paused: moving the database")


async def test_the_terminal_compares_and_sets_the_schedule(market: Marketplace, typed: Typed) -> None:
    opening = market.opening((await market.licence()).id)
    await market.gateway().open_request(opening)
    run = market.run(opening.request_id)
    await run.terminate("by mistake")

    checked = await typed("check", "--json")
    shown = await typed("check")
    scheduled = await typed("schedules")

    assert {"kind": "not_running", "workflow_id": run.id} in checked.json["differences"]
    assert f"{run.id}  open in the records, and nothing runs: look how its last run ended" in shown.out
    assert (checked.code, shown.code, scheduled.code) == (1, 1, 0)
    assert scheduled.out.startswith("records-check next at ")


async def test_a_marketplace_without_a_difference_is_told_so_with_exit_code_0(
    alone: Marketplace, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", alone.server.target)
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", alone.records_url)

    checked = await typed("check")

    assert checked.code == 0
    assert checked.out.endswith(": 0 open in the records, 0 running\neverything that is open runs\n")
