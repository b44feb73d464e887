"""Commands as signals and as updates: applied once, answered alike, refused without a trace."""

import pytest
from temporalio.api.enums.v1 import EventType

from business_care.people import Role
from tests.lives.catalogue import paris
from tests.lives.world import World

UPDATES = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
)


async def test_a_command_sent_twice_is_applied_once_and_answered_alike(world: World) -> None:
    request = await world.opens()
    said = request.body("ask_customer", question="Which theme?")
    first = await request.update_as_is("ask_customer", said)
    await request.reaches(paris("2031-03-03 15:00"))

    second = await request.update_as_is("ask_customer", said)

    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.model_copy(update={"duplicate": False}) == first
    assert (await request.events()).count("ask_customer") == 1


async def test_a_command_sent_as_signal_and_then_as_update_is_applied_once(world: World) -> None:
    request = await world.opens()
    said = request.body("ask_customer", question="Which theme?")
    await request.handle.signal("ask_customer", said)

    answer = await request.update_as_is("ask_customer", said)

    assert answer.duplicate is True
    assert (await request.events()).count("ask_customer") == 1


async def test_a_command_id_with_another_body_is_refused(world: World) -> None:
    request = await world.opens()
    said = request.body("ask_customer", question="Which theme?")
    await request.update_as_is("ask_customer", said)

    code = await request.refusal_as_is("ask_customer", said | {"question": "Which browser?"})

    assert code == "command_id_reused"


async def test_a_command_id_used_for_another_command_is_refused(world: World) -> None:
    request = await world.opens()
    answer = await request.acknowledge()

    code = await request.refusal("fix", reference="v2", command_id=answer.command_id)

    assert code == "command_id_reused"


async def test_a_refused_command_is_judged_anew_when_it_is_sent_again(world: World) -> None:
    request = await world.opens()
    said = request.body("confirm_fix")
    too_early = await request.refusal_as_is("confirm_fix", said)
    await request.update("fix", reference="v2")

    answer = await request.update_as_is("confirm_fix", said)

    assert (too_early, answer.outcome) == ("wrong_state", "resolved")


async def test_a_refused_update_leaves_no_event_in_the_history(world: World) -> None:
    request = await world.opens()
    before = len(await request.history())

    await request.refusal("confirm_fix")

    assert len(await request.history()) == before
    assert (await request.journal()).rejections == ()


async def test_a_refused_signal_stands_in_the_journal_and_changes_nothing(world: World) -> None:
    request = await world.opens()
    before = await request.view()

    await request.signal("confirm_fix", command_id="early-1")

    (rejection,) = (await request.until_rejected(1)).rejections
    assert (rejection.message, rejection.code, rejection.command_id) == (
        "confirm_fix",
        "wrong_state",
        "early-1",
    )
    assert await request.view() == before


@pytest.mark.parametrize(
    ("command", "role", "code"),
    [
        pytest.param("acknowledge", Role.OPERATOR, "role_not_allowed", id="the operator acknowledges"),
        pytest.param("withdraw", Role.AGENT, "role_not_allowed", id="an agent withdraws"),
        pytest.param("close", Role.CUSTOMER, "role_not_allowed", id="a customer closes"),
        pytest.param("refund_settled", Role.OPERATOR, "role_not_allowed", id="the operator settles"),
    ],
)
async def test_nobody_speaks_for_another_role(world: World, command: str, role: Role, code: str) -> None:
    request = await world.opens()
    settled = {"status": "succeeded"} if command == "refund_settled" else {}

    assert await request.refusal(command, by=request.actor(role), **settled) == code


async def test_an_agent_of_another_seller_is_refused(world: World) -> None:
    request = await world.opens()

    stranger = {"role": "agent", "id": "A9", "seller_id": "S-another"}

    assert await request.refusal("acknowledge", message="Hello", by=stranger) == "not_your_request"


async def test_an_accepted_update_leaves_its_answer_in_history_and_records(world: World) -> None:
    request = await world.opens()

    answer = await request.acknowledge()

    assert [len(await request.history(kind)) for kind in UPDATES] == [1, 1]
    kept = await world.records.directory.applied(request.id, answer.command_id)
    assert kept is not None
    assert (kept.command, kept.answer) == ("acknowledge", answer)


async def test_what_people_wrote_is_neither_in_summaries_nor_in_details(world: World) -> None:
    request = await world.opens()
    await request.update("ask_customer", question="my secret question")
    await request.refuse(explanation="my secret explanation", evidence=["my secret evidence"])

    history = await request.handle.fetch_history()

    shown = [event.user_metadata.SerializeToString() for event in history.events]
    shown += [
        event.upsert_workflow_search_attributes_event_attributes.SerializeToString()
        for event in history.events
    ]
    assert not any(b"secret" in text for text in shown)
