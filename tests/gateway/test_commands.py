"""Sending commands: one answer each, however often they are sent, and all of it kept."""

import asyncio
import json
from datetime import timedelta

import pytest
from temporalio.client import Client

from business_care.errors import ErrorCode, RuleViolation
from business_care.state import AcknowledgementStatus
from business_care.views import CareStateName
from gateway.client import CareGateway
from gateway.failures import NoAnswer, NotRunning, ServerNotReached
from gateway.raw_command import RawCommand
from tests.gateway.callers import (
    OPERATOR,
    acknowledgement,
    an_open_request,
    code_of,
    logged,
)
from tests.gateway.marketplace import ACKNOWLEDGE_BY, NOON, Marketplace


async def test_a_command_is_answered_with_what_it_came_to(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)

    answer = await gateway.send(request_id, acknowledgement(licence.agent, command_id="c1"))

    assert (answer.command, answer.command_id, answer.duplicate) == ("acknowledge", "c1", False)
    assert (answer.state, answer.acknowledgement) == (
        CareStateName.IN_PROGRESS,
        AcknowledgementStatus.MET,
    )
    assert answer.acknowledge_by == ACKNOWLEDGE_BY


async def test_a_command_is_kept_with_its_answer(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)

    answer = await gateway.send(request_id, acknowledgement(licence.agent, command_id="c1"))

    [entry] = await logged(market, request_id)
    assert (entry.command, entry.command_id, entry.by) == ("acknowledge", "c1", licence.agent)
    assert (entry.at, entry.answer, entry.error_code) == (NOON, answer, None)
    assert json.loads(entry.body)["message"] == "We are on it"


async def test_a_refused_command_is_kept_with_its_code_and_its_sentence(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)

    with pytest.raises(RuleViolation) as refused:
        await gateway.send(request_id, acknowledgement(licence.agent, automated=True))

    [entry] = await logged(market, request_id)
    assert refused.value.code == "automatic_reply"
    assert (entry.error_code, entry.error_message) == (refused.value.code, refused.value.message)
    assert entry.answer is None


async def test_the_same_command_twice_is_applied_once(market: Marketplace, gateway: CareGateway) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    command = acknowledgement(licence.agent)

    first = await gateway.send(request_id, command)
    second = await gateway.send(request_id, command)

    assert second == first.model_copy(update={"duplicate": True})


async def test_another_body_under_the_same_command_id_is_refused(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    await gateway.send(request_id, acknowledgement(licence.agent, command_id="c1"))

    other = acknowledgement(licence.agent, command_id="c1", message="Something else")
    code = await code_of(gateway.send(request_id, other))

    assert code == "command_id_reused"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b'{"command_id": "c1"}',
        b"\xff\xfe",
        b'{"command_id": "c1", "by": {"role": "king"}}',
    ],
    ids=["nothing", "text", "array", "no-actor", "not-utf-8", "unknown-role"],
)
async def test_what_cannot_be_read_is_refused_and_kept_all_the_same(
    market: Marketplace, gateway: CareGateway, body: bytes
) -> None:
    request_id = await an_open_request(gateway, market, await market.licence())

    code = await code_of(gateway.send(request_id, RawCommand("acknowledge", body)))

    [entry] = await logged(market, request_id)
    assert code == entry.error_code == "invalid_message"
    assert entry.command_id == ("c1" if b"c1" in body else None)
    assert entry.body == body.decode("utf-8", errors="replace")


