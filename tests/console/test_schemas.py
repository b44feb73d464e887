"""The schemas and the samples in the repository are those of the messages that the software takes."""

import json
from pathlib import Path

import pytest

from business_care.commands import COMMANDS
from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from business_care.reading import read_message
from business_care.request import CareRequestOpening
from business_care.values import Value
from console.schemas import schema_files

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted((ROOT / "examples").glob("*.json"), key=lambda file: file.stem)
MESSAGES: dict[str, type[Value]] = {**COMMANDS, **DEACTIVATION_COMMANDS, "open": CareRequestOpening}


def test_the_schemas_in_the_repository_are_those_of_the_code() -> None:
    written = {
        str(file.relative_to(ROOT / "schemas")): file.read_text(encoding="utf-8")
        for file in (ROOT / "schemas").rglob("*.json")
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


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_every_sample_can_be_read(sample: Path) -> None:
    message = read_message(MESSAGES[sample.stem], sample.read_bytes())

    assert set(json.loads(sample.read_text(encoding="utf-8"))) <= set(type(message).model_fields)
