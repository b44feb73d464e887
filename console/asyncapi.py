"""The AsyncAPI document: what programs in any language may say to each workflow, and what they hear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from business_care.commands import ALL_COMMANDS, Command, RefusalGround
from business_care.deactivation.commands import ALL_DEACTIVATION_COMMANDS
from business_care.deactivation.words import DeactivationOutcome, DeactivationPhase
from business_care.errors import ErrorCode
from business_care.reading import MAX_MESSAGE_BYTES
from business_care.recovery.judgement import RECOVERY_COMMANDS
from business_care.state import Outcome
from business_care.views import CareStateName
from workflows import names

Document = dict[str, Any]

FILE: Final = "asyncapi.yaml"

_ABOUT: Final = f"""\
After-sales care for a marketplace. Every channel is a running Temporal workflow, and every operation is
something that a program does with it through a Temporal SDK or Temporal's HTTP API: `x-temporal` of an
operation says whether that is a start, an update, a signal or a query, and under which name.

Each message takes one JSON object of at most {MAX_MESSAGE_BYTES} bytes; the operations that need none say so.
An update that a rule refuses fails with `refusal_answer`. docs/integration.md explains all of it.
"""


@dataclass(frozen=True)
class _Channel:
    """One type of workflow, as programs see it."""

    name: str
    workflow_type: str
    about: str
    address: str
    parameters: Mapping[str, str]
    start: str
    reuse: str
    commands: Sequence[type[Command]]
    answer: str
    queries: Mapping[str, str]
    """The schema of the answer, by the query; `status` answers as the finished workflow does."""
    opened: bool = False
    """Whether it has the update that waits for its deadlines."""


_CHANNELS: Final = (
    _Channel(
        "careRequest",
        names.CARE_REQUEST,
        "One customer's request about one licence, from its opening to its outcome.",
        names.care_request_id("{request_id}"),
        {"request_id": "Of the start: 1 to 128 printable ASCII characters without spaces."},
        "open",
        "ALLOW_DUPLICATE_FAILED_ONLY",
        ALL_COMMANDS,
        "command",
        {"status": "status", "deadlines": "deadlines", "journal": "journal"},
        opened=True,
    ),
    _Channel(
        "productDeactivation",
        names.PRODUCT_DEACTIVATION,
        "One deactivation of one product, from the order to the last renewal; one at a time.",
        names.product_deactivation_id("{product_id}"),
        {"product_id": "Of the order."},
        "deactivate",
        "ALLOW_DUPLICATE",
        ALL_DEACTIVATION_COMMANDS,
        "deactivation_command",
        {"status": "deactivation", "progress": "progress", "journal": "deactivation_journal"},
    ),
    _Channel(
        "refundRecovery",
        names.REFUND_RECOVERY,
        "A refund that failed after its request had closed, until an operator has paid it. The service "
        "starts it by itself; other programs send `record_refund` and read.",
        names.refund_recovery_id("{licence_id}-{number}"),
        {"licence_id": "Of the start.", "number": "The how-manyth of the licence, from 1."},
        "recovery_start",
        "ALLOW_DUPLICATE_FAILED_ONLY",
        tuple(RECOVERY_COMMANDS.values()),
        "recovery_command",
        {"status": "recovery", "journal": "recovery_journal"},
    ),
)

_SEARCHED: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    names.CARE_STATE.name: ("The state in one word.", (*CareStateName, *DeactivationPhase)),
    names.CARE_SELLER.name: ("The id of the seller.", ()),
    names.CARE_PRODUCT.name: ("The id of the product.", ()),
    names.CARE_OUTCOME.name: ("How it ended; unset before.", (*Outcome, *DeactivationOutcome)),
    names.CARE_GROUND.name: ("The ground of a refusal that stands.", tuple(RefusalGround)),
    names.CARE_DUE_AT.name: ("The next deadline that somebody must keep; unset at the end.", ()),
    names.CARE_BREACHED.name: ("Whether a deadline was missed.", ()),
}


def asyncapi_text(version: str) -> str:
    """The document as YAML; it names the JSON Schemas beside it, and the samples in `examples/`."""
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Business Care", "version": version, "description": _ABOUT},
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in _CHANNELS},
        "operations": {name: one for channel in _CHANNELS for name, one in _operations(channel).items()},
        "components": {"messages": _messages()},
        "x-temporal-search-attributes": {
            key.name: _search_attribute(key.name, key.indexed_value_type.name)
            for key in names.SEARCH_ATTRIBUTES
        },
        "x-error-codes": [str(code) for code in ErrorCode],
    }
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """Writes texts of several lines as they stand, and every place in full, without aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- as its base asks
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Plain.add_representer(str, _Plain.represent_str)


