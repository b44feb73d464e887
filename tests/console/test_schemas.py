"""The schemas and the samples in the repository are those of the messages that the software takes."""

import json
from pathlib import Path

import pytest

from business_care.commands import COMMANDS
from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from business_care.reading import read_message
from business_care.recovery.state import RecoveryStart
from business_care.request import CareRequestOpening
from business_care.values import Value
from console.schemas import schema_files
from tests.console.valid import ANSWER_SAMPLES, ANSWERS, ROOT, complaints

SAMPLES = sorted((ROOT / "examples").glob("*.json"), key=lambda file: file.stem)
MESSAGES: dict[str, type[Value]] = {
    **COMMANDS,
    **DEACTIVATION_COMMANDS,
    "open": CareRequestOpening,
    "recovery_start": RecoveryStart,
}


def test_the_schemas_in_the_repository_are_those_of_the_code() -> None:
    written = {
        str(file.relative_to(ROOT / "schemas")): file.read_text(encoding="utf-8")
        for file in (ROOT / "schemas").rglob("*.*")
    }

    assert written == schema_files(), "run `business-care schemas schemas`"


def test_there_is_a_schema_for_every_message() -> None:
    messages = {Path(name).stem for name in schema_files() if name.startswith("messages/")}

    assert messages == set(MESSAGES)


def test_a_schema_demands_what_the_message_demands_and_refuses_unknown_fields() -> None:
    refuse = json.loads(schema_files()["messages/refuse.json"])

    assert set(refuse["required"]) == {"command_id", "by", "ground"}
    assert refuse["additionalProperties"] is False


def test_there_is_a_sample_of_every_message() -> None:
    assert {file.stem for file in SAMPLES} == set(MESSAGES)


def test_there_is_a_sample_of_every_answer() -> None:
    assert {file.stem for file in ANSWER_SAMPLES.glob("*.json")} == ANSWERS


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_every_sample_of_a_message_is_what_its_schema_says(sample: Path) -> None:
    assert complaints(f"messages/{sample.stem}", json.loads(sample.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_every_sample_of_an_answer_is_what_its_schema_says(name: str) -> None:
    sample = json.loads((ANSWER_SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    assert complaints(f"answers/{name}", sample) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"occurred_at": "yesterday"}, id="no instant"),
        pytest.param({"by": {"role": "agent"}}, id="nobody"),
        pytest.param({"colour": "red"}, id="unknown field"),
        pytest.param({"command_id": "two words"}, id="a space in an id"),
    ],
)
def test_a_message_that_is_not_what_its_schema_says_is_found(spoilt: dict[str, object]) -> None:
    sample = json.loads((ROOT / "examples" / "fix.json").read_text(encoding="utf-8"))

    assert complaints("messages/fix", {**sample, **spoilt}) != []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_every_sample_can_be_read(sample: Path) -> None:
    message = read_message(MESSAGES[sample.stem], sample.read_bytes())

    assert set(json.loads(sample.read_text(encoding="utf-8"))) <= set(type(message).model_fields)
