"""The AsyncAPI document says what the workflows take and answer, and every tool for it can read it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from temporalio import workflow

from business_care.errors import ErrorCode
from tests.console.valid import ROOT, complaints
from workflows.care_request import CareRequest
from workflows.names import SEARCH_ATTRIBUTES, TASK_QUEUE
from workflows.product_deactivation import ProductDeactivation
from workflows.refund_recovery import RefundRecovery

Document = Mapping[str, Any]

SCHEMAS = ROOT / "schemas"
OFFICIAL = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text(encoding="utf-8"))
WORKFLOWS = {
    "careRequest": CareRequest,
    "productDeactivation": ProductDeactivation,
    "refundRecovery": RefundRecovery,
}
SINCE_2019 = {
    "prefixItems",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedProperties",
    "$anchor",
    "$dynamicRef",
}
"""Words that tools for AsyncAPI, whose schemas are those of draft 07, would pass over in silence."""


@pytest.fixture(scope="module")
def document() -> Document:
    read: Document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    return read


def official_complaints(document: Document) -> list[str]:
    validator = Draft7Validator(OFFICIAL)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolved(reference: str, document: Document) -> object:
    """What a reference leads to. Raises `LookupError` or `OSError` where that is nothing."""
    file, _, place = reference.partition("#")
    found: Any = document if not file else json.loads((SCHEMAS / file).read_text(encoding="utf-8"))
    for step in place.strip("/").split("/") if place else ():
        found = found[step]
    return found


def words_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)


def test_the_document_is_what_the_official_schema_of_asyncapi_3_demands(document: Document) -> None:
    assert official_complaints(document) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"channels": {"careRequest": {"address": 7}}}, id="an address that is a number"),
        pytest.param({"operations": {"x": {"action": "shout"}}}, id="an action of another name"),
        pytest.param({"queues": {}}, id="a part that AsyncAPI does not have"),
    ],
)
def test_a_document_that_is_not_what_it_demands_is_found(document: Document, spoilt: Document) -> None:
    assert official_complaints({**document, **spoilt}) != []


def test_every_reference_leads_somewhere(document: Document) -> None:
    given = list(references(document))

    assert len(given) > 300
    assert all(resolved(reference, document) for reference in given)


def test_every_message_of_a_channel_and_of_an_operation_is_described_once(document: Document) -> None:
    channels = document["channels"].values()
    operations = document["operations"].values()

    used = {resolved_name for channel in channels for resolved_name in channel["messages"]}
    sent = {one["$ref"].rsplit("/", 1)[1] for operation in operations for one in operation["messages"]}
    heard = {
        one["$ref"].rsplit("/", 1)[1]
        for operation in operations
        for one in operation.get("reply", {}).get("messages", ())
    }

    assert used == set(document["components"]["messages"])
    assert sent | heard == used


def test_every_message_has_a_sample_that_is_what_its_schema_says(document: Document) -> None:
    messages = {name: one for name, one in document["components"]["messages"].items() if name != "nothing"}

    for name, message in messages.items():
        sample = json.loads((SCHEMAS / message["x-example"]).read_text(encoding="utf-8"))
        schema = message["payload"]["$ref"].removesuffix(".json")
        assert complaints(schema, sample) == [], name
    assert len(messages) > 40


@pytest.mark.parametrize("channel", sorted(WORKFLOWS))
def test_the_operations_of_a_channel_are_the_handlers_of_its_workflow(
    document: Document, channel: str
) -> None:
    defined = workflow._Definition.must_from_class(WORKFLOWS[channel])
    said = [
        (operation["x-temporal"]["kind"], operation["x-temporal"]["name"])
        for operation in document["operations"].values()
        if operation["channel"]["$ref"] == f"#/channels/{channel}"
    ]

    assert sorted(said) == sorted(
        [("start", str(defined.name))]
        + [("signal", name) for name in defined.signals if name]
        + [("update", name) for name in defined.updates if name]
        + [("query", name) for name in defined.queries if name]
    )
    temporal = document["channels"][channel]["x-temporal"]
    assert (temporal["workflowType"], temporal["taskQueue"]) == (defined.name, TASK_QUEUE)


def test_only_signals_are_not_answered(document: Document) -> None:
    operations = document["operations"].values()

    silent = {one["x-temporal"]["kind"] for one in operations if "reply" not in one}
    answered = {one["x-temporal"]["kind"] for one in operations if "reply" in one}

    assert (silent, answered) == ({"signal"}, {"start", "update", "query"})


def test_the_search_attributes_and_error_codes_are_those_of_the_code(document: Document) -> None:
    attributes = document["x-temporal-search-attributes"]

    assert {name: one["type"] for name, one in attributes.items()} == {
        key.name: key.indexed_value_type.name.title() for key in SEARCH_ATTRIBUTES
    }
    assert document["x-error-codes"] == list(ErrorCode)


def test_no_schema_uses_a_word_that_tools_for_asyncapi_would_pass_over() -> None:
    used = {
        word
        for file in SCHEMAS.rglob("*.json")
        for word in words_of(json.loads(file.read_text(encoding="utf-8")))
    }

    assert used & SINCE_2019 == set()
