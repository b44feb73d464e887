"""A fault is told with its field and with what is allowed, and repeats nothing that people wrote (R62)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import field_validator

from business_care.calendar import Closure
from business_care.commands import COMMANDS, Acknowledge, Refuse
from business_care.errors import RuleViolation
from business_care.people import Actor
from business_care.reading import MAX_ERRORS_TOLD, read_message
from business_care.request import CareRequestOpening
from business_care.values import Value
from tests.rules.messages import AGENT, WHOLE, body, refusal

SECRET = "hunter2-secret"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"automated": 1}, "automated: Input should be a valid boolean (given: 1)", id="1 for true"
        ),
        pytest.param({"automated": "true"}, "automated: Input should be a valid boolean", id="text for true"),
        pytest.param(
            {"command_id": True}, "command_id: Input should be a valid string (given: true)", id="true"
        ),
        pytest.param({"command_id": 7}, "command_id: Input should be a valid string (given: 7)", id="number"),
        pytest.param(
            {"command_id": 0.5}, "command_id: Input should be a valid string (given: 0.5)", id="half"
        ),
        pytest.param({"command_id": None}, "command_id: Input should be a valid string", id="null"),
        pytest.param(
            {"kind": "note"}, "kind: Input should be 'reply', 'draft' or 'internal_note'", id="word"
        ),
        pytest.param({"by": "A1"}, "by: Input should be an object", id="text for an object"),
        pytest.param(
            {"by": {**AGENT, "role": "boss"}}, "by.role: Input should be 'agent', 'seller'", id="role"
        ),
        pytest.param(
            {"notes": "x"}, "notes: unknown field; allowed: command_id, by, occurred_at", id="other"
        ),
        pytest.param(
            {"by": {**AGENT, "notes": 1}},
            "by.notes: unknown field; allowed: role, id, seller_id",
            id="inside",
        ),
        pytest.param(
            {"occured_at": 1}, "(not shown): unknown field; allowed: command_id, by, occ", id="slip"
        ),
        pytest.param(
            {"occurred_at": "2031-03-04T09:30:00"}, "occurred_at: Input should have tim", id="naive"
        ),
        pytest.param(
            {"occurred_at": "9999-12-31T23:00:00+00:00"},
            "occurred_at: the instant lies outside the years 1900 to 9000",
            id="the end of the calendar",
        ),
        pytest.param(
            {"occurred_at": 1_930_000_000}, "occurred_at: Input should be a valid datetime", id="epoch"
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_field_and_what_is_allowed(
    changes: dict[str, object], said: str
) -> None:
    assert refusal(Acknowledge, body(**changes)).startswith(said)


def test_a_place_in_a_list_is_told_by_its_number() -> None:
    raw = json.dumps({"command_id": "c1", "by": AGENT, "ground": "modified_source", "evidence": ["a", 7]})

    assert refusal(Refuse, raw.encode()) == "evidence.1: Input should be a valid string (given: 7)"


class _Question(Value):
    """A message that holds objects in all the ways a message may."""

    closures: tuple[Closure, ...] = ()
    closure: Closure | None = None
    either: Closure | Actor | None = None
    names: dict[str, int] | None = None
    word: str = ""

    @field_validator("word")
    @classmethod
    def _quotes_what_it_refuses(cls, word: str) -> str:
        if word == SECRET:
            raise ValueError(f"there is no word {word!r}")
        if word:
            raise ValueError("no word is allowed")
        return word


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(
            {"closures": [{"start": "2031-03-03", "end": "2031-03-07", "hours": 3}]},
            "closures.0.(not shown): unknown field; allowed: id, start, end, notified_at",
            id="in a list",
        ),
        pytest.param(
            {"closure": {"start": "2031-03-03", "end": "2031-03-07", "hours": 3}},
            "closure.(not shown): unknown field; allowed: id, start, end, notified_at",
            id="optional",
        ),
        pytest.param(
            {"names": {SECRET: "x"}}, "names.(not shown): Input should be a valid integer", id="mapping"
        ),
        pytest.param({"word": SECRET}, "word: this value is not allowed", id="a validator that quotes"),
        pytest.param({"word": "no"}, "word: no word is allowed", id="a validator that does not"),
        pytest.param(
            {"closure": {"start": "2031-03-07", "end": "2031-03-03"}},
            "closure: closure from 2031-03-07 to 2031-03-03: the end must not lie before the start",
            id="a rule that repeats dates",
        ),
    ],
)
def test_nested_objects_are_told_by_their_place(raw: dict[str, object], said: str) -> None:
    assert refusal(_Question, json.dumps(raw).encode()) == said


def test_where_one_of_several_objects_may_stand_the_fields_are_not_listed() -> None:
    raw = {"either": {"role": "agent", "id": "A1", SECRET: 1}}

    said = refusal(_Question, json.dumps(raw).encode())

    assert "unknown field" in said
    assert "unknown field; allowed" not in said
    assert SECRET not in said


def test_only_the_first_faults_are_told() -> None:
    raw = json.dumps({f"field_{n}": n for n in range(1_000)}).encode()

    assert refusal(Acknowledge, raw).count("; ") < 3 * MAX_ERRORS_TOLD


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({SECRET: 1}, id="as a name"),
        pytest.param({"hunter": 1, "secret": 1}, id="as names of plain letters"),
        pytest.param({"by": {**AGENT, SECRET: 1}}, id="as a name inside"),
        pytest.param({"by": SECRET}, id="in place of an object"),
        pytest.param({"by": {**AGENT, "role": SECRET}}, id="as a role"),
        pytest.param({"by": {**AGENT, "id": f"{SECRET} "}}, id="as an id"),
        pytest.param({"kind": SECRET}, id="as an enum word"),
        pytest.param({"automated": SECRET}, id="as a boolean"),
        pytest.param({"message": f"{SECRET}\x00"}, id="in a text with NUL"),
        pytest.param({"message": [SECRET]}, id="in a list"),
        pytest.param({"message": {SECRET: SECRET}}, id="in an object"),
        pytest.param({"message": SECRET * 3_000}, id="in a text that is too long"),
        pytest.param({"occurred_at": SECRET}, id="as an instant"),
        pytest.param({"occurred_at": f"2031-03-04T09:30:00+01:00 {SECRET}"}, id="behind an instant"),
        pytest.param({"occurred_at": f"2031-03-04T09:30:00{SECRET}"}, id="as an offset"),
        pytest.param({"command_id": f"{SECRET}é"}, id="as a command id"),
    ],
)
def test_what_people_wrote_is_never_repeated(changes: dict[str, object]) -> None:
    said = refusal(Acknowledge, body(**changes))

    assert "hunter" not in said
    assert "secret" not in said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(SECRET) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.just(SECRET) | st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from([*{name for model in COMMANDS.values() for name in model.model_fields}, SECRET])


@given(
    model=st.sampled_from([*COMMANDS.values(), CareRequestOpening]),
    said=st.dictionaries(FIELDS, JSON, max_size=5),
)
def test_no_object_at_all_breaks_the_reading_or_is_repeated(
    model: type[Value], said: dict[str, object]
) -> None:
    told = ""

    try:
        read_message(model, json.dumps({**WHOLE, **said}).encode())
    except RuleViolation as refused:
        told = refused.message

    assert SECRET not in told