def _channel(channel: _Channel) -> Document:
    used = [channel.start, *(command.NAME for command in channel.commands), "nothing"]
    answers = [*(["opened"] if channel.opened else []), channel.answer, *channel.queries.values(), "refusal"]
    keys = [*dict.fromkeys(used), *(f"{answer}_answer" for answer in answers)]
    return {
        "address": channel.address,
        "title": channel.workflow_type,
        "description": channel.about,
        "parameters": {name: {"description": what} for name, what in channel.parameters.items()},
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in keys},
        "x-temporal": {
            "workflowType": channel.workflow_type,
            "taskQueue": names.TASK_QUEUE,
            "workflowIdReusePolicy": f"WORKFLOW_ID_REUSE_POLICY_{channel.reuse}",
            "workflowIdConflictPolicy": "WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING",
        },
    }


def _operations(channel: _Channel) -> Document:
    said: dict[tuple[str, str], Document] = {
        ("start", channel.workflow_type): _operation(
            channel, "start", channel.workflow_type, channel.start, [channel.queries["status"]]
        )
    }
    if channel.opened:
        said["update", "opened"] = _operation(
            channel, "update", "opened", "nothing", ["opened", "refusal"], "Waits for both deadlines."
        )
    for command in channel.commands:
        meaning, answers = _meaning(command), [channel.answer, "refusal"]
        said["update", command.NAME] = _operation(
            channel, "update", command.NAME, command.NAME, answers, meaning
        )
        said["signal", command.NAME] = _operation(channel, "signal", command.NAME, command.NAME, [], meaning)
    for query, answer in channel.queries.items():
        said["query", query] = _operation(channel, "query", query, "nothing", [answer])
    return {
        f"{channel.name}.{kind}" if kind == "start" else f"{channel.name}.{kind}.{name}": operation
        for (kind, name), operation in said.items()
    }


def _operation(
    channel: _Channel, kind: str, name: str, message: str, answers: Sequence[str], summary: str = ""
) -> Document:
    place = f"#/channels/{channel.name}"
    replies = [{"$ref": f"{place}/messages/{answer}_answer"} for answer in answers]
    return {
        "action": "receive",
        "channel": {"$ref": place},
        **({"summary": summary} if summary else {}),
        "messages": [{"$ref": f"{place}/messages/{message}"}],
        **({"reply": {"channel": {"$ref": place}, "messages": replies}} if replies else {}),
        "x-temporal": {"kind": kind, "name": name},
    }


def _messages() -> Document:
    commands = {
        command.NAME: command for channel in reversed(_CHANNELS) for command in reversed(channel.commands)
    }
    starts = [channel.start for channel in _CHANNELS if channel.start not in commands]
    answers = {
        answer: None
        for channel in _CHANNELS
        for answer in (channel.answer, *channel.queries.values(), "opened", "refusal")
    }
    return {
        **{name: _message(name, f"messages/{name}", name) for name in starts},
        **{
            name: {
                **_message(name, f"messages/{name}", name),
                "summary": _meaning(command),
                "x-roles": sorted(map(str, command.ROLES)),
            }
            for name, command in reversed(commands.items())
        },
        "nothing": {
            "name": "nothing",
            "summary": "No argument, or an empty object.",
            "payload": {"type": ["object", "null"], "maxProperties": 0},
        },
        **{
            f"{name}_answer": _message(f"{name}_answer", f"answers/{name}", f"answers/{name}")
            for name in answers
        },
    }


def _message(name: str, schema: str, sample: str) -> Document:
    return {
        "name": name,
        "payload": {"$ref": f"{schema}.json"},
        "x-example": f"../examples/{sample}.json",
    }


def _meaning(command: type[Command]) -> str:
    return " ".join((command.__doc__ or "").split())


def _search_attribute(name: str, kind: str) -> Document:
    meaning, values = _SEARCHED[name]
    said: Document = {"type": kind.title(), "description": meaning}
    return {**said, "values": list(dict.fromkeys(map(str, values)))} if values else said
