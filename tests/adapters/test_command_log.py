"""Every command that went through the gateway is kept with its answer (R61)."""

from datetime import timedelta

from adapters.records.opened import Records
from business_care.listing import CommandLogEntry
from tests.adapters.care_world import AGENT, OPENED_AT, an_answer
from tests.adapters.product_world import SELLER, a_deactivation, applied_to


async def test_commands_are_found_in_the_order_in_which_they_were_answered(records: Records) -> None:
    accepted = CommandLogEntry(
        request_id="R1",
        command="acknowledge",
        command_id="c1",
        by=AGENT,
        at=OPENED_AT,
        body='{"message": "We are on it"}',
        answer=an_answer(),
    )
    refused = CommandLogEntry(
        request_id="R1",
        command="fix",
        at=OPENED_AT - timedelta(hours=1),
        body="not even JSON",
        error_code="invalid_message",
        error_message="one JSON object is expected",
    )
    elsewhere = accepted.model_copy(update={"request_id": "R2"})

    for entry in (accepted, elsewhere, refused):
        await records.commands.note(entry)

    assert await records.commands.of_request("R1") == [accepted, refused]
    assert await records.commands.of_request("R404") == []


async def test_commands_about_a_product_are_found_with_the_answers_of_its_deactivation(
    records: Records,
) -> None:
    ordered = CommandLogEntry(
        product_id="P1",
        command="deactivate",
        command_id="D1",
        by=SELLER,
        at=OPENED_AT,
        body="{}",
        answer=applied_to(a_deactivation()).answer,
    )
    refused = ordered.model_copy(
        update={"command": "revoke", "answer": None, "error_code": "nothing_to_revoke"}
    )
    about_a_request = CommandLogEntry(request_id="P1", command="fix", at=OPENED_AT, body="{}")

    for entry in (ordered, about_a_request, refused):
        await records.commands.note(entry)

    assert await records.commands.of_product("P1") == [ordered, refused]
    assert await records.commands.of_request("P1") == [about_a_request]


async def test_a_word_that_no_database_can_hold_does_not_lose_the_entry(records: Records) -> None:
    entry = CommandLogEntry(request_id="R1", command="fi\x00x", at=OPENED_AT, body="{}")

    await records.commands.note(entry)

    assert [kept.command for kept in await records.commands.of_request("R1")] == ["fi\ufffdx"]
