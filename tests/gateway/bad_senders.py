"""Whoever may send a bad input: a person at a terminal, our client, and programs with nothing of ours."""

import asyncio
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType, UpdateWorkflowExecutionLifecycleStage, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.update.v1 import Input, Meta, Request, WaitPolicy
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryReverseRequest,
    SignalWorkflowExecutionRequest,
    UpdateWorkflowExecutionRequest,
)
from temporalio.client import Client, WorkflowHandle

from business_care.events import Rejection
from tests.gateway.bad_inputs import Bad, payload
from tests.gateway.terminal import Ended, Typed

COMPLETED = UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED
A_MESSAGE_CAME_MEANWHILE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
BIDIRECTIONAL_CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
NEWEST_EVENTS = 30
"""More than one bad input and one good command leave in a history."""


@dataclass(frozen=True)
class Target:
    """A run that takes bad inputs, and which good command shows afterwards that it has suffered nothing."""

    id: str
    run: WorkflowHandle[Any, Any]
    parties: Mapping[str, Mapping[str, str]]
    good: Bad
    """A good command in the form of a bad one; nothing is wrong with it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What stands in the table for ids that only the run has."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def body(self, bad: Bad) -> bytes:
        """The input as one JSON object."""
        if bad.body is not None:
            return bad.body
        by = self.parties.get(bad.by, bad.by) if isinstance(bad.by, str) else bad.by
        said = {"command_id": f"bad-{next(self._numbers)}", "by": by, **self._filled(bad.said)}
        return json.dumps(said).encode()

    def arguments(self, bad: Bad) -> Sequence[Payload]:
        """The input as the arguments of a message."""
        return (payload(self.body(bad)),) if bad.arguments is None else bad.arguments

    def words(self, bad: Bad) -> Sequence[str]:
        """The input as it is typed."""
        words = [bad.message.replace("_", "-"), self.id]
        words += ["--by", bad.typed if isinstance(bad.typed, str) else self._spoken(bad.by)]
        for name, value in self._filled(bad.said).items():
            words += _option(bad, name, value)
        return words

    def _filled(self, said: Mapping[str, object]) -> dict[str, object]:
        names = {"{id}": self.id, **self.names}
        return {
            name: names.get(value, value) if isinstance(value, str) else value for name, value in said.items()
        }

    def _spoken(self, by: object) -> str:
        who = self.parties[str(by)]
        seller = f"@{who['seller_id']}" if "seller_id" in who else ""
        return f"{who['role']}:{who['id']}{seller}"


def _option(bad: Bad, name: str, value: object) -> Sequence[str]:
    if name == "product_id":
        return ()
    if bad.message == "deactivate" and name == "kind":
        return (f"--{value}",)
    flag = "--at" if name == "occurred_at" else f"--{name.replace('_', '-')}"
    if value is True:
        return (flag,)
    values = value if isinstance(value, list) else [value]
    return [word for one in values for word in (flag, str(one))]


async def type_words(typed: Typed, target: Target, bad: Bad) -> Ended:
    """Type a command, and see that nothing reaches the terminal which a terminal would obey."""
    ended = await typed(*target.words(bad))
    demand_plain(ended.err)
    return ended


def demand_plain(written: str) -> None:
    """Lines that can be read: no trace of the program's inside, nothing that steers a terminal."""
    assert "Traceback" not in written
    steering = {
        f"U+{ord(character):04X}" for character in written if character != "\n" and _steers(character)
    }
    assert steering == set()


def _steers(character: str) -> bool:
    turns = unicodedata.bidirectional(character) in BIDIRECTIONAL_CONTROLS
    return turns or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


async def update_raw(client: Client, target: Target, bad: Bad) -> Failure | None:
    """Send an update as the server itself takes it; how it was refused, if it was."""
    name, arguments = bad.message, target.arguments(bad)
    answered = await client.workflow_service.update_workflow_execution(
        UpdateWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=target.run.id),
            wait_policy=WaitPolicy(lifecycle_stage=COMPLETED),
            request=Request(
                meta=Meta(update_id=str(uuid4()), identity="a stranger"),
                input=Input(name=name, args=Payloads(payloads=arguments)),
            ),
        )
    )
    return answered.outcome.failure if answered.outcome.HasField("failure") else None


async def signal_raw(client: Client, target: Target, bad: Bad) -> None:
    """Send a signal as the server itself takes it."""
    await client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=target.run.id),
            signal_name=bad.message,
            input=Payloads(payloads=target.arguments(bad)),
            identity="a stranger",
            request_id=str(uuid4()),
        )
    )


async def rejections(target: Target) -> Sequence[object]:
    """What the run has noted of messages that it refused."""
    journal: dict[str, Any] = await target.run.query("journal")
    noted: Sequence[object] = journal["rejections"]
    return noted


async def newest_rejection(target: Target, before: int) -> Rejection:
    """What the run notes of the next message that it refuses."""
    async with asyncio.timeout(60):
        while len(noted := await rejections(target)) == before:  # noqa: ASYNC110 -- nothing tells us of it
            await asyncio.sleep(0.01)
    return Rejection.model_validate_json(json.dumps(noted[-1]))


async def demand_sound(client: Client, target: Target) -> None:
    """No task of the run has failed, as far as its newest events tell."""
    answered = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=target.run.id),
            maximum_page_size=NEWEST_EVENTS,
        )
    )
    causes = {
        event.workflow_task_failed_event_attributes.cause
        for event in answered.history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    }
    assert causes <= {A_MESSAGE_CAME_MEANWHILE}
