"""Bad commands through every way in: each is refused with its code, and its run suffers nothing."""

import asyncio
import json
from collections.abc import Iterator
from typing import Protocol

import pytest
from temporalio.service import RPCError, RPCStatusCode

from business_care.errors import RuleViolation
from gateway.client import CareGateway
from gateway.raw_command import RawCommand
from tests.gateway.bad_acts import RULES
from tests.gateway.bad_bodies import ARGUMENTS, BODIES, SOME_BODIES
from tests.gateway.bad_fields import FIELDS
from tests.gateway.bad_inputs import Bad
from tests.gateway.bad_moments import AMOUNTS, LATE, OF_PRODUCTS
from tests.gateway.bad_senders import (
    Target,
    demand_plain,
    demand_sound,
    newest_rejection,
    rejections,
    signal_raw,
    type_words,
    update_raw,
)
from tests.gateway.bad_targets import Kind, Targets, raw_command
from tests.gateway.marketplace import Marketplace
from tests.gateway.terminal import Typed

TABLES = {
    Kind.OPEN: (*BODIES, *ARGUMENTS, *FIELDS, *RULES),
    Kind.REFUND_BY_HAND: AMOUNTS,
    Kind.CLOSED: LATE,
    Kind.OFF_SALE: (*SOME_BODIES, *ARGUMENTS, *OF_PRODUCTS),
}


class Sender(Protocol):
    """A way in."""

    async def is_refused(self, target: Target, bad: Bad) -> None:
        """Send the input, and see that it is refused as it should be."""
        ...

    async def is_taken(self, target: Target) -> None:
        """Send the good command, and see that it is taken."""
        ...


class CommandLine:
    """A person at a terminal."""

    name = "typed"

    def __init__(self, typed: Typed, market: Marketplace) -> None:
        self._typed = typed
        self._market = market

    async def is_refused(self, target: Target, bad: Bad) -> None:
        ended = await type_words(self._typed, target, bad)

        said = [line for line in ended.err.splitlines() if not line.startswith("command id ")]
        is_misuse = bad.usage or bad.code == "invalid_message"
        assert (ended.code, ended.out, len(said)) == (2 if is_misuse else 1, "", 1)
        assert bad.usage in said[0]
        assert bad.usage or said[0].startswith(f"{bad.code}: ")
        assert bad.usage or bad.says in said[0]

    async def is_taken(self, target: Target) -> None:
        # What is typed ends with its process; what could suffer is the run, which is asked the short way.
        await OurClient(self._market).is_taken(target)


class OurClient:
    """A program that uses our client."""

    name = "client"

    def __init__(self, market: Marketplace) -> None:
        self._market = market

    async def is_refused(self, target: Target, bad: Bad) -> None:
        with pytest.raises(RuleViolation) as refused:
            await self._send(target, raw_command(target, bad))

        demand_plain(refused.value.message)
        assert refused.value.code == bad.code
        assert bad.says in refused.value.message

    async def is_taken(self, target: Target) -> None:
        await self._send(target, raw_command(target, target.good))

    async def _send(self, target: Target, command: RawCommand) -> None:
        if target.names:
            await self._market.products().send(target.id, command)
        else:
            await self._market.gateway().send(target.id, command)


class RawUpdates:
    """A program with nothing of ours that waits for the answer."""

    name = "raw-update"
    turned_away_above = 448 * 1024

    def __init__(self, market: Marketplace) -> None:
        self._client = market.server.client

    async def is_refused(self, target: Target, bad: Bad) -> None:
        if bad.size > self.turned_away_above:
            with pytest.raises(RPCError, match="payload size") as turned_away:
                await update_raw(self._client, target, bad)
            assert turned_away.value.status is RPCStatusCode.RESOURCE_EXHAUSTED
            return

        failure = await update_raw(self._client, target, bad)

        assert failure is not None
        demand_plain(failure.message)
        assert failure.application_failure_info.type == bad.code
        assert bad.says in failure.message

    async def is_taken(self, target: Target) -> None:
        assert await update_raw(self._client, target, target.good) is None
        await demand_sound(self._client, target)


class RawSignals:
    """A program with nothing of ours that waits for nothing."""

    name = "raw-signal"
    turned_away_above = 512 * 1024

    def __init__(self, market: Marketplace) -> None:
        self._client = market.server.client

    async def is_refused(self, target: Target, bad: Bad) -> None:
        if bad.size > self.turned_away_above:
            with pytest.raises(RPCError, match="exceeds") as turned_away:
                await signal_raw(self._client, target, bad)
            assert turned_away.value.status is RPCStatusCode.INVALID_ARGUMENT
            return
        before = len(await rejections(target))

        await signal_raw(self._client, target, bad)

        noted = await newest_rejection(target, before)
        assert (noted.message, noted.code, len(noted.sha256)) == (bad.message, bad.code, 64)

    async def is_taken(self, target: Target) -> None:
        assert await update_raw(self._client, target, target.good) is None
        await demand_sound(self._client, target)


@pytest.fixture(scope="module")
def targets(market: Marketplace) -> Targets:
    return Targets(market)


