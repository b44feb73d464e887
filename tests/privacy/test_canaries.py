"""What people write stands where it may, and nowhere else (R62): seeded words, looked for everywhere."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from tests.privacy.aviary import SERVER_DATABASE, Aviary, aviary
from tests.privacy.canaries import ANY_CANARY, RECORDS_ONLY, Canaries, all_of, leaked
from tests.privacy.locked import K1


@pytest.fixture(scope="module")
async def aviaries(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Aviary, Aviary]]:
    """The same lives, without a key and with one."""
    async with (
        aviary(tmp_path_factory.mktemp("clear"), "") as in_clear,
        aviary(tmp_path_factory.mktemp("locked"), K1) as locked,
    ):
        await in_clear.live()
        await locked.live()
        yield in_clear, locked


@pytest.fixture
def in_clear(aviaries: tuple[Aviary, Aviary]) -> Aviary:
    return aviaries[0]


@pytest.fixture
def locked(aviaries: tuple[Aviary, Aviary]) -> Aviary:
    return aviaries[1]


def test_every_spelling_of_a_word_would_be_found() -> None:
    say = Canaries()
    word = say("here")
    hidden = [base64.b64encode(b"x" * n + word.encode() + b"y" * m) for n in range(5) for m in range(4)]
    hidden += [
        word.encode("utf-16"),
        quote(f"é{word}").encode(),
        f'"{word}"'.encode(),
        word.encode().hex().encode(),
    ]

    assert [say.found_in(b"-" + data + b"-") for data in hidden] == [{"here"}] * len(hidden)
    assert say.found_in(b"Kanari002x and nothing else") == set()


async def test_in_clear_text_every_word_is_found_in_the_payloads_of_histories(in_clear: Aviary) -> None:
    """The control: what the other tests do not find, they would."""
    everything = serialized(await in_clear.histories()).lower()

    absent = [name for word, name in in_clear.say.fields.items() if word.lower().encode() not in everything]
    # Updates that are refused leave nothing in the history (R61).
    assert sorted(absent) == sorted(REFUSED)
    stored = all_of(in_clear.folder / "server", SERVER_DATABASE).lower()
    found = [word for word in in_clear.say.fields if word.lower().encode() in stored]
    assert len(found) >= len(in_clear.say.fields) - len(REFUSED) - A_FEW_CUT_BY_PAGES


A_FEW_CUT_BY_PAGES = 3
REFUSED = [
    "unknown ground", "refused: explanation", "refused: evidence", "refused: further evidence",
    "bare refusal", "automatic reply", "reference", "unknown field", "name of a field", "a text",
    "unknown command", "unknown field of a revocation",
]  # fmt: skip


async def test_in_clear_text_words_stand_in_payloads_alone(in_clear: Aviary) -> None:
    words = ANY_CANARY + RECORDS_ONLY

    assert leaked(words, serialized(without_payloads(await in_clear.histories()))) == []
    assert leaked(words, b"".join(await shown_beside(in_clear))) == []
    assert leaked(words, in_clear.logs) == []


async def test_mail_addresses_and_names_do_not_even_travel(in_clear: Aviary) -> None:
    stored = all_of(in_clear.folder / "server", SERVER_DATABASE)

    assert leaked(RECORDS_ONLY, serialized(await in_clear.histories()) + stored) == []
    assert leaked(RECORDS_ONLY, all_of(in_clear.folder, r"records\.db(-wal)?")) == list(RECORDS_ONLY)


async def test_the_logs_tell_something(in_clear: Aviary, locked: Aviary) -> None:
    for birds in (in_clear, locked):
        log = (birds.folder / "worker.log").read_text()
        assert "worker.started" in log
        assert "notice.delivered" in log
        assert "R-paid" in log


async def test_with_a_key_no_word_is_left_in_any_file_of_the_server(locked: Aviary) -> None:
    words = ANY_CANARY + RECORDS_ONLY

    stored = all_of(locked.folder / "server", SERVER_DATABASE)
    assert b"care-request-R-paid" in stored
    assert leaked(words, stored) == []
    assert leaked(words, serialized(await locked.histories())) == []
    assert leaked(words, b"".join(await shown_beside(locked))) == []
    assert leaked(words, locked.logs) == []


async def test_with_a_key_the_words_of_failures_are_locked_too(in_clear: Aviary, locked: Aviary) -> None:
    said = {failure.message for failure in failures(await locked.histories())}
    in_words = {failure.message for failure in failures(await in_clear.histories())}

    assert said == {"Encoded failure"}
    assert len(in_words) > 1


def serialized(histories: list[WorkflowHistory]) -> bytes:
    return b"\n".join(event.SerializeToString() for one in histories for event in one.events)


def without_payloads(histories: list[WorkflowHistory]) -> list[WorkflowHistory]:
    """The same histories without what messages and steps carry; summaries, memos and failures stay."""
    return [WorkflowHistory(one.workflow_id, [_bare(event) for event in one.events]) for one in histories]


KEPT = re.compile(r"user_metadata|memo|search_attributes|header|failure")


def _bare(event: HistoryEvent) -> HistoryEvent:
    bare = HistoryEvent()
    bare.CopyFrom(event)
    for path, payload in _payloads(bare, ""):
        if not KEPT.search(path):
            payload.Clear()
    return bare


def _payloads(message: Message, path: str) -> Iterator[tuple[str, Payload]]:
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        is_map = descriptor.message_type.GetOptions().map_entry
        parts = list(value.values()) if is_map else [value] if isinstance(value, Message) else list(value)
        for part in parts:
            if isinstance(part, Payload):
                yield f"{path}.{descriptor.name}", part
            elif isinstance(part, Message):
                yield from _payloads(part, f"{path}.{descriptor.name}")


def failures(histories: list[WorkflowHistory]) -> Iterator[Failure]:
    for one in histories:
        for event in one.events:
            yield from _failures(event)


def _failures(message: Message) -> Iterator[Failure]:
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None or descriptor.message_type.GetOptions().map_entry:
            continue
        for part in [value] if isinstance(value, Message) else list(value):
            if isinstance(part, Failure) and part.message:
                yield part
            yield from _failures(part)


async def shown_beside(birds: Aviary) -> list[bytes]:
    """What lists and journals show: ids, search attributes, memos, task queues, rejections."""
    client = birds.world.server.client
    shown = [execution.raw_info.SerializeToString() async for execution in client.list_workflows()]
    request = client.get_workflow_handle("care-request-R-unreadable")
    journal = await birds.world.records.directory.journal("R-unreadable")
    assert journal is not None
    assert len(journal.rejections) >= 5
    shown += [rejection.model_dump_json().encode() for rejection in journal.rejections]
    description = await request.describe()
    return [*shown, description.raw_description.SerializeToString()]