@pytest.mark.parametrize(("length", "code"), [(64 * 1024 + 1, "invalid_message"), (64 * 1024, "wrong_state")])
async def test_a_message_of_more_than_64_kb_is_refused_before_it_is_sent(
    market: Marketplace, gateway: CareGateway, length: int, code: str
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    said: dict[str, object] = {
        "command_id": "c1",
        "by": {"role": "customer", "id": licence.customer.id},
    }
    body = json.dumps(said).encode()
    padded = RawCommand("confirm_fix", body + b" " * (length - len(body)))

    with pytest.raises(RuleViolation) as refused:
        await gateway.send(request_id, padded)

    [entry] = await logged(market, request_id)
    assert refused.value.code == entry.error_code == code
    assert len(entry.body) == 64 * 1024


def test_a_command_that_does_not_exist_is_not_sent() -> None:
    with pytest.raises(RuleViolation, match="allowed are acknowledge, fix, ") as refused:
        RawCommand("shout", b"{}")

    assert refused.value.code == "invalid_message"


async def test_a_command_to_a_request_that_nobody_opened_is_refused_and_kept(
    market: Marketplace, gateway: CareGateway
) -> None:
    code = await code_of(gateway.send("R-nobody", acknowledgement(OPERATOR)))

    [entry] = await logged(market, "R-nobody")
    assert code == entry.error_code == "unknown_request"


async def test_a_request_id_that_no_request_can_have_is_refused(gateway: CareGateway) -> None:
    code = await code_of(gateway.send("R 1", acknowledgement(OPERATOR)))

    assert code == "invalid_message"


async def test_a_signal_is_handed_over_and_judged_in_the_journal(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)

    refused = await gateway.send_as_signal(request_id, acknowledgement(licence.agent, automated=True))
    taken = await gateway.send_as_signal(request_id, acknowledgement(licence.agent))

    journal = await gateway.journal(request_id)
    assert (refused, taken) == (None, None)
    assert [event.name for event in journal.events] == ["opened", "acknowledge"]
    assert [rejection.code for rejection in journal.rejections] == ["automatic_reply"]
    assert [entry.error_code for entry in await logged(market, request_id)] == [None, None]


async def test_a_request_whose_run_was_terminated_says_that_nothing_runs(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    await market.run(request_id).terminate()

    with pytest.raises(NotRunning, match="open it again"):
        await gateway.send(request_id, acknowledgement(licence.agent))

    [entry] = await logged(market, request_id)
    assert entry.error_code == "not_running"


async def test_a_command_that_nobody_answers_is_kept_as_such_and_may_be_sent_again(
    market: Marketplace,
) -> None:
    opening = market.opening((await market.licence()).id)
    await market.unattended(opening)
    hurried = market.gateway(patience=timedelta(seconds=0.5))

    with pytest.raises(NoAnswer, match=r"did not answer within 0\.5 s"):
        await hurried.send(opening.request_id, acknowledgement(OPERATOR))

    [entry] = await logged(market, opening.request_id)
    assert entry.error_code == "no_answer"


async def test_a_server_that_is_not_there_is_a_failure_and_no_refusal(market: Marketplace) -> None:
    nowhere = await Client.connect("127.0.0.1:1", lazy=True)
    gateway = market.gateway(client=nowhere)

    with pytest.raises(ServerNotReached, match="can't be reached"):
        await gateway.send("R-nowhere", acknowledgement(OPERATOR))

    [entry] = await logged(market, "R-nowhere")
    assert entry.error_code == "server_not_reached"


async def test_a_caller_that_gives_up_is_not_told_that_the_answer_was_late(market: Marketplace) -> None:
    opening = market.opening((await market.licence()).id)
    await market.unattended(opening)
    sending = asyncio.create_task(market.gateway().send(opening.request_id, acknowledgement(OPERATOR)))
    await asyncio.sleep(0.3)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_many_commands_at_the_same_time_are_each_answered_and_kept(
    market: Marketplace, gateway: CareGateway
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(gateway, market, licence)
    commands = [acknowledgement(licence.agent, command_id=f"c{n % 5}") for n in range(20)]

    answers = await asyncio.gather(
        *(gateway.send(request_id, command) for command in commands), return_exceptions=True
    )

    applied = [answer for answer in answers if not isinstance(answer, BaseException) and not answer.duplicate]
    assert len(applied) == 1
    refused = {answer.code for answer in answers if isinstance(answer, RuleViolation)}
    assert refused == {ErrorCode.WRONG_STATE}
    assert len(await logged(market, request_id)) == 20
