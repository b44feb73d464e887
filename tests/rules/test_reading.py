"""Only one JSON object of a bounded size is read; whatever else arrives is refused with the reason (R60)."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.commands import COMMANDS, Acknowledge, Command, Fix, RecordRefund
from business_care.people import Actor
from business_care.reading import MAX_MESSAGE_BYTES, MAX_NESTING, MAX_NUMBER_CHARACTERS, read_message
from tests.rules.messages import AGENT, body, refusal, with_raw


def test_a_whole_message_is_read() -> None:
    command = read_message(Acknowledge, body(occurred_at="2031-03-04T09:30:00+01:00"))

    assert command.by == Actor.model_validate_json(json.dumps(AGENT))
    assert command.occurred_at == datetime(2031, 3, 4, 8, 30, tzinfo=UTC)
    assert command.message == "We are on it."


@pytest.mark.parametrize("model", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_says_which_fields_an_empty_one_lacks(model: type[Command]) -> None:
    said = refusal(model, b"{}")

    assert said.startswith("command_id: Field required; by: Field required")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(b"", "not valid JSON", id="nothing"),
        pytest.param(b"{", "not valid JSON", id="half an object"),
        pytest.param(b"{} {}", "not valid JSON", id="two objects"),
        pytest.param(b"{'a': 1}", "not valid JSON", id="single quotes"),
        pytest.param(b"\xef\xbb\xbf{}", "not valid JSON", id="byte order mark"),
        pytest.param(b'{"message": "a\nb"}', "not valid JSON", id="bare line break in a text"),
        pytest.param(b"\x80\x04\x95", "not UTF-8", id="a pickle"),
        pytest.param(b'{"message": "\xff"}', "not UTF-8", id="a byte that is no text"),
        pytest.param(b'{"message": "\xed\xa0\x80"}', "not UTF-8", id="half a character in bytes"),
        pytest.param("{}".encode("utf-16"), "not UTF-8", id="UTF-16"),
        pytest.param(b"null", "JSON null", id="null"),
        pytest.param(b"true", "JSON boolean", id="boolean"),
        pytest.param(b"7", "JSON number", id="integer"),
        pytest.param(b"7.5", "JSON number", id="fraction"),
        pytest.param(b'"x"', "JSON string", id="string"),
        pytest.param(b"[{}]", "JSON array", id="array"),
    ],
)
def test_anything_but_one_json_object_is_refused(raw: bytes, said: str) -> None:
    message = refusal(Acknowledge, raw)

    assert said in message
    assert "one JSON object is expected" in message


def test_a_message_of_64_kilobytes_is_read_and_one_byte_more_is_not() -> None:
    largest = body() + b" " * (MAX_MESSAGE_BYTES - len(body()))

    command = read_message(Acknowledge, largest)

    assert command.command_id == "c1"
    assert refusal(Acknowledge, largest + b" ") == "the message has 65537 bytes; at most 65536 are allowed"


def test_the_size_is_counted_in_bytes_and_not_in_characters() -> None:
    assert "bytes; at most" in refusal(Acknowledge, body()[:-1] + ("é" * 40_000).encode() + b'"}')


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        pytest.param(with_raw("message", '"again"'), "message", id="at the top"),
        pytest.param(with_raw("m\\u0065ssage", '"again"'), "message", id="spelled with an escape"),
        pytest.param(with_raw("kind", '{"a": 1, "a": 1}'), "(not shown)", id="inside"),
        pytest.param(with_raw("kind", '[[{"a": 1, "a": 2}]]'), "(not shown)", id="deep inside"),
    ],
)
def test_a_field_given_twice_is_refused_and_named_where_it_is_ours(raw: bytes, field: str) -> None:
    assert refusal(Acknowledge, raw) == f"{field}: given twice; each field may be given once"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(word: str) -> None:
    assert refusal(RecordRefund, with_raw("amount", word)) == (
        "the message holds NaN or Infinity; numbers are finite"
    )


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 30 + "e999999999"])
def test_a_number_too_large_to_be_read_is_refused(number: str) -> None:
    assert refusal(RecordRefund, with_raw("amount", number)) == (
        "the message holds a number that is too large to be read"
    )


@pytest.mark.parametrize("length", [MAX_NUMBER_CHARACTERS + 1, 4_000, 5_000, 60_000])
def test_a_very_long_number_is_refused_by_its_length(length: int) -> None:
    said = refusal(RecordRefund, with_raw("amount", "9" * length))

    allowed = f"at most {MAX_NUMBER_CHARACTERS} are allowed"
    assert said == f"the message holds a number of {length} characters; {allowed}"


def test_a_long_number_is_judged_by_its_field() -> None:
    longest = "9" * MAX_NUMBER_CHARACTERS

    said = refusal(RecordRefund, with_raw("amount", longest))

    assert "amount: Input should be less than or equal to 1000000000000" in said
    assert f"(given: {longest})" in said


@pytest.mark.parametrize(
    "nest",
    [
        pytest.param(lambda depth: "[" * depth + "]" * depth, id="arrays"),
        pytest.param(lambda depth: '{"a":' * depth + "1" + "}" * depth, id="objects"),
    ],
)
@pytest.mark.parametrize("depth", [MAX_NESTING, 150, 900])
def test_deep_nesting_is_refused(nest: Callable[[int], str], depth: int) -> None:
    said = refusal(Acknowledge, with_raw("kind", nest(depth)))

    assert said == f"the message is nested too deep; at most {MAX_NESTING} levels are allowed"


def test_nesting_beyond_what_can_be_parsed_is_refused() -> None:
    depth = 10 * sys.getrecursionlimit()

    assert "not valid JSON" in refusal(Acknowledge, with_raw("kind", "[" * depth + "]" * depth))


def test_nesting_within_the_limit_is_judged_by_its_field() -> None:
    depth = MAX_NESTING - 2

    assert refusal(Acknowledge, with_raw("kind", "[" * depth + "]" * depth)).startswith("kind: ")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(with_raw("notes", '"\\ud800"'), id="half a character in a text"),
        pytest.param(with_raw("notes", '"\\udfff\\ud800"'), id="halves in the wrong order"),
        pytest.param(with_raw("\\ud800", "1"), id="half a character in a name"),
    ],
)
def test_half_a_character_is_refused(raw: bytes) -> None:
    assert refusal(Fix, raw) == "the message is not valid JSON; one JSON object is expected"


def test_a_whole_character_in_two_halves_is_read() -> None:
    raw = body()[:-1].replace(b"We are on it.", b"\\ud83d\\ude80") + b"}"

    assert read_message(Acknowledge, raw).message == "\N{ROCKET}"


@given(raw=st.binary(max_size=200) | st.text('{}[]":,\\u0d8e1-.NaInfity ', max_size=60).map(str.encode))
def test_no_bytes_at_all_break_the_reading(raw: bytes) -> None:
    assert refusal(Acknowledge, raw)