@pytest.fixture
def senders(market: Marketplace, typed: Typed) -> dict[str, Sender]:
    return {
        CommandLine.name: CommandLine(typed, market),
        OurClient.name: OurClient(market),
        RawUpdates.name: RawUpdates(market),
        RawSignals.name: RawSignals(market),
    }


def sent_by(bad: Bad, kind: Kind) -> Iterator[str]:
    """Who can send an input of a table. A run that has ended takes nothing that is raw."""
    if bad.typed:
        yield CommandLine.name
    # Bodies that nobody can read are the same to our client wherever they go.
    if bad.arguments is None and not (kind is Kind.OFF_SALE and bad.body is not None):
        yield OurClient.name
    if kind is not Kind.CLOSED:
        yield RawUpdates.name
        # Which field is wrong is told to updates alone; signals are tried with what reads them.
        if bad not in FIELDS:
            yield RawSignals.name


def rows() -> Iterator[object]:
    for kind, table in TABLES.items():
        for bad in table:
            about = bad.for_product() if kind is Kind.OFF_SALE else bad
            for sender in sent_by(bad, kind):
                name = f"{sender}-{kind}-{bad.name.replace(' ', '-')}"
                yield pytest.param(sender, kind, about, id=name)


@pytest.mark.parametrize(("sender", "kind", "bad"), list(rows()))
async def test_a_bad_command_is_refused_with_its_code_and_the_next_good_one_is_taken(
    targets: Targets, senders: dict[str, Sender], sender: str, kind: Kind, bad: Bad
) -> None:
    target = await targets.of(kind, sender)

    await senders[sender].is_refused(target, bad)

    await senders[sender].is_taken(target)


async def test_a_run_that_has_ended_takes_nothing_raw(market: Marketplace, targets: Targets) -> None:
    target = await targets.of(Kind.CLOSED, OurClient.name)

    with pytest.raises(RPCError, match="already completed"):
        await update_raw(market.server.client, target, target.good)
    with pytest.raises(RPCError, match="already completed"):
        await signal_raw(market.server.client, target, target.good)


@pytest.mark.parametrize("name", ["fiks", "FIX", "opened", "", "__init__", "fix\n", "x" * 500, "\u202efix"])
async def test_our_client_knows_no_command_of_another_name(gateway: CareGateway, name: str) -> None:
    with pytest.raises(RuleViolation, match="there is no such command; allowed are acknowledge, ") as refused:
        await gateway.send("R1", RawCommand(name, b"{}"))

    assert refused.value.code == "invalid_message"


STRANGE = (
    pytest.param("<script>alert('1')</script>", id="a script"),
    pytest.param("'; DROP TABLE requests; --", id="a query of a database"),
    pytest.param("{{7*7}} ${HOME} %s $(reboot)", id="a template"),
    pytest.param("\x1b[2J\x1b]0;owned\x07", id="what steers a terminal"),
    pytest.param("\u202eecived ym", id="from right to left"),
    pytest.param("\u05ea\u05e4\u05e8\u05d9\u05d8 \u0642\u0627\u0626\u0645\u0629", id="Hebrew and Arabic"),
    pytest.param("\U0001f469\u200d\U0001f4bb\ufeff\u2028", id="signs of several characters"),
    pytest.param("x" * 20_000, id="as much as there may be"),
)


@pytest.mark.parametrize("text", STRANGE)
async def test_a_text_that_only_looks_bad_is_taken_and_kept_as_it_was_written(
    market: Marketplace, targets: Targets, typed: Typed, text: str
) -> None:
    target = await targets.of(Kind.OPEN, "strange")
    question = Bad("a strange text", "", message="ask_customer", said={"question": text}, typed=True)

    sent = await type_words(typed, target, question)
    failure = await update_raw(market.server.client, target, question)
    kept = await typed("commands", target.id, "--json")
    shown = await typed("journal", target.id)

    demand_plain(sent.out + kept.out + shown.out)
    assert (sent.code, failure, kept.code, shown.code) == (0, None, 0, 0)
    assert json.loads(kept.json[-1]["body"])["question"] == text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "[red]R1[/red]", "[/x]", "../../R1", "R1;reboot", "%s{}"]
)
async def test_an_id_may_hold_every_printable_sign_and_is_shown_as_it_is(
    market: Marketplace, typed: Typed, name: str
) -> None:
    opening = market.opening((await market.licence()).id).model_copy(update={"request_id": name})

    opened = await market.gateway().open_request(opening)
    shown = await typed("show", name)
    explained = await typed("explain", name)

    assert opened.request_id == name
    assert (shown.code, explained.code) == (0, 0)
    assert name in shown.out


async def test_large_commands_at_the_same_time_are_all_taken_though_the_server_lets_in_a_few_at_a_time(
    market: Marketplace, targets: Targets
) -> None:
    target = await targets.of(Kind.OPEN, "many")
    large = Bad("a large question", "", message="ask_customer", said={"question": "\u30e1" * 10_000})
    gateway = market.gateway()

    answers = await asyncio.gather(*(gateway.send(target.id, raw_command(target, large)) for _ in range(20)))

    assert {answer.duplicate for answer in answers} == {False}
